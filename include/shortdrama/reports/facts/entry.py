"""What a reader must weigh before entering Minis: needed, seen, said, and not known."""

from datetime import date
from decimal import Decimal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.minis import WORLD
from shortdrama.reports.facts.rows import Frozen, read


class Weighed(Frozen):
    """A figure or a statement; `certainty` is assumption, observed, secondary or class."""

    topic: str
    item: str
    unit: str | None
    value_low: Decimal | None
    value: Decimal | None
    value_high: Decimal | None
    is_lower_bound: bool
    certainty: str
    statement_en: str | None = None
    statement_zh: str | None = None
    source: str
    as_of_on: date | None


class Entry(Frozen):
    """The rows of the newest month."""

    month_start_on: date | None
    rows: tuple[Weighed, ...]

    def about(self, topic: str) -> tuple[Weighed, ...]:
        """The rows of a topic."""
        return tuple(row for row in self.rows if row.topic == topic)

    def statements(self, topic: str) -> tuple[Weighed, ...]:
        """Those without a figure."""
        return tuple(row for row in self.about(topic) if row.statement_en is not None)

    def figure(self, topic: str, start: str, *, unit: str | None = None) -> Weighed | None:
        """The first figure of a topic whose item begins so."""
        found = [
            row
            for row in self.about(topic)
            if row.item.startswith(start) and row.value is not None and unit in (None, row.unit)
        ]
        return found[0] if found else None


class _Row(Weighed):
    month_start_on: date


def entry(connection: DuckDBPyConnection, until: date) -> Entry:
    """The newest month that had begun on a day; empty if there is none."""
    found = read(
        connection,
        _Row,
        """
        select
            month_start_on, topic, item, unit, value_low, value, value_high, is_lower_bound,
            certainty, statement_en, statement_zh, source, as_of_on
        from marts.rpt_minis_entry
        where list_contains($market, market) and month_start_on <= $until
        qualify month_start_on = max(month_start_on) over ()
        order by topic, item
        """,
        market=WORLD,
        until=until,
    )
    return Entry(
        month_start_on=found[0].month_start_on if found else None,
        rows=tuple(Weighed.model_validate(row) for row in found),
    )
