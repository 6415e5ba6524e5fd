"""What an overview needs to know about a load: much less than its record, so that it stays small.

A process that shows the overview often keeps these facts, page by page, instead of the records: the
sealed pages of a ledger never change.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from shortdrama.core.windows import Window
from shortdrama.lake.ledger import LoadLedger, LoadRecord, Status
from shortdrama.lake.overrides import Override

KNOWN_COUNTRIES = 1000


class LoadFact(NamedTuple):
    """A load as one record of it says; `about` is the file or the window that it was made of.

    `is_backfilled`: a backfill pulled it, so it says nothing about how fresh the dataset is.
    """

    load_id: str
    status: Status
    seq: int
    start: date
    end: date
    countries: tuple[str, ...]
    said_at: datetime
    decided_at: datetime
    about: str
    reasons: tuple[str, ...]
    override: Override | None
    is_backfilled: bool = False

    @property
    def window(self) -> Window:
        """The business dates that the load is about."""
        return Window(start=self.start, end=self.end)


def newest_facts(ledger: LoadLedger) -> list[LoadFact]:
    """The newest facts of each load, in the order in which the gate decided the loads."""
    pages = ledger.summaries(_facts)
    # A dict key that is set again keeps its place.
    return list({fact.load_id: fact for page in pages for fact in page}.values())


def accepted(newest: Sequence[LoadFact]) -> list[LoadFact]:
    """The loads that count, oldest decision first."""
    return sorted((fact for fact in newest if fact.status == "accepted"), key=lambda fact: fact.seq)


def _facts(records: Sequence[LoadRecord]) -> tuple[LoadFact, ...]:
    return tuple(fact_of(record) for record in records)


def fact_of(record: LoadRecord) -> LoadFact:
    """The facts of a record."""
    window = record.coverage.window
    return LoadFact(
        load_id=record.load_id,
        status=record.status,
        seq=record.seq,
        start=window.start,
        end=window.end,
        countries=_shared(record.coverage.countries),
        said_at=record.said_at,
        decided_at=record.decided_at,
        about=record.file_name or str(window),
        # A load that a person accepted keeps the gate's reasons; it is not refused any more.
        reasons=record.reasons if record.status == "quarantined" else (),
        override=record.override,
        is_backfilled=record.backfill is not None,
    )


@lru_cache(KNOWN_COUNTRIES)
def _shared(countries: tuple[str, ...]) -> tuple[str, ...]:
    """The same object for equal lists of countries: there are thousands of loads and few lists."""
    return countries
