from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from drawings import assert_readable
from pages import LOCALES, LocaleName, page
from shortdrama.reports.charts.canvas import Drawing
from shortdrama.reports.charts.style import DASHES
from shortdrama.reports.charts.time_chart import drawing
from shortdrama.reports.page import DatedEvent, Figure, Series, TimeChart, TimePoint

START = date(2025, 6, 30)


def weekly(*values: float | None, name: str = "Net revenue", label: str = "") -> Series:
    points = tuple(
        TimePoint(START + timedelta(weeks=number), Decimal(str(value)), label)
        for number, value in enumerate(values)
        if value is not None
    )
    return Series(name, points)


def texts(drawn: Drawing) -> list[str]:
    return [label.text for label in drawn.labels]


def runs(drawn: Drawing, series: int = 0) -> list[list[int]]:
    """The days of each unbroken piece of a line."""
    rows = drawn.marks[2 * series].data.to_dict()["values"]
    return [[r["day"] for r in rows if r["run"] == run] for run in sorted({r["run"] for r in rows})]


def dots(drawn: Drawing) -> int:
    return len(drawn.marks[1].data.to_dict()["values"])


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_of_the_examples_neither_collide_nor_leave_the_picture(locale: LocaleName) -> None:
    charts = [b.chart for b in page(locale).blocks if isinstance(b, Figure)]
    for chart in charts:
        if isinstance(chart, TimeChart):
            assert_readable(drawing(chart, coloured=True))


def test_neighbouring_points_with_labels_keep_apart() -> None:
    chart = TimeChart((weekly(50, 52, 51.9, 51.8, 40, 41, label="US$51.8M"),), ())
    assert_readable(drawing(chart, coloured=True))


def test_many_events_in_one_week_stand_in_lanes_of_their_own() -> None:
    events = tuple(DatedEvent(START + timedelta(days=n), f"Event number {n}") for n in range(12))
    drawn = drawing(TimeChart((weekly(1, 2, 3),), (), events), coloured=True)
    assert_readable(drawn)
    assert len(texts(drawn)) == 12


def test_two_events_on_one_day_are_both_written() -> None:
    events = (DatedEvent(START, "A"), DatedEvent(START, "B"))
    assert {"A", "B"} <= set(texts(drawing(TimeChart((weekly(1, 2),), (), events), coloured=True)))


def test_an_event_with_a_very_long_name_stays_in_the_picture() -> None:
    event = DatedEvent(START + timedelta(weeks=1), "x" * 300)
    assert_readable(drawing(TimeChart((weekly(1, 2, 3),), (), (event,)), coloured=True))


def test_events_outside_of_the_time_are_left_out() -> None:
    events = (DatedEvent(date(2024, 1, 1), "before"), DatedEvent(date(2030, 1, 1), "after"))
    assert texts(drawing(TimeChart((weekly(1, 2),), (), events), coloured=True)) == []


def test_rules_of_events_stop_where_a_label_is() -> None:
    chart = TimeChart(
        (weekly(50, 50, 50, 50, label="US$51.8M"),), (), (DatedEvent(START + timedelta(8), "E"),)
    )
    drawn = drawing(chart, coloured=True)
    for rule in (rule for rule in drawn.rules if rule.is_dashed):
        for box in (label.box for label in drawn.labels):
            crosses = box.left < rule.left < box.right
            assert not crosses or rule.bottom <= box.top or rule.top >= box.bottom


def test_ticks_that_would_collide_leave_equal_steps() -> None:
    ticks = tuple((START + timedelta(days=7 * n), f"{n} September") for n in range(13))
    drawn = drawing(TimeChart((weekly(*range(13)),), ticks), coloured=True)
    shown = [int(label.text.split()[0]) for label in drawn.labels if "September" in label.text]
    steps = {a - b for a, b in pairwise(shown)}
    assert len(shown) > 2
    assert len(steps) == 1
    assert shown[0] == 12


def test_ticks_that_would_collide_give_way_to_the_newest() -> None:
    ticks = tuple((START + timedelta(days=n), f"{n} September") for n in range(15))
    drawn = drawing(TimeChart((weekly(1, 2, 3),), ticks), coloured=True)
    assert_readable(drawn)
    assert "14 September" in texts(drawn)
    assert len(drawn.labels) < 15


def test_a_week_without_a_figure_is_a_gap() -> None:
    drawn = drawing(TimeChart((weekly(1, 2, 3, None, 4, 5),), ()), coloured=True)
    assert [len(run) for run in runs(drawn)] == [3, 2]


def test_months_of_different_lengths_are_no_gap() -> None:
    points = tuple(TimePoint(date(2025, month, 1), Decimal(month)) for month in range(1, 13))
    drawn = drawing(TimeChart((Series("months", points),), ()), coloured=True)
    assert len(runs(drawn)) == 1


def test_a_lone_figure_between_gaps_is_a_dot() -> None:
    drawn = drawing(TimeChart((weekly(1, 2, 3, None, 4, None, 5, 6),), ()), coloured=True)
    assert dots(drawn) == 1


def test_points_in_any_order_make_the_same_line() -> None:
    series = weekly(1, 2, 3)
    turned = replace(series, points=series.points[::-1])
    first, second = (drawing(TimeChart((one,), ()), coloured=True) for one in (series, turned))
    assert runs(first) == runs(second)


@pytest.mark.parametrize("values", [(5,), (0, 0), (7, 7, 7), (-3, 2), (1e12, 1)])
@pytest.mark.parametrize("from_zero", [True, False])
def test_any_figures_have_a_place_in_the_picture(
    values: tuple[float, ...], from_zero: bool
) -> None:
    chart = TimeChart((weekly(*values, label="x"),), (), from_zero=from_zero)
    assert_readable(drawing(chart, coloured=True))


def test_lines_that_end_close_together_have_names_one_below_the_other() -> None:
    series = tuple(weekly(1, 2, 3 + n / 100, name=f"#tag{n}") for n in range(5))
    drawn = drawing(TimeChart(series, ()), coloured=True)
    assert_readable(drawn)
    assert set(texts(drawn)) == {f"#tag{n}" for n in range(5)}


def test_a_single_line_has_no_name_beside_it() -> None:
    assert texts(drawing(TimeChart((weekly(1, 2),), ()), coloured=True)) == []


def test_a_series_without_a_point_is_left_out() -> None:
    drawn = drawing(TimeChart((weekly(1, 2), Series("none", ())), ()), coloured=True)
    assert texts(drawn) == []


def test_forecasts_are_dashed() -> None:
    series = replace(weekly(1, 2), tone="forecast")
    mark = drawing(TimeChart((series,), ()), coloured=True).marks[0].to_dict()["mark"]
    assert mark["strokeDash"] == DASHES["forecast"]


def test_no_point_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        drawing(TimeChart((Series("none", ()),), ()), coloured=True)
