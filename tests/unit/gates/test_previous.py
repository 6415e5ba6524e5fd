"""Which rows of the lake a load is held against."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.datasets.model import Dataset
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.gates.previous import attach_previous, said_before
from shortdrama.lake import duck
from shortdrama.lake.duck import loads_query
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.lake.store import ObjectStore


def days(first: int, last: int) -> Window:
    return Window(start=date(2025, 7, first), end=date(2025, 7, last))


def record(
    dataset: Dataset,
    load_id: str,
    window: Window,
    countries: tuple[str, ...] = (),
    *,
    said: int = 21,
    seq: int = 1,
) -> LoadRecord:
    """A load that was said on a day of July 2025."""
    said_at = datetime(2025, 7, said, 12, tzinfo=UTC)
    return LoadRecord(
        load_id=load_id,
        pull_id=load_id,
        dataset=dataset.id,
        status="accepted",
        key=f"{load_id}.parquet",
        sha256="",
        rows=1,
        coverage=Coverage(window=window, countries=countries),
        said_at=said_at,
        decided_at=said_at,
        is_sample=True,
        seq=seq,
    )


@pytest.fixture
def lake(tmp_path) -> Any:
    """A lake in a folder: all that is asked of it is where an object lies."""
    return SimpleNamespace(uri=lambda key: str(tmp_path / key))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duck.connect() as connection:
        yield connection


Said = Callable[..., None]


@pytest.fixture
def said(connection, lake) -> Said:
    """Write the file of a load whose rows have the named columns and NULL elsewhere."""

    def write(dataset: Dataset, load_id: str, columns: str, rows: str) -> None:
        connection.execute(
            f"copy (({loads_query(dataset.column_types, [])}) union all by name"
            f" select *, '{load_id}' as load_id from (values {rows}) as r({columns}))"
            f" to '{lake.uri(f'{load_id}.parquet')}' (format parquet)"
        )

    return write


ESTIMATED = "country_code, estimated_on, downloads"


def estimated(said: Said, load_id: str, countries: str, first: int, last: int) -> None:
    rows = [
        f"('{country}', date '2025-07-{day:02}', 1)"
        for country in countries.split()
        for day in range(first, last + 1)
    ]
    said(ESTIMATES, load_id, ESTIMATED, ", ".join(rows))


def owners(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        """
        select country_code, cast(day(estimated_on) as integer), load_id from previous
        order by all
        """
    ).fetchall()


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_before_the_first_load_there_is_nothing_but_the_columns(connection, lake, dataset):
    attach_previous(connection, dataset, Coverage(window=days(1, 2)), [], lake)
    described = connection.execute("describe previous").fetchall()
    empty = connection.execute(f"describe {loads_query(dataset.column_types, [])}").fetchall()
    assert [row[:2] for row in described] == [row[:2] for row in empty]
    assert connection.execute("from previous").fetchall() == []


def test_the_newest_load_that_covers_a_slice_owns_it(connection, lake, said):
    estimated(said, "old", "US BR", 1, 4)
    estimated(said, "new", "US", 3, 6)
    accepted = [
        record(ESTIMATES, "new", days(3, 6), ("US",), said=12, seq=1),
        record(ESTIMATES, "old", days(1, 4), ("US", "BR"), said=11, seq=2),
    ]
    coverage = Coverage(window=days(2, 5), countries=("US", "BR", "DE"))
    attach_previous(connection, ESTIMATES, coverage, accepted, lake)
    assert owners(connection) == [
        ("BR", 2, "old"),
        ("BR", 3, "old"),
        ("BR", 4, "old"),
        ("US", 2, "old"),
        ("US", 3, "new"),
        ("US", 4, "new"),
        ("US", 5, "new"),
    ]


def test_a_row_that_the_newest_load_dropped_does_not_come_back(connection, lake, said):
    estimated(said, "old", "US", 1, 2)
    estimated(said, "new", "US", 1, 1)
    accepted = [
        record(ESTIMATES, load_id, days(1, 2), ("US",), said=said_on)
        for load_id, said_on in (("old", 11), ("new", 12))
    ]
    coverage = Coverage(window=days(1, 2), countries=("US",))
    attach_previous(connection, ESTIMATES, coverage, accepted, lake)
    assert owners(connection) == [("US", 1, "new")]


def test_of_loads_said_at_the_same_instant_the_later_decided_one_owns(connection, lake, said):
    accepted = []
    for seq, load_id in enumerate(("first", "second"), start=1):
        estimated(said, load_id, "US", 1, 1)
        accepted.append(record(ESTIMATES, load_id, days(1, 1), ("US",), seq=seq))
    coverage = Coverage(window=days(1, 1), countries=("US",))
    attach_previous(connection, ESTIMATES, coverage, accepted[::-1], lake)
    assert owners(connection) == [("US", 1, "second")]


def test_a_load_that_owns_nothing_is_not_read(connection, lake, said):
    estimated(said, "new", "US", 1, 2)
    accepted = [
        record(ESTIMATES, "its_file_is_gone", days(1, 2), ("US",), said=11),
        record(ESTIMATES, "new", days(1, 2), ("US",), said=12),
    ]
    coverage = Coverage(window=days(1, 2), countries=("US",))
    attach_previous(connection, ESTIMATES, coverage, accepted, lake)
    assert len(owners(connection)) == 2


def test_a_snapshot_of_hashtags_follows_the_newest_of_each_country(connection, lake, said):
    columns = "hashtag_id, country_code"
    said(HASHTAGS, "both", columns, "('1', 'US'), ('1', 'BR')")
    said(HASHTAGS, "us", columns, "('1', 'US'), ('1', 'DE')")
    accepted = [
        record(HASHTAGS, "both", days(11, 11), ("US", "BR"), said=11),
        record(HASHTAGS, "us", days(12, 12), ("US",), said=12),
    ]
    coverage = Coverage(window=days(13, 13), countries=("US", "BR"))
    attach_previous(connection, HASHTAGS, coverage, accepted, lake)
    found = connection.execute("select country_code, load_id from previous order by all")
    assert found.fetchall() == [("BR", "both"), ("US", "us")]


def test_a_list_of_products_follows_the_newest_list(connection, lake, said):
    said(PRODUCTS, "old", "product_id", "(1), (2)")
    said(PRODUCTS, "new", "product_id", "(2), (3)")
    accepted = [
        record(PRODUCTS, "old", days(1, 1), said=11),
        record(PRODUCTS, "new", days(2, 2), said=12),
    ]
    attach_previous(connection, PRODUCTS, Coverage(window=days(3, 3)), accepted, lake)
    found = connection.execute("select product_id from previous order by all").fetchall()
    assert found == [(2,), (3,)]


def test_a_workbook_follows_every_edition_as_it_was_handed_in_last(connection, lake, said):
    columns = "publisher, published_on, year, value"
    june, october = "'Omdia', date '2025-06-14'", "'Omdia', date '2025-10-14'"
    said(FORECASTS, "june", columns, f"({june}, 2025, 10), ({june}, 2026, 12)")
    said(FORECASTS, "october", columns, f"({october}, 2025, 11)")
    said(FORECASTS, "june_again", columns, f"({june}, 2025, 9)")
    accepted = [
        record(FORECASTS, load_id, days(1, 1), said=said_on)
        for load_id, said_on in (("june", 11), ("october", 12), ("june_again", 13))
    ]
    attach_previous(connection, FORECASTS, Coverage(window=days(2, 2)), accepted, lake)
    found = connection.execute("select load_id, year, cast(value as int) from previous order by 1")
    assert found.fetchall() == [("june_again", 2025, 9), ("october", 2025, 11)]


def test_a_catalogue_follows_every_snapshot_of_each_market(connection, lake, said):
    columns = "snapshot_on, market, mini_app_id"
    said(CATALOG, "us", columns, "(date '2025-07-01', 'US', 'a'), (date '2025-07-01', 'US', 'b')")
    said(CATALOG, "us_again", columns, "(date '2025-07-01', 'US', 'a')")
    said(CATALOG, "br", columns, "(date '2025-07-01', 'BR', 'a')")
    accepted = [
        record(CATALOG, load_id, days(1, 1), said=said_on)
        for load_id, said_on in (("us", 11), ("us_again", 12), ("br", 13))
    ]
    attach_previous(connection, CATALOG, Coverage(window=days(2, 2)), accepted, lake)
    found = connection.execute("select market, load_id from previous order by all")
    assert found.fetchall() == [("BR", "br"), ("US", "us_again")]


def test_a_replay_is_held_against_its_original_and_not_against_what_came_since():
    accepted = [
        record(ESTIMATES, load_id, days(1, 1), ("US",), said=said_on)
        for load_id, said_on in (("before", 11), ("original", 12), ("replay", 12), ("since", 13))
    ]
    noon = datetime(2025, 7, 12, 12, tzinfo=UTC)
    kept = said_before(accepted, "replay", noon)
    assert [other.load_id for other in kept] == ["before", "original"]


def test_previous_rows_are_read_from_the_lake(s3, store: ObjectStore):
    with duck.connect(s3) as connection:
        connection.execute(
            f"copy (({loads_query(ESTIMATES.column_types, [])})"
            " union all by name select 7 as product_id, 'US' as country_code,"
            " date '2025-07-01' as estimated_on, 'one' as load_id)"
            f" to '{store.uri('one.parquet')}' (format parquet)"
        )
        accepted = [record(ESTIMATES, "one", days(1, 1), ("US",))]
        coverage = Coverage(window=days(1, 1), countries=("US",))
        attach_previous(connection, ESTIMATES, coverage, accepted, store)
        assert connection.execute("select product_id from previous").fetchall() == [(7,)]
