"""What counts as a trial of a limit."""

import pytest

from ladders import is_tried


@pytest.mark.parametrize(
    ("end", "limit", "values", "tried"),
    [
        ("max_value", 1.8, [1.0, 1.7, 2.0], True),
        ("max_value", 1.8, [1.0, 1.7, 9.0], False),  # the error is far away
        ("max_value", 1.8, [0.1, 2.0], False),  # so is what passes
        ("max_value", 1.8, [1.7], False),
        ("max_value", 1.8, [2.0], False),
        ("max_value", 1.8, [], False),
        ("min_value", 0.6, [0.7, 0.5], True),
        ("min_value", 0.6, [0.7, 0.1], False),
        ("max_value", 2, [2.0, 3.0], True),
        ("max_value", 1, [1.0, 2.0], True),
        ("min_value", 1, [1.0, 0.0], True),
        ("max_value", 0, [0.0, 900.0], True),  # one is as wrong as many
        ("max_value", 0, [0.0], False),
    ],
)
def test_a_limit_is_tried_by_values_near_it_on_both_sides(
    end: str, limit: float, values: list[float], tried: bool
) -> None:
    assert is_tried(("critical", end, limit), values) is tried
