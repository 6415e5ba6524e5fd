"""A dataset's days as a calendar: a row per month, a column per day of the month. Pure.

Days that follow one another in one state are one bar, so that a year takes a few dozen elements.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shortdrama.core.windows import Window
from shortdrama.health.overview.coverage import DayState, Stretch
from shortdrama.health.overview.model import DatasetStatus

MONTHS = 12
"""How many months are shown at once."""


@dataclass(frozen=True)
class Bar:
    """Equal days within a month: the first one (1 to 31), how many they are, and what they are."""

    first: int
    days: int
    state: DayState
    newer_refused: bool
    text: str


@dataclass(frozen=True)
class Month:
    """A row of the calendar; `label` is `2026-02`, `days` how many days the month has."""

    label: str
    days: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Frame:
    """The months that are shown, by their first days; both are included."""

    first: date
    last: date

    @classmethod
    def until(cls, month: date) -> "Frame":
        """So many months, up to that one."""
        return cls(_back(month, MONTHS - 1), month.replace(day=1))

    @property
    def earlier(self) -> str:
        """The last month of the frame before this one, as `2025-02`."""
        return f"{_back(self.last, MONTHS):%Y-%m}"

    @property
    def later(self) -> str:
        """The last month of the frame after this one."""
        return f"{_back(self.last, -MONTHS):%Y-%m}"

    def months(self) -> Iterator[Window]:
        """Each month, the newest first."""
        first = self.last
        while first >= self.first:
            last_day = monthrange(first.year, first.month)[1]
            yield Window(start=first, end=first.replace(day=last_day))
            first = _back(first, 1)


def frame_of(text: str | None, today: date) -> Frame:
    """The frame that ends with the month `2025-02`; with this month for any other text."""
    try:
        year, month = (text or "").split("-")
        wanted = date(int(year), int(month), 1)
        _back(wanted, 3 * MONTHS), _back(wanted, -MONTHS)  # the links lead to dates that exist
    except ValueError:
        return Frame.until(today)
    return Frame.until(min(wanted, today))


def calendar(status: DatasetStatus, frame: Frame) -> tuple[Month, ...]:
    """The months of a frame, the newest first; without the empty ones before the first load.

    If no schedule brings the dataset, only the months in which it has a day.
    """
    stretches = [one for one in status.stretches if one.window.start <= frame_end(frame)]
    rows = [_month(window, stretches) for window in frame.months()]
    if not status.is_daily:
        return tuple(row for row in rows if row.bars)
    while rows and not rows[-1].bars:
        rows.pop()
    return tuple(rows)


def frame_end(frame: Frame) -> date:
    """The last day of the frame."""
    return next(frame.months()).end


def _month(month: Window, stretches: list[Stretch]) -> Month:
    bars = tuple(
        Bar(
            first=max(stretch.window.start, month.start).day,
            days=(min(stretch.window.end, month.end) - max(stretch.window.start, month.start)).days
            + 1,
            state=stretch.state,
            newer_refused=stretch.newer_refused,
            text=f"{stretch.state}: {stretch}",
        )
        for stretch in stretches
        if stretch.window.start <= month.end and stretch.window.end >= month.start
    )
    return Month(f"{month.start:%Y-%m}", month.days, bars)


def _back(month: date, months: int) -> date:
    """The first day of the month so many months before; raises ValueError outside of 1 to 9999."""
    count = month.year * 12 + month.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
