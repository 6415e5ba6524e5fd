"""No figure is taken that differs from what the cell shows; LibreOffice's answers are recorded."""

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from cells import EXAMPLES, RECORDED, Example, accepted, differs
from shortdrama.sources.files.number_format import FormatUnclear, shown_number

ANSWERS = [
    (Example(**{name: value for name, value in one.items() if name != "shown"}), one["shown"])
    for one in json.loads(RECORDED.read_text("utf-8"))
]


def test_what_is_taken_of_500_cells_is_what_libreoffice_shows() -> None:
    taken = accepted([example for example, _ in ANSWERS])
    assert len(ANSWERS) == 500
    assert len(taken) > 150, "a reader that refuses everything proves nothing"
    differing = {
        number: why
        for number, value in taken.items()
        if (why := differs(ANSWERS[number][0], value, ANSWERS[number][1]))
    }
    assert differing == {}


def test_the_judge_tells_a_wrong_figure() -> None:
    number, value = next(iter(accepted([ANSWERS[n][0] for n in range(50)]).items()))
    example, shown = ANSWERS[number]
    assert differs(example, value, shown) is None
    assert differs(example, value * 10 + 1, shown) is not None
    assert differs(example, value, None) == "nothing is shown"


@settings(max_examples=15, deadline=None)
@given(st.lists(EXAMPLES, min_size=20, max_size=40))
def test_a_hidden_cell_is_never_taken_and_nothing_but_a_refusal_is_raised(
    examples: list[Example],
) -> None:
    assert not [number for number in accepted(examples) if examples[number].is_hidden]


@given(st.text(max_size=12), st.floats(allow_nan=False, allow_infinity=False))
def test_any_text_is_a_format_that_is_understood_or_refused(text: str, value: float) -> None:
    with suppress(FormatUnclear):
        assert shown_number(value, text).number.is_finite()
