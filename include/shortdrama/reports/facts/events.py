"""What happened to the market, with its date."""

from datetime import date
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, read


class Event(Frozen):
    """An event; without an exact day it happened sometime from its first to its last."""

    starts_on: date
    ends_on: date
    date_precision: Literal["day", "week", "month", "quarter"]
    title_en: str
    title_zh: str
    source: str
    certainty: Literal["primary", "secondary"]


def events(connection: DuckDBPyConnection, start: date, end: date) -> tuple[Event, ...]:
    """Events that touch a span of days, the oldest first.

    A publication of which only the month is known is not worth a mark on a chart.
    """
    return read(
        connection,
        Event,
        """
        select starts_on, ends_on, date_precision, title_en, title_zh, source, certainty
        from marts.fct_market_events
        where starts_on <= $end and ends_on >= $start
            and (kind <> 'publication' or date_precision = 'day')
        order by starts_on, ends_on, event_id
        """,
        start=start,
        end=end,
    )
