"""One ordinary load, whatever the dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from shortdrama.core.windows import Window


@dataclass(frozen=True)
class OrdinaryLoad:
    """What a pull gave. `sql` selects the dataset's own columns, in their order."""

    sql: str
    window: Window
    countries: tuple[str, ...]
    said_at: datetime


Ordinary = Callable[[date, float], OrdinaryLoad | None]
"""The load of a day, at a restlessness of 1 (usual) or more; None on days without one."""


def at_noon(day: date) -> datetime:
    """When everything of a day is said."""
    return datetime.combine(day, time(12), UTC)


def uniform(*parts: str) -> str:
    """SQL of a number in [0, 1) that depends on the parts alone."""
    return f"((hash({', '.join(parts)}) % 1000003) / 1000003.0)"


def around(*parts: str, by: float) -> str:
    """SQL of a factor in [1 - by, 1 + by) that depends on the parts alone."""
    return f"(1 + {by:.6f} * (2 * {uniform(*parts)} - 1))"
