"""What stands on a market page: sections of charts and tables, each with the rows behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from shortdrama.reports.layout.harmless import harmless
from shortdrama.reports.page import Banner
from shortdrama.reports.words.formats import LocaleName

Value = str | int | bool | Decimal | date | datetime | None
Kind = Literal["usd", "count", "pct", "change", "fine", "number", "ratio", "day", "text"]
"""How a figure is written; `change` and `fine` are signed percentages."""


@dataclass(frozen=True)
class Rows:
    """Rows of a mart. Columns whose names begin with `_` are ours, for display only.

    In a row with a text in `_gap` nothing is drawn; the text says why.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.rows)

    def dicts(self) -> list[dict[str, Value]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def each(self, column: str) -> tuple[Value, ...]:
        """Different values of a column, in the order of the rows."""
        place = self.columns.index(column)
        return tuple(dict.fromkeys(row[place] for row in self.rows))

    def newest(self, column: str) -> date | None:
        """The newest day of a column."""
        place = self.columns.index(column)
        return max((row[place] for row in self.rows if isinstance(row[place], date)), default=None)  # type: ignore[type-var, return-value]


def rows_of(found: Sequence[Mapping[str, Value]]) -> Rows:
    """Rows from mappings with the same keys, every text made harmless."""
    if not found:
        return Rows((), ())
    columns = tuple(found[0])
    return Rows(columns, tuple(tuple(_clean(row[name]) for name in columns) for row in found))


def _clean(value: Value) -> Value:
    return _harmless(value) if isinstance(value, str) else value


_harmless = lru_cache(maxsize=4096)(harmless)
"""The same names and labels are in thousands of rows."""


@dataclass(frozen=True)
class Field:
    """A column as people read it, in tables and tooltips; phones leave out what is `wide`."""

    column: str
    label: str
    kind: Kind = "text"
    wide: bool = False


@dataclass(frozen=True)
class Selector:
    """Chooses the rows whose `column` has a value; with `fields` the figure that is drawn."""

    column: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str
    fields: tuple[Field, ...] = ()


MEASURE = "measure"
"""The column of a selector that chooses a figure and no rows."""


@dataclass(frozen=True)
class Origin:
    """Where figures come from, in words: mart, basis, as-of; None: neither real nor made up."""

    mart: str
    basis: str
    as_of: str
    is_sample: bool | None


@dataclass(frozen=True)
class Chart:
    """Rows with a picture, or a table where `spec` is None. `name` is unique on the page.

    `spec` is Vega-Lite over the named data `rows`; the chosen figure is its field `value`.
    """

    name: str
    title: str
    rows: Rows
    fields: tuple[Field, ...]
    origin: Origin
    spec: Mapping[str, Any] | None = None
    selectors: tuple[Selector, ...] = ()
    note: str = ""

    def chosen(self) -> list[dict[str, Value]]:
        """The rows that are shown first."""
        wanted = {one.column: one.chosen for one in self.selectors if one.column != MEASURE}
        return [
            row
            for row in self.rows.dicts()
            if all(as_text(row[name]) == value for name, value in wanted.items())
        ]


def as_text(value: Value) -> str | None:
    """A value as the page's data has it, with all its digits."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(" ", "seconds")
        case _:
            return str(value)


@dataclass(frozen=True)
class Section:
    """A part of the page; without charts `empty` says why."""

    name: str
    title: str
    lead: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    empty: str = ""

    def checked(self, nothing: str) -> "Section":
        """Without charts that have no rows; if none is left, it says so."""
        charts = tuple(chart for chart in self.charts if chart.rows)
        return replace(self, charts=charts, empty=self.empty or ("" if charts else nothing))


@dataclass(frozen=True)
class Tile:
    """A headline figure."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Summary:
    """What a hurried reader takes along."""

    claim: str
    tiles: tuple[Tile, ...]
    points: tuple[tuple[str, str], ...]
    """A sentence, and the section that shows it."""


@dataclass(frozen=True)
class MarketPage:
    """The page of one snapshot in one language."""

    locale: LocaleName
    title: str
    snapshot_id: str
    published: str
    scope: str
    banners: tuple[Banner, ...]
    summary: Summary
    sections: tuple[Section, ...]
    method: str
