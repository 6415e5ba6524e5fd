"""The periods of reports: ISO weeks, months and days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from shortdrama.core.windows import Window

SETTLING_DAYS = 3
"""A younger day is provisional: Google Play's estimates come up to two days late."""

WEEK_DUE_AFTER = 4
"""Days from a week's Sunday to the Thursday on which its brief is sent."""

LABEL = re.compile(r"(\d{4})-W(\d{2})")
MONTH_LABEL = re.compile(r"(\d{4})-(\d{2})")
DAY_LABEL = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, order=True)
class IsoWeek:
    """A week from Monday to Sunday; `year` is the ISO year, that of the week's Thursday."""

    year: int
    number: int

    def __post_init__(self) -> None:
        try:
            date.fromisocalendar(self.year, self.number, 1)
        except ValueError as error:
            raise ValueError(f"there is no ISO week {self.label}: {error}") from error

    @classmethod
    def parse(cls, label: str) -> "IsoWeek":
        """The week of a label such as `2025-W39`; raises ValueError on anything else."""
        match = LABEL.fullmatch(label)
        if match is None:
            raise ValueError(f"{label!r} is not an ISO week; write it as 2025-W39")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def containing(cls, day: date) -> "IsoWeek":
        """The week of a day."""
        calendar = day.isocalendar()
        return cls(calendar.year, calendar.week)

    @property
    def label(self) -> str:
        """The label as in the marts: `2025-W39`."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def window(self) -> Window:
        """Monday to Sunday, both inclusive."""
        monday = date.fromisocalendar(self.year, self.number, 1)
        return Window(start=monday, end=monday + timedelta(days=6))


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    def __post_init__(self) -> None:
        try:
            date(self.year, self.number, 1)
        except ValueError as error:
            raise ValueError(f"there is no month {self.label}: {error}") from error

    @classmethod
    def parse(cls, label: str) -> "Month":
        """The month of a label such as `2025-09`; raises ValueError on anything else."""
        match = MONTH_LABEL.fullmatch(label)
        if match is None:
            raise ValueError(f"{label!r} is not a month; write it as 2025-09")
        return cls(int(match[1]), int(match[2]))

    @property
    def label(self) -> str:
        """The label as in the marts: `2025-09`."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def window(self) -> Window:
        """Its first to its last day, both inclusive."""
        start = date(self.year, self.number, 1)
        next_month = (start + timedelta(days=31)).replace(day=1)
        return Window(start=start, end=next_month - timedelta(days=1))


@dataclass(frozen=True, order=True)
class Day:
    """A calendar day."""

    on: date

    @classmethod
    def parse(cls, label: str) -> "Day":
        """The day of a label such as `2025-09-30`; raises ValueError on anything else."""
        if DAY_LABEL.fullmatch(label) is None:
            raise ValueError(f"{label!r} is not a day; write it as 2025-09-30")
        try:
            return cls(date.fromisoformat(label))
        except ValueError as error:
            raise ValueError(f"there is no day {label}: {error}") from error

    @property
    def label(self) -> str:
        """The label: `2025-09-30`."""
        return self.on.isoformat()

    @property
    def window(self) -> Window:
        """The day alone."""
        return Window(start=self.on, end=self.on)


def week_due_on(week: IsoWeek) -> date:
    """The Thursday on which a week's brief is sent."""
    return week.window.end + timedelta(days=WEEK_DUE_AFTER)


def last_due_week(today: date) -> IsoWeek:
    """The newest week whose Thursday has come."""
    return IsoWeek.containing(today - timedelta(days=WEEK_DUE_AFTER + 6))
