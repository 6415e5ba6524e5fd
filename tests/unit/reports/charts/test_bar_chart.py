from decimal import Decimal

import pytest

from drawings import assert_readable
from shortdrama.reports.charts.bar_chart import SPACE, drawing
from shortdrama.reports.charts.style import INK, UP
from shortdrama.reports.page import Bar, BarChart


def bars(*values: float, **more: str) -> BarChart:
    return BarChart(
        tuple(Bar(f"App {n}", Decimal(str(v)), f"{v}M", **more) for n, v in enumerate(values))  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "values", [(3, 2, 1), (3, -2), (-1, -5), (0, 0), (0,), (1e9, 1e-9), (22.9, 3.1, 0)]
)
def test_names_and_figures_keep_apart_whatever_the_values(values: tuple[float, ...]) -> None:
    assert_readable(drawing(bars(*values, change="+12.3%"), coloured=True))


@pytest.mark.parametrize("values", [(3.0, 2.0), (3.0, -2.0)])
def test_endless_names_figures_and_changes_are_cut(values: tuple[float, ...]) -> None:
    endless = "x" * 300
    chart = BarChart(tuple(Bar(endless, Decimal(v), endless, endless) for v in values))
    assert_readable(drawing(chart, coloured=True))


def test_bars_start_at_zero_and_stand_in_the_given_order() -> None:
    drawn = drawing(bars(1, 3, -2), coloured=True)
    rows = drawn.marks[0].data.to_dict()["values"]
    assert [row["value"] for row in rows] == [1, 3, -2]
    assert [row["zero"] for row in rows] == [0, 0, 0]
    assert [row["top"] for row in rows] == sorted(row["top"] for row in rows)


def test_figures_stand_outside_of_their_bars() -> None:
    drawn = drawing(bars(3, -3), coloured=True)
    zero = drawn.rules[0].left
    positive, negative = (
        next(label for label in drawn.labels if label.text == text) for text in ("3M", "-3M")
    )
    assert positive.box.left > zero > negative.box.right


def test_changes_are_coloured_only_where_colours_mean_something() -> None:
    chart = bars(1, change="+1%", direction="up")
    for coloured, ink in ((True, UP), (False, INK)):
        assert drawing(chart, coloured).labels[-1].ink == ink


def test_a_level_beside_a_bar_has_no_colour() -> None:
    drawn = drawing(bars(1, change="229M", direction="up"), coloured=True)
    assert drawn.labels[-1].ink == INK


@pytest.mark.parametrize("label", ["+US$257K", "US$9.5B", "+149万美元"])
def test_the_longest_bar_leaves_a_gap_before_the_column_of_changes(label: str) -> None:
    chart = BarChart(tuple(Bar("US", Decimal(v), label, "+1.1%") for v in (9, 1)))
    labels = drawing(chart, coloured=True).labels
    figure = next(one for one in labels if one.text == label)
    change = next(one for one in labels if one.text == "+1.1%")
    assert change.box.left - figure.box.right >= 2 * SPACE


def test_figures_that_have_not_happened_are_hollow_with_a_dashed_edge() -> None:
    mark = drawing(bars(1, tone="forecast"), coloured=True).marks[0].to_dict()["mark"]
    assert mark["fillOpacity"] == 0
    assert mark["strokeDash"]


def test_no_bar_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one bar"):
        drawing(BarChart(()), coloured=True)


def test_a_long_name_makes_all_names_stand_above_their_bars_in_full() -> None:
    long = "Media Partners Asia, 2030 (forecast)"
    chart = BarChart((Bar("Ours", Decimal(2), "$2B"), Bar(long, Decimal(9), "$9B")))
    drawn = drawing(chart, coloured=True)
    assert_readable(drawn)
    name = next(label for label in drawn.labels if label.text == long)
    bar = drawn.marks[0].data.to_dict()["values"][1]
    assert name.box.bottom <= bar["top"]
    for rule in drawn.rules:
        assert rule.bottom <= name.box.top or rule.top >= name.box.bottom
