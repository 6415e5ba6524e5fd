"""Which queries only read, and how a table is shown."""

from pathlib import Path

import duckdb
import pytest

from shortdrama.analysts.answers import QueryRefused, _explained, _one_query, _table


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table dim_app as select 1 as app_id, 'ReelShort' as app_name")
    return connection


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "from dim_app -- all; of it",
        "values (1)",
        "with one as (select 1) from one",
        "show tables",
        "describe dim_app",
        "summarize dim_app",
        "pivot dim_app on app_name using count(*)",
        "unpivot dim_app on app_name",
    ],
)
def test_what_only_reads_is_taken(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    assert _one_query(connection, f" {query}\n;; -- the end;") == query


@pytest.mark.parametrize(
    "query",
    [
        "drop table dim_app",
        "insert into dim_app values (2, 'x')",
        "create table t as select 1",
        "create type e as enum ('a'); select 1",
        "copy dim_app to 'file'",
        "copy (select 1) to 's3://bucket/marts/current.json'",
        "explain analyze copy dim_app to 'file'",
        "export database 'file'",
        "attach 'file' as other",
        "install spatial",
        "load httpfs",
        "set threads = 1",
        "select 1; select 2",
        "select 1; copy dim_app to 'file'",
        "call pragma_version()",
        "pragma version",
        "",
        "-- nothing",
    ],
)
def test_what_writes_attaches_or_installs_is_refused(
    connection: duckdb.DuckDBPyConnection, query: str
) -> None:
    with pytest.raises(QueryRefused, match="only reads"):
        _one_query(connection, query)


@pytest.mark.parametrize(
    "query",
    [
        "select 1) to 'file'; copy (select 1",
        "select 1); copy dim_app to 'file'; from (select 1",
    ],
)
def test_parentheses_cannot_be_closed_from_within(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, query: str
) -> None:
    with pytest.raises(duckdb.ParserException):
        _one_query(connection, query)


def table(connection: duckdb.DuckDBPyConnection, query: str, width: int = 80) -> str:
    return _table(connection, query, width)


def test_numbers_are_to_the_right_and_nothing_is_blank(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    query = "select 'a' as word, 10 as n union all select 'bcdef', null order by n"
    assert table(connection, query).splitlines() == [
        "word    n",
        "-----  --",
        "a      10",
        "bcdef",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0::decimal(38, 10)", "0.0000000000"),
        ("0.0000001::decimal(18, 7)", "0.0000001"),
        ("date 'infinity'", "infinity"),
        ("timestamp_ns '2026-01-01 00:00:00.123456789'", "2026-01-01 00:00:00.123456789"),
        ("[date '2026-01-01', null]", "[2026-01-01, NULL]"),
        ("{'a': 1.50}", "{'a': 1.50}"),
        (r"'\x00\xFF'::blob", r"\x00\xFF"),
        ("true", "true"),
    ],
)
def test_values_are_as_duckdb_writes_them(
    connection: duckdb.DuckDBPyConnection, value: str, text: str
) -> None:
    assert table(connection, f"select {value} as value").splitlines()[2].strip() == text


def test_columns_of_one_name_and_the_order_of_rows_stay(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    query = "select i as a, -i as a from range(300) as t (i) order by i desc -- all"
    assert table(connection, query).splitlines()[::2][:2] == ["  a     a", "299  -299"]


def test_no_rows_are_said(connection: duckdb.DuckDBPyConnection) -> None:
    query = "select app_id, app_name from dim_app where app_id = 2"
    assert table(connection, query).splitlines() == [
        "app_id  app_name",
        "------  --------",
        "0 rows",
    ]


def test_more_rows_than_anybody_reads_are_left_out_and_said(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert "more than" not in table(connection, "from range(500)")
    lines = table(connection, "from range(501)").splitlines()
    assert (len(lines), lines[-1]) == (503, "… more than 500 rows; csv has all")
    assert table(connection, "from range(501)", width=1).endswith("csv has all")


@pytest.mark.parametrize(
    "query",
    [
        "explain from dim_app",
        "EXPLAIN ANALYZE select * from dim_app;",
        "-- the plan\nexplain (analyze, format json) from dim_app -- of it",
        "explain (select app_id from dim_app)",
        "explain (format json) from dim_app",
    ],
)
def test_a_plan_is_shown_as_duckdb_draws_it(
    connection: duckdb.DuckDBPyConnection, query: str
) -> None:
    plan = _explained(connection, query)
    assert plan is not None
    assert "dim_app" in plan
    assert len(plan.splitlines()) > 3


@pytest.mark.parametrize(
    "query",
    [
        "explain analyze copy dim_app to '{}'",
        "explain analyze (format json) copy (from dim_app) to '{}'",
        "explain analyze insert into dim_app(app_id) select 2",
        "explain copy dim_app to '{}'",
        "explain select 1; copy dim_app to '{}'",
        "explain",
    ],
)
def test_nothing_is_written_by_explaining_it(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, query: str
) -> None:
    with pytest.raises((QueryRefused, duckdb.ParserException)):
        _explained(connection, query.format(tmp_path / "written"))
    assert list(tmp_path.iterdir()) == []
    assert connection.execute("select count(*) from dim_app").fetchone() == (1,)


def test_what_is_not_explained_is_another_query(connection: duckdb.DuckDBPyConnection) -> None:
    assert _explained(connection, "select 'explain' from dim_app") is None
    assert _explained(connection, "") is None
