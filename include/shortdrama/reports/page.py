"""One edition in one locale, as blocks. The layouts know blocks and no report.

Every text in here is final: in the locale's words, with the locale's numbers. Names that come from
data are unchanged and unescaped; each layout makes them harmless in its own way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Direction = Literal["up", "down", "flat"]
Tone = Literal["main", "muted", "estimate", "forecast", "up", "down"]
"""How strongly a mark is drawn; `estimate` and `forecast` are figures that have not happened."""


@dataclass(frozen=True)
class Phrase:
    """A text that may point up or down, with a smaller text beneath it."""

    text: str
    direction: Direction = "flat"
    detail: str = ""


@dataclass(frozen=True)
class Point:
    """One sentence of the answer; `lead` is the bold word that it begins with."""

    lead: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What a reader takes away: the claim, how high that is, and the points that explain it."""

    claim: str
    context: str
    points: tuple[Point, ...]
    scope: str
    """One line: what is counted, whose estimates, what is not in it."""


@dataclass(frozen=True)
class Banner:
    """A line above everything else that changes how the figures are to be read."""

    kind: Literal["sample", "late", "overridden", "correction", "test"]
    text: str


@dataclass(frozen=True)
class Tile:
    """A headline figure."""

    label: str
    value: str
    change: Phrase


@dataclass(frozen=True)
class Tiles:
    """Headline figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headings; the second column is the one that names things."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Phrase, ...], ...]
    none: str
    """Said instead of the table when there is no row."""
    note: str = ""


@dataclass(frozen=True)
class Lines:
    """A title and what stands beneath it, line by line."""

    title: str
    lines: tuple[Phrase, ...]
    note: str = ""


@dataclass(frozen=True)
class TimePoint:
    """A figure at a date; an empty label is not written."""

    on: date
    value: Decimal
    label: str = ""


@dataclass(frozen=True)
class Series:
    """A line over time; a date without a figure is a gap."""

    name: str
    points: tuple[TimePoint, ...]
    tone: Tone = "main"


@dataclass(frozen=True)
class DatedEvent:
    """Something that happened, marked on the time axis."""

    on: date
    label: str


@dataclass(frozen=True)
class TimeChart:
    """Lines over time. `ticks` are the dates that are written below, in the locale's form."""

    series: tuple[Series, ...]
    ticks: tuple[tuple[date, str], ...]
    events: tuple[DatedEvent, ...] = ()
    from_zero: bool = False


@dataclass(frozen=True)
class Bar:
    """A named bar; `change` stands at its end, coloured by `direction`."""

    name: str
    value: Decimal
    label: str
    change: str = ""
    direction: Direction = "flat"
    tone: Tone = "main"


@dataclass(frozen=True)
class BarChart:
    """Bars from the top to the bottom in the given order; values may be below zero."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Range:
    """From `low` to `high`; an open end (`high` is None) is drawn as an arrow."""

    name: str
    low: Decimal
    high: Decimal | None
    label: str
    tone: Tone = "main"


@dataclass(frozen=True)
class RangeChart:
    """Ranges on one scale, such as price bands, or what is needed beside what was seen.

    `ticks` are the values that are written below; with `is_log` the scale is logarithmic.
    """

    ranges: tuple[Range, ...]
    ticks: tuple[tuple[Decimal, str], ...]
    is_log: bool = False


Chart = TimeChart | BarChart | RangeChart


@dataclass(frozen=True)
class Figure:
    """A chart. Its title is a claim, its `alt` says in a sentence what it shows."""

    name: str
    """Of the picture: `revenue` is `revenue.png`. Unique in the page."""
    title: str
    alt: str
    chart: Chart
    note: str = ""


Block = Tiles | Figure | Table | Lines


Cell = str | Decimal | int | date | None


@dataclass(frozen=True)
class Sheet:
    """Figures for the workbook: exact values, the unit in each heading."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Footer:
    """What stands below everything: method, ids, vendors, and whom to answer."""

    method: str
    facts: tuple[Phrase, ...]
    """Label and value (`detail`): edition, snapshot, published, data through, universe."""
    help: str


@dataclass(frozen=True)
class Page:
    """One edition in one locale."""

    language: str
    """For the HTML and the header: `en`, `zh-CN`."""
    sender_name: str
    subject: str
    preheader: str
    banners: tuple[Banner, ...]
    title: str
    period: str
    answer: Answer
    blocks: tuple[Block, ...]
    pipeline: Lines | None
    """The one small block about our data and checks and not about the market."""
    footer: Footer
    colon: str = ": "
    """Between a label and its value; `：` in Chinese."""
    sheets: Sequence[Sheet] = field(default=())


def direction(change: Decimal | int | None) -> Direction:
    """Where a change points. Give it the figure as it is shown: what rounds to nothing is flat."""
    if not change:
        return "flat"
    return "up" if change > 0 else "down"
