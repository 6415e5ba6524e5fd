"""Windows of business dates, and the windows that a run pulls."""

from collections.abc import Iterator
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, model_validator

MAX_DAYS_PER_PULL = 92
"""A call is priced per country, not per day, so windows are long; the limit saves memory."""


class Window(BaseModel):
    """Business dates, both ends inclusive."""

    model_config = ConfigDict(frozen=True)

    start: date
    end: date

    @model_validator(mode="after")
    def _ordered(self) -> "Window":
        if self.end < self.start:
            raise ValueError(
                f"the window ends ({self.end}) before it starts ({self.start}); swap start and end"
            )
        return self

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"

    @property
    def days(self) -> int:
        """How many business dates the window holds."""
        return (self.end - self.start).days + 1

    def split(self, max_days: int = MAX_DAYS_PER_PULL) -> Iterator["Window"]:
        """Contiguous windows of at most `max_days`, oldest first, that cover this one exactly."""
        start = self.start
        while start <= self.end:
            end = min(self.end, start + timedelta(days=max_days - 1))
            yield Window(start=start, end=end)
            start = end + timedelta(days=1)


def asked_windows(
    start: date | None, end: date | None, today: date, otherwise: Window
) -> list[Window]:
    """The windows of a run that a person triggered: the given dates, or else `otherwise`.

    Raises ValueError when only one date is given or the end is in the future.
    """
    if start is None and end is None:
        return list(otherwise.split())
    if start is None or end is None:
        raise ValueError("give both start and end, or neither (then the trailing window is pulled)")
    if end >= today:
        raise ValueError(f"the window {start}..{end} is not over yet: today is {today}")
    return list(Window(start=start, end=end).split())
