"""The record of what a load was asked for and answered, made when its gate decides."""

from pathlib import Path

import duckdb

from shortdrama.datasets.model import Api, Dataset
from shortdrama.gates.previous import said_before
from shortdrama.lake import documents, keys
from shortdrama.lake.answers import COUNTRY, Answers, Rows, calls_of
from shortdrama.lake.landing import Pull
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore

MOST_COUNTRIES = 1_000
"""There are some 250 countries, but an answer that is wrong may name any number of them."""


def keep_answers(
    dataset: Dataset, pull: Pull, store: ObjectStore, parquet: Path | None = None
) -> None:
    """Write the record of a load that came from an API; a second run writes the same.

    `parquet` is its candidate, a local file with the dataset's columns, if there is one.
    """
    if isinstance(dataset.arrives, Api):
        answers = Answers(
            load_id=pull.load_id,
            dataset=dataset.id,
            window=pull.coverage.window,
            calls=calls_of(pull.parts),
            rows=_rows(dataset, pull, parquet) if parquet else None,
        )
        documents.put(answers, store, keys.answers(dataset.id, pull.load_id))


def find_answers(dataset: Dataset, load_id: str, store: ObjectStore) -> Answers | None:
    """The record of a load; None for files, and for loads of older releases."""
    return documents.find(Answers, store, keys.answers(dataset.id, load_id))


def answers_before(record: LoadRecord, dataset: Dataset, store: ObjectStore) -> Answers | None:
    """The record of the newest accepted load said before that was asked for as many days."""
    before = said_before(
        LoadLedger(store, dataset.id).accepted(),
        record.load_id,
        record.said_at,
        record.coverage.provider,
    )
    of_as_many_days = [
        one for one in before if one.coverage.window.days == record.coverage.window.days
    ]
    if not of_as_many_days:
        return None
    newest = max(of_as_many_days, key=lambda one: (one.said_at, one.seq))
    return find_answers(dataset, newest.load_id, store)


def _rows(dataset: Dataset, pull: Pull, parquet: Path) -> tuple[Rows, ...]:
    """By country, those that were asked for first; in all if the dataset has no countries.

    Countries that nobody asked for are listed too, as far as MOST_COUNTRIES goes.
    """
    has_countries = COUNTRY in dataset.column_types
    counted = f"count(*), count(distinct {dataset.key[0]})"
    asked = pull.coverage.countries if has_countries else (None,)
    with duckdb.connect(config={"threads": 2}) as connection:
        found = connection.execute(
            f"""
            select {COUNTRY if has_countries else "cast(null as varchar)"} as country, {counted}
            from read_parquet(?)
            group by 1
            order by coalesce(list_contains(cast(? as varchar[]), country), false) desc, country
            limit {MOST_COUNTRIES}
            """,  # noqa: S608 - the dataset's own names
            [str(parquet), list(asked)],
        ).fetchall()
    rows = {country: Rows(country_code=country, rows=0, products=0) for country in asked}
    rows |= {
        country: Rows(country_code=country, rows=count, products=products)
        for country, count, products in found
    }
    return tuple(rows.values())
