"""The words of one edition in one locale, ready for a layout: HTML and plain text share them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Direction = Literal["up", "down", "flat"]


def direction(change: Decimal | int | None) -> Direction:
    """Where a change points; what is unknown points nowhere."""
    if not change:
        return "flat"
    return "up" if change > 0 else "down"


@dataclass(frozen=True)
class Phrase:
    """A text that may point up or down, with a smaller text beneath it."""

    text: str
    direction: Direction = "flat"
    detail: str = ""


@dataclass(frozen=True)
class Tile:
    """A headline figure."""

    label: str
    value: str
    change: Phrase


@dataclass(frozen=True)
class Table:
    """Rows under headings; the second column is the one that names things."""

    title: str
    note: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Phrase, ...], ...]
    none: str


@dataclass(frozen=True)
class Section:
    """A title and what stands beneath it, line by line."""

    title: str
    lines: tuple[Phrase, ...]
    note: str = ""


@dataclass(frozen=True)
class ChartWording:
    """What stands around the picture, and instead of it; bars are label, figure and 0-1 length."""

    title: str
    note: str
    alt: str
    bars: tuple[tuple[str, str, Decimal], ...]


@dataclass(frozen=True)
class Wording:
    """One edition in one locale."""

    language: str
    subject: str
    preheader: str
    sample: str | None
    title: str
    period: str
    scope: str
    tiles: tuple[Tile, ...]
    quarter: Section
    chart: ChartWording
    leaderboard: Table
    countries: Table
    forecast: Section
    reconciliation: Section
    freshness: Section
    checks: Section
    footer: Section
