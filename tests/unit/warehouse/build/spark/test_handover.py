"""Spark's marts in the private file: exactly what Spark reads itself, and all of it or nothing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from shortdrama.core.errors import BuildFailed
from shortdrama.lake.duck import quoted
from shortdrama.warehouse.build.spark.handover import comment, take_over
from shortdrama.warehouse.build.spark.run import SparkTable
from shortdrama.warehouse.build.touched import Plan

ALL = Plan(everything_because="a test")
JUNE = Plan(months=frozenset({date(2025, 6, 1)}))
MONTHS = {"fct": "sold_on"}
DIM = (("name", "string"), ("at", "timestamp_ntz"), ("share", "decimal(9,4)"), ("n", "bigint"))
FCT = (("sold_on", "date"), ("n", "int"), ("kept_month", "date"))


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def spark_file(path: Path, rows: str) -> str:
    """A file of Spark's with the rows of a query; its address as Spark says it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"copy ({rows}) to {quoted(str(path))} (format parquet)")
    return path.as_uri().replace("%3D", "=")


def month(tmp_path: Path, first: str, *numbers: int) -> str:
    rows = " union all ".join(f"select date '{first}' as sold_on, {n}::int as n" for n in numbers)
    return spark_file(tmp_path / "fct" / f"kept_month={first}" / f"{len(numbers)}.parquet", rows)


def fct(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    return warehouse.execute("select month(sold_on), n from marts.fct order by all").fetchall()


def test_a_mart_has_the_types_that_duckdb_would_have_built(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    at = "timestamp '2025-06-01 08:00' as \"at\""
    rows = f"select 'ä' as name, {at}, 0.5::decimal(9, 4) as share, 7::bigint as n"
    files = (spark_file(tmp_path / "a b" / "part.parquet", rows),)
    take_over(warehouse, {"marts.dim": SparkTable(columns=DIM, files=files)}, ALL, MONTHS)
    assert [kind for _, kind, *_ in warehouse.execute("describe marts.dim").fetchall()] == [
        "VARCHAR", "TIMESTAMP", "DECIMAL(9,4)", "BIGINT",
    ]  # fmt: skip
    ((name, *_, n),) = warehouse.execute("from marts.dim").fetchall()
    assert (name, n) == ("ä", 7)


def test_a_mart_without_files_is_empty_and_has_its_columns(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    take_over(warehouse, {"marts.fct": SparkTable(columns=FCT, files=())}, ALL, MONTHS)
    assert fct(warehouse) == []
    assert [name for name, *_ in warehouse.execute("describe marts.fct").fetchall()] == [
        "sold_on", "n",
    ]  # fmt: skip


def test_a_file_that_spark_does_not_read_is_not_read(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """A server that was killed leaves `.spark-staging` and the like in the table's folder."""
    read = month(tmp_path, "2025-06-01", 1)
    spark_file(
        tmp_path / "fct" / ".spark-staging-1" / "kept_month=2025-06-01" / "part.parquet",
        "select date '2025-06-01' as sold_on, 1 as n",
    )
    take_over(warehouse, {"marts.fct": SparkTable(columns=FCT, files=(read,))}, ALL, MONTHS)
    assert fct(warehouse) == [(6, 1)]


def test_only_the_months_of_the_plan_are_taken_over(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    may, june = month(tmp_path, "2025-05-01", 5), month(tmp_path, "2025-06-01", 6)
    before = SparkTable(columns=FCT, files=(may, june))
    take_over(warehouse, {"marts.fct": before}, ALL, MONTHS)
    files = (month(tmp_path, "2025-05-01", 50, 51), month(tmp_path, "2025-06-01", 60, 61))
    take_over(warehouse, {"marts.fct": SparkTable(columns=FCT, files=files)}, JUNE, MONTHS)
    assert fct(warehouse) == [(5, 5), (6, 60), (6, 61)]


def test_a_month_that_became_empty_is_empty(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    may, june = month(tmp_path, "2025-05-01", 5), month(tmp_path, "2025-06-01", 6)
    take_over(warehouse, {"marts.fct": SparkTable(columns=FCT, files=(may, june))}, ALL, MONTHS)
    take_over(warehouse, {"marts.fct": SparkTable(columns=FCT, files=(may,))}, JUNE, MONTHS)
    assert fct(warehouse) == [(5, 5)]


def test_a_mart_that_is_not_by_month_is_replaced_as_a_whole(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for n in (1, 2):
        file = spark_file(tmp_path / f"{n}.parquet", f"select {n}::bigint as n")
        table = SparkTable(columns=(("n", "bigint"),), files=(file,))
        take_over(warehouse, {"marts.dim": table}, JUNE, MONTHS)
    assert warehouse.execute("from marts.dim").fetchall() == [(2,)]


@pytest.mark.parametrize("uri", ["file:///nowhere/part.parquet", "hdfs://names/part.parquet"])
def test_if_a_file_cannot_be_read_every_mart_stays(
    uri: str, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = spark_file(tmp_path / "dim.parquet", "select 1::bigint as n")
    dim = SparkTable(columns=(("n", "bigint"),), files=(file,))
    nothing = SparkTable(columns=FCT, files=())
    take_over(warehouse, {"marts.dim": dim, "marts.fct": nothing}, ALL, MONTHS)
    newer = SparkTable(columns=dim.columns, files=(file, file))
    lost = SparkTable(columns=FCT, files=(uri,))
    with pytest.raises(BuildFailed, match=r"marts\.fct has a file that this machine cannot read"):
        take_over(warehouse, {"marts.dim": newer, "marts.fct": lost}, JUNE, MONTHS)
    assert warehouse.execute("from marts.dim").fetchall() == [(1,)]


def test_a_damaged_file_changes_nothing_either(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    june = month(tmp_path, "2025-06-01", 6)
    take_over(warehouse, {"marts.fct": SparkTable(columns=FCT, files=(june,))}, ALL, MONTHS)
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(b"PAR1 and no more")
    with pytest.raises(duckdb.Error):
        take_over(
            warehouse, {"marts.fct": SparkTable(columns=FCT, files=(cut.as_uri(),))}, JUNE, MONTHS
        )
    assert fct(warehouse) == [(6, 6)]


def test_comments_stay_through_builds_by_month(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = (month(tmp_path, "2025-06-01", 6),)
    fact = {"marts.fct": SparkTable(columns=FCT, files=files)}
    take_over(warehouse, fact, ALL, MONTHS)
    comment(warehouse, {"fct": {"": "What it's about.", "n": "a number", "sold_on": ""}})
    take_over(warehouse, fact, JUNE, MONTHS)
    assert warehouse.execute(
        "select comment from duckdb_columns() where table_name = 'fct' order by column_index"
    ).fetchall() == [("",), ("a number",)]
    assert warehouse.execute("select comment from duckdb_tables()").fetchall() == [
        ("What it's about.",)
    ]
