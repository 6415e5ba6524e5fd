from decimal import Decimal

import pytest

from drawings import assert_readable
from shortdrama.reports.charts.canvas import Drawing
from shortdrama.reports.charts.range_chart import ARROW, SIDE, THICK, drawing
from shortdrama.reports.charts.style import WIDTH
from shortdrama.reports.page import Range, RangeChart, Tone


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


@pytest.mark.parametrize("is_log", [True, False])
@pytest.mark.parametrize("low", [1, 80, 100])
def test_an_open_end_is_a_dot_and_a_short_arrow_and_no_bar(low: float, is_log: bool) -> None:
    drawn = drawing(ranges((1, 100), (low, None), is_log=is_log), coloured=True)
    line, dot, head = (mark.to_dict()["mark"] for mark in drawn.marks[-3:])
    assert (dot["shape"], head["shape"]) == ("circle", "triangle-right")
    assert line["strokeWidth"] < THICK / 2
    row = data(drawn, -1)
    assert row["high"] - row["low"] == pytest.approx(ARROW)
    assert row["high"] + SIDE <= WIDTH


def test_a_low_end_of_zero_is_at_the_edge_of_a_logarithmic_scale() -> None:
    assert data(drawing(ranges((0, 50), is_log=True), coloured=True), 0)["low"] == SIDE


def test_figures_that_have_not_happened_are_thinner_and_not_paler() -> None:
    def width(tone: Tone) -> float:
        chart = RangeChart((Range("a", Decimal(1), Decimal(2), "", tone),), ())
        mark = drawing(chart, coloured=True).marks[0].to_dict()["mark"]
        assert "opacity" not in mark
        return float(mark["strokeWidth"])

    assert width("estimate") < width("main")


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
