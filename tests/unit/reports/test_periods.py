from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.reports.periods import IsoWeek, last_due_week, week_due_on

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))


def test_a_label_names_monday_to_sunday() -> None:
    window = IsoWeek.parse("2025-W39").window
    assert (window.start, window.end) == (date(2025, 9, 22), date(2025, 9, 28))


@pytest.mark.parametrize("label", ["2025-39", "2025-W9", "W39", "2025-W00", "2025-W53", ""])
def test_a_label_that_is_no_week_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="ISO week"):
        IsoWeek.parse(label)


def test_the_first_days_of_a_year_may_belong_to_the_last_week_of_the_year_before() -> None:
    assert IsoWeek.containing(date(2021, 1, 3)).label == "2020-W53"


@given(DAYS)
def test_a_week_contains_its_day_and_reads_back_from_its_label(day: date) -> None:
    week = IsoWeek.containing(day)
    assert week.window.start <= day <= week.window.end
    assert week.window.start.weekday() == 0
    assert IsoWeek.parse(week.label) == week


@given(DAYS)
def test_the_last_due_week_is_the_newest_whose_thursday_has_come(today: date) -> None:
    week = last_due_week(today)
    assert week_due_on(week) <= today < week_due_on(week) + timedelta(days=7)
    assert week_due_on(week).weekday() == 3
