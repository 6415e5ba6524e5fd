"""What a report is: its id, its periods, what it needs, and how an edition of it is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Protocol

from duckdb import DuckDBPyConnection

from shortdrama.core.windows import Window
from shortdrama.reports.page import Page
from shortdrama.reports.words.formats import LocaleName


class Period(Protocol):
    """A week, a month or a day; labels (`2025-W39`, `2025-09`, `2025-09-30`) are its name."""

    @property
    def label(self) -> str:
        """Its name."""

    @property
    def window(self) -> Window:
        """Its days, both ends inclusive."""


class Content(Protocol):
    """What an edition says, before words: a frozen pydantic model, the same for all locales."""

    @property
    def moved_pct(self) -> Mapping[str, Decimal]:
        """How much moved, by what (`hashtag_views`, ...); subscriptions have thresholds for it."""


@dataclass(frozen=True)
class Report:
    """One report; `compose` reads a snapshot and raises ReportWithheld, `written` needs no I/O."""

    id: str
    """`weekly_brief`, `monthly_report`, `minis_pulse`."""
    required: tuple[str, ...]
    """Datasets without which it is withheld."""
    period_of: Callable[[str], Period]
    """Parses a label; raises ValueError in words."""
    days_after: int
    """It is due so many days after the period's last day, in the recipient's time zone ..."""
    at: time
    """... at this time."""
    compose: Callable[[DuckDBPyConnection, object, Period, datetime], Content]
    """From the marts of a snapshot, its manifest, the period, and the time when it is made."""
    written: Callable[[Any, LocaleName], Page]
    """From what `compose` gave, each report its own model."""
