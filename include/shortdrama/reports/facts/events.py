"""What happened to the market, with its date."""

from datetime import date
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, read


class Event(Frozen):
    """An event; without an exact day it happened sometime from its first to its last."""

    kind: str
    starts_on: date
    ends_on: date
    date_precision: Literal["day", "week", "month", "quarter"]
    title_en: str
    title_zh: str
    source: str
    certainty: Literal["primary", "secondary"]

    @property
    def is_marked(self) -> bool:
        """Whether it is worth a mark on a chart: not a publication with only its month known."""
        return self.kind != "publication" or self.date_precision == "day"


def events(connection: DuckDBPyConnection, start: date, end: date) -> tuple[Event, ...]:
    """Events that touch a span of days, the oldest first."""
    return read(
        connection,
        Event,
        """
        select kind, starts_on, ends_on, date_precision, title_en, title_zh, source, certainty
        from marts.fct_market_events
        where starts_on <= $end and ends_on >= $start
        order by starts_on, ends_on, event_id
        """,
        start=start,
        end=end,
    )
