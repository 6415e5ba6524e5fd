"""What earlier loads said about what a load covers: the relation `previous` of a gate.

Which rows are previous depends on how loads of the dataset follow each other:

| loads follow each other | previous rows |
|---|---|
| by day | the rows of each covered country and day, from the newest load that covers them |
| as snapshots with countries | the rows of each covered country, from the newest such load |
| as snapshots | the newest load: each one has the whole list |
| as editions | every edition, from its newest load |
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import duckdb

from shortdrama.datasets.model import ByDay, Dataset, Edition
from shortdrama.lake import duck
from shortdrama.lake.duck import loads_query
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.lake.store import ObjectStore


def said_before(
    accepted: Sequence[LoadRecord], load_id: str, said_at: datetime, provider: str | None = None
) -> list[LoadRecord]:
    """The loads that a load can be compared with: others of its provider, not said later.

    A replay of an old load is not compared with what was said since. Its original, said at the
    same instant, counts as earlier.
    """
    return [
        record
        for record in accepted
        if record.load_id != load_id
        and record.said_at <= said_at
        # Loads of older releases do not say who was asked.
        and record.coverage.provider in (None, provider)
    ]


def attach_previous(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    coverage: Coverage,
    accepted: Sequence[LoadRecord],
    store: ObjectStore,
) -> None:
    """Create the view `previous`, with the dataset's columns; empty if nothing was said before.

    `accepted` are loads of the dataset. The one said later is newer; at the same instant, the one
    with the higher `seq`. The view names only files of loads that own a row, and reads them when
    it is queried: the connection must be able to reach the lake.
    """
    newest_first = by_age(accepted)
    if isinstance(dataset.follows, Edition):
        _attach_editions(connection, dataset, dataset.follows, newest_first, store)
        return
    slices = slices_of(dataset, coverage, newest_first)
    owners = {load_id for load_id, _, _ in slices}
    read = [record for record in newest_first if record.load_id in owners]
    connection.execute(
        """
        create or replace table previous_slices as
        select
            unnest(cast($loads as varchar[])) as load_id,
            unnest(cast($countries as varchar[])) as country_code,
            unnest(cast($days as date[])) as day_on
        """,
        {
            "loads": [load_id for load_id, _, _ in slices],
            "countries": [country for _, country, _ in slices],
            "days": [day for _, _, day in slices],
        },
    )
    owned = ["loads.load_id = previous_slices.load_id"]
    if isinstance(dataset.follows, ByDay):
        owned.append(f"loads.{dataset.follows.day_column} = previous_slices.day_on")
    if coverage.countries:
        owned.append("loads.country_code = previous_slices.country_code")
    loads = loads_query(dataset.column_types, [store.uri(record.key) for record in read])
    connection.execute(
        f"""
        create or replace view previous as
        select loads.*
        from ({loads}) as loads
        inner join previous_slices on {" and ".join(owned)}
        """  # noqa: S608 - the dataset's own names
    )


Slice = tuple[str, str | None, date | None]
"""The load that owns it, its country and its day, where the dataset has them."""


def by_age(accepted: Sequence[LoadRecord]) -> list[LoadRecord]:
    """The loads, the one said last first: it decides what it covers."""
    return sorted(accepted, key=lambda record: (record.said_at, record.seq), reverse=True)


def slices_of(
    dataset: Dataset, coverage: Coverage, newest_first: Sequence[LoadRecord]
) -> list[Slice]:
    """Which load owns each slice of the coverage; slices without a load are left out."""
    if not coverage.countries:
        return [(record.load_id, None, None) for record in newest_first[:1]]
    days: list[date | None] = [None]
    if isinstance(dataset.follows, ByDay):
        first = coverage.window.start
        days = [first + timedelta(days=number) for number in range(coverage.window.days)]
    missing = {country: set(days) for country in coverage.countries}
    slices: list[Slice] = []
    for record in newest_first:
        if not any(missing.values()):
            break
        window = record.coverage.window
        covered = {day for day in days if day is None or window.start <= day <= window.end}
        for country in missing.keys() & set(record.coverage.countries):
            slices += [(record.load_id, country, day) for day in missing[country] & covered]
            missing[country] -= covered
    return slices


def _attach_editions(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    edition: Edition,
    newest_first: Sequence[LoadRecord],
    store: ObjectStore,
) -> None:
    """All files are read: there are only a few per year, with some hundred rows each."""
    named_by = ", ".join(edition.named_by)
    order = duck.list_literal([record.load_id for record in newest_first])
    connection.execute(
        f"""
        create or replace view previous as
        with loads as (
            {loads_query(dataset.column_types, [store.uri(record.key) for record in newest_first])}
        ),
        ordered as (
            select
                *,
                rank() over (
                    partition by {named_by} order by list_position({order}, load_id)
                ) as recency
            from loads
        )
        select * exclude (recency) from ordered where recency = 1
        """  # noqa: S608 - the dataset's own names
    )
