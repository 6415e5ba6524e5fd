"""What the comparison of two engines notices: each difference, on either side, and no other."""

from pathlib import Path

import duckdb
import pytest

from shortdrama.lake.duck import quoted
from shortdrama_local.spark.compare import Compared, compare

ROWS = """
    select * from (values
        (1, 'a', 10.50::decimal(18, 2)), (2, 'b', null), (2, 'b', null), (3, null, 0)
    ) as rows (id, name, revenue)
"""


def compared(tmp_path: Path, *theirs: str, ours: str = ROWS) -> Compared:
    """The same table of both engines; `theirs` are the queries of Spark's files."""
    folder = tmp_path / "marts.db" / "fct"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.fct as {ours}")
        for number, query in enumerate(theirs):
            part = folder / f"kept_month=2025-0{number + 1}-01"
            part.mkdir()
            connection.execute(f"copy ({query}) to {quoted(str(part / 'part.parquet'))}")
        (one,) = compare(connection, tmp_path)
    return one


def test_equal_rows_in_another_order_and_in_several_files(tmp_path: Path) -> None:
    one = compared(
        tmp_path,
        f"select * from ({ROWS}) where id = 2 order by id desc",
        f"select * from ({ROWS}) where id <> 2 order by id desc",
    )
    assert one == Compared("marts", "fct", rows=4)
    assert one.is_equal


@pytest.mark.parametrize(
    ("theirs", "only_duckdb", "only_spark"),
    [
        pytest.param(
            f"select id, case id when 1 then 'x' else name end as name, revenue from ({ROWS})",
            1, 1, id="a changed value",
        ),
        pytest.param(f"select * from ({ROWS}) where id <> 1", 1, 0, id="a missing row"),
        pytest.param(f"select distinct * from ({ROWS})", 1, 0, id="a row once instead of twice"),
        pytest.param(
            f"({ROWS}) union all select * from ({ROWS}) where id = 1", 0, 1, id="a doubled row"
        ),
        pytest.param(
            f"select id, name, coalesce(revenue, 0) as revenue from ({ROWS})",
            2, 2, id="zero for null",
        ),
        pytest.param(
            f"select id, coalesce(name, '') as name, revenue from ({ROWS})",
            1, 1, id="an empty text for null",
        ),
    ],
)  # fmt: skip
def test_every_row_of_only_one_engine_is_counted(
    theirs: str, only_duckdb: int, only_spark: int, tmp_path: Path
) -> None:
    one = compared(tmp_path, theirs)
    assert (one.only_duckdb, one.only_spark) == (only_duckdb, only_spark)
    assert not one.is_equal


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        pytest.param(
            f"select id, name, revenue::decimal(18, 3) as revenue from ({ROWS})",
            "revenue DECIMAL(18,2) / DECIMAL(18,3)", id="another scale of a decimal",
        ),
        pytest.param(
            f"select id, name, revenue::double as revenue from ({ROWS})",
            "revenue DECIMAL(18,2) / DOUBLE", id="a float for a decimal",
        ),
        pytest.param(f"select id, name from ({ROWS})", "revenue DECIMAL(18,2) / missing",
                     id="a column less"),
        pytest.param(f"select *, 1 as more from ({ROWS})", "more missing / INTEGER",
                     id="a column more"),
        pytest.param(f"select id, revenue, name from ({ROWS})",
                     "in another order: id, name, revenue / id, revenue, name",
                     id="another order of columns"),
    ],
)  # fmt: skip
def test_other_columns_are_named_and_no_rows_compared(
    theirs: str, said: str, tmp_path: Path
) -> None:
    one = compared(tmp_path, theirs)
    assert one.columns_differ == said
    assert not one.is_equal


def test_a_table_that_only_duckdb_has(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create schema marts; create table marts.fct as {ROWS}")
        (one,) = compare(connection, tmp_path)
    assert (one.columns_differ, one.only_duckdb) == ("no such table", 4)


def test_a_table_by_month_without_rows_has_no_files(tmp_path: Path) -> None:
    assert compared(tmp_path, ours=f"{ROWS} limit 0").is_equal
    with duckdb.connect() as connection:
        connection.execute(f"create schema marts; create table marts.fct as {ROWS}")
        (one,) = compare(connection, tmp_path)
    assert (one.only_duckdb, one.is_equal) == (4, False)
