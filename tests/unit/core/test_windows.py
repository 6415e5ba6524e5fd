from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.core.windows import (
    MAX_DAYS_PER_PULL,
    Window,
    asked_windows,
)

TODAY = date(2025, 10, 10)
YESTERDAY = date(2025, 10, 9)
TRAILING = Window(start=date(2025, 9, 5), end=YESTERDAY)

windows = st.builds(
    lambda start, days: Window(start=start, end=start + timedelta(days=days)),
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    st.integers(0, 1500),
)


@given(windows, st.integers(1, 500))
def test_a_split_covers_exactly_without_gap_or_overlap(window: Window, max_days: int) -> None:
    parts = list(window.split(max_days))
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert all(later.start - sooner.end == timedelta(days=1) for sooner, later in pairwise(parts))
    assert sum(part.days for part in parts) == window.days


@given(windows, st.integers(1, 500))
def test_only_the_last_part_of_a_split_may_be_shorter(window: Window, max_days: int) -> None:
    *full, last = window.split(max_days)
    assert {part.days for part in full} <= {max_days}
    assert 1 <= last.days <= max_days


def test_a_window_holds_both_ends() -> None:
    assert Window(start=TODAY, end=TODAY).days == 1
    assert str(Window(start=YESTERDAY, end=TODAY)) == "2025-10-09..2025-10-10"


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="swap start and end"):
        Window(start=TODAY, end=YESTERDAY)


def test_nothing_asked_means_the_usual_window() -> None:
    assert asked_windows(None, None, TODAY, TRAILING) == [TRAILING]


def test_a_long_span_is_asked_in_windows_that_fit_in_memory() -> None:
    asked = asked_windows(date(2025, 4, 1), date(2025, 9, 30), TODAY, TRAILING)
    assert [str(window) for window in asked] == [
        "2025-04-01..2025-07-01",
        "2025-07-02..2025-09-30",
    ]
    assert max(window.days for window in asked) <= MAX_DAYS_PER_PULL


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (TODAY, None, "both start and end, or neither"),
        (None, YESTERDAY, "both start and end, or neither"),
        (YESTERDAY, TODAY, "2025-10-09..2025-10-10 is not over yet: today is 2025-10-10"),
        (YESTERDAY, date(2025, 10, 8), "swap start and end"),
    ],
)
def test_what_cannot_be_pulled_is_refused_with_what_to_do(
    start: date | None, end: date | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        asked_windows(start, end, TODAY, TRAILING)


def test_yesterday_can_be_asked() -> None:
    assert asked_windows(YESTERDAY, YESTERDAY, TODAY, TRAILING) == [
        Window(start=YESTERDAY, end=YESTERDAY)
    ]
