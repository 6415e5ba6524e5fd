from decimal import Decimal

import pytest

from drawings import assert_readable
from shortdrama.reports.charts.canvas import Drawing
from shortdrama.reports.charts.range_chart import drawing
from shortdrama.reports.page import Range, RangeChart


def ranges(*pairs: tuple[float, float | None], is_log: bool = False, name: str = "x") -> RangeChart:
    decimals = [(Decimal(str(low)), high and Decimal(str(high))) for low, high in pairs]
    return RangeChart(
        tuple(Range(f"{name} {n}", low, high, "$") for n, (low, high) in enumerate(decimals)),
        ((Decimal(1), "$1"), (Decimal(10), "$10"), (Decimal(100), "$100")),
        is_log,
    )  # fmt: skip


def data(drawn: Drawing, mark: int) -> dict[str, float]:
    row: dict[str, float] = drawn.marks[mark].data.to_dict()["values"][0]
    return row


@pytest.mark.parametrize("is_log", [True, False])
@pytest.mark.parametrize(
    "pairs", [((1, 2),), ((5, 5),), ((0, 9), (3, None)), ((-5, 5),), ((1e-3, 1e9),), ((2, None),)]
)
def test_any_ranges_have_a_place(is_log: bool, pairs: tuple[tuple[float, float]]) -> None:
    assert_readable(drawing(ranges(*pairs, is_log=is_log), coloured=True))


def test_a_range_with_an_open_end_goes_on_beyond_all_figures() -> None:
    drawn = drawing(ranges((1, 100), (80, None)), coloured=True)
    arrow = drawn.marks[-1].to_dict()
    assert arrow["mark"]["shape"] == "triangle-right"
    assert data(drawn, -1)["high"] > 100


def test_a_low_end_of_zero_is_at_the_edge_of_a_logarithmic_scale() -> None:
    assert data(drawing(ranges((0, 50), is_log=True), coloured=True), 0)["low"] == 1


def test_endless_names_leave_room_for_the_figures() -> None:
    assert_readable(drawing(ranges((1, 2), name="名" * 300), coloured=True))


def test_rules_cross_no_label() -> None:
    drawn = drawing(ranges((1, 2), (3, 100)), coloured=True)
    for rule in drawn.rules:
        for box in (label.box for label in drawn.labels):
            assert rule.bottom <= box.top or rule.top >= box.bottom


def test_no_range_and_no_positive_value_on_a_log_scale_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one range"):
        drawing(RangeChart((), ()), coloured=True)
    with pytest.raises(ValueError, match="above zero"):
        drawing(RangeChart((Range("a", Decimal(-1), Decimal(0), ""),), (), True), coloured=True)
