"""What happened to the market, with its date."""

from datetime import date
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, read

WORLD = "World"


class Event(Frozen):
    """An event; without an exact day it happened sometime from its first to its last."""

    kind: str
    geography: str
    starts_on: date
    ends_on: date
    date_precision: Literal["day", "week", "month", "quarter"]
    title_en: str
    title_zh: str
    source: str
    certainty: Literal["primary", "secondary"]

    @property
    def is_marked(self) -> bool:
        """Whether it belongs on a chart of the market outside China.

        Not what is about the whole world (TikTok's tests, forecasts with China), nor what another
        publisher changed in its own figures: beside the line it would look like the cause.
        """
        if self.geography == WORLD or self.kind == "restatement":
            return False
        return self.kind != "publication" or self.date_precision == "day"


def events(connection: DuckDBPyConnection, start: date, end: date) -> tuple[Event, ...]:
    """Events that touch a span of days, the oldest first."""
    return read(
        connection,
        Event,
        """
        select
            kind, geography, starts_on, ends_on, date_precision, title_en, title_zh,
            source, certainty
        from marts.fct_market_events
        where starts_on <= $end and ends_on >= $start
        order by starts_on, ends_on, event_id
        """,
        start=start,
        end=end,
    )
