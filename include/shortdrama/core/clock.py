"""The pipeline's only source of "now", so that any day can be run again.

A frozen clock always gives the same instant: replays, the demo and tests use it. Otherwise the
clock is the machine's, in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime


def parse_instant(text: str) -> datetime:
    """An ISO instant such as 2026-02-25T08:00Z; UTC if it has no zone. Raises ValueError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an ISO instant such as 2026-02-25T08:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """Tells the time in UTC; frozen at an instant if one is given."""

    frozen_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.frozen_at is not None and self.frozen_at.tzinfo is None:
            raise ValueError(f"a frozen clock needs a time zone: {self.frozen_at.isoformat()}")

    @property
    def is_frozen(self) -> bool:
        """Whether the clock is frozen."""
        return self.frozen_at is not None

    def now(self) -> datetime:
        """The current instant, in UTC, in whole seconds, as in the lake's timestamps."""
        instant = self.frozen_at or datetime.now(UTC)
        return instant.astimezone(UTC).replace(microsecond=0)

    def today(self) -> date:
        """The current UTC date."""
        return self.now().date()
