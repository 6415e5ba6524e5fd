"""The marts of a snapshot as the sections of a page read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
from duckdb import DuckDBPyConnection

from shortdrama.market_page.model import Origin, Selector, Value
from shortdrama.reports.facts.scope import BASIS, HASHTAG_VENDOR, VENDOR
from shortdrama.reports.facts.snapshot import SnapshotFacts
from shortdrama.reports.facts.vendors import Permission, Quotable, permission, quotable
from shortdrama.reports.words.voice import Voice

OURS = {"vendor": VENDOR, "basis": BASIS}
MINE = "(vendor, revenue_basis) = ($vendor, $basis)"
"""No vendor and no basis is ever mixed with another."""

WHOLE, WORLD, CHINA = "World ex-China", "World", "CN"
Row = dict[str, Value]


OLDER = (duckdb.CatalogException, duckdb.BinderException)
"""A mart or a column is not in the snapshot: it was made before there was one."""


@dataclass(frozen=True)
class Source:
    """A connection whose schema `marts` has them, and the language to write in."""

    connection: DuckDBPyConnection
    snapshot: SnapshotFacts
    voice: Voice

    def read(self, sql: str, **parameters: object) -> list[Row]:
        """The rows of a query by column, with exact values."""
        cursor = self.connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def t(self, key: str, **values: object) -> str:
        """The text of a key."""
        return self.voice.t(key, **values)

    def word(self, group: str, value: object) -> str:
        """A code of the marts in words; one that is newer than this software as it is."""
        key = f"{group}.{value}"
        return self.t(key) if self.voice.has(key) else str(value).replace("_", " ")

    @property
    def apps(self) -> Permission:
        """What of the estimates may be passed on."""
        return self._permission(VENDOR)

    @property
    def hashtags(self) -> Permission:
        """What of the hashtags may be passed on."""
        return self._permission(HASHTAG_VENDOR)

    def _permission(self, name: str) -> Permission:
        if self.snapshot.is_sample:
            return Permission(rows=True, aggregates=True)
        return permission(self.connection, name, is_sample=False)

    def quotable(self, publishers: Sequence[Value]) -> Quotable:
        """Which publishers may be quoted."""
        names = tuple(dict.fromkeys(map(str, publishers)))
        if self.snapshot.is_sample:
            return Quotable(allowed=frozenset(names), left_out=())
        return quotable(self.connection, names, is_sample=False)

    def place(self, geography: Value) -> str:
        """A geography of the marts in words."""
        name = str(geography)
        key = f"place.{name}"
        if self.voice.has(key):
            return self.t(key)
        return self.voice.f.country(name) if len(name) == 2 else name

    def origin(self, mart: str, basis: str, as_of: Value, rows: Sequence[Row]) -> Origin:
        """Mart, basis, newest day, and whether any row is made up; None if the mart has no mark."""
        known = [bool(row["is_sample"]) for row in rows if "is_sample" in row]
        return Origin(
            mart=mart,
            basis=basis,
            as_of=self.voice.f.day(as_of) if isinstance(as_of, date) else "",
            is_sample=any(known) if known else None,
        )

    @property
    def net(self) -> str:
        """The basis of the estimates."""
        return self.t("basis.net", vendor=VENDOR)

    def places(self, geographies: Sequence[Value], first: str = WHOLE) -> Selector:
        """Chooses a geography: totals, then regions, then countries by name."""
        totals = [name for name in (WHOLE, WORLD) if name in geographies]
        rest = [str(name) for name in geographies if name not in totals]
        rest.sort(key=lambda name: (len(name) == 2, self.place(name)))
        names = [*totals, *rest]
        chosen = first if first in names else names[0]
        options = tuple((name, self.place(name)) for name in names)
        return Selector("geography", self.t("choose.place"), options, chosen)

    def months(self, labels: Sequence[Value]) -> Selector:
        """Chooses a month by its label, the newest first."""
        names = sorted({str(label) for label in labels}, reverse=True)
        month = self.voice.f.month
        options = tuple((name, month(date.fromisoformat(f"{name}-01"))) for name in names)
        return Selector("period_label", self.t("choose.period"), options, names[0])


def gap(voice: Voice, row: Row) -> str:
    """Why the figures of a period cannot be compared with others; empty if they can."""
    covered = Decimal(str(row["completeness_ratio"] or 0))
    if covered < 1:
        return voice.t("gap.incomplete", share=voice.f.pct(100 * covered))
    return voice.t("gap.provisional") if row["maturity"] != "settled" else ""
