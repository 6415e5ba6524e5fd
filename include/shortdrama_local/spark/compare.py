"""Whether two engines built the same: every table, row by row."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from shortdrama.lake.duck import quoted

COMPARED_SCHEMAS = ("intermediate", "marts")


@dataclass(frozen=True)
class Compared:
    """A table of both engines: its rows on DuckDB, and the rows that only one of them has.

    `columns_differ` says how, if the columns or their types are not the same; then no rows are
    compared.
    """

    schema: str
    table: str
    rows: int
    only_duckdb: int = 0
    only_spark: int = 0
    columns_differ: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether both engines have the same rows, each equally often."""
        return not (self.only_duckdb or self.only_spark or self.columns_differ)


def compare(connection: duckdb.DuckDBPyConnection, spark: Path) -> list[Compared]:
    """Compare all tables of the open DuckDB warehouse with those in Spark's folder of tables.

    Views are not compared, only what is read from them.
    """
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in (?, ?)"
        " order by all",
        COMPARED_SCHEMAS,
    ).fetchall()
    return [_compared(connection, schema, table, spark) for schema, table in found]


def rows_on_spark(spark: Path, schema: str, table: str) -> str:
    """A query of a Spark table's rows for DuckDB; its partition column is not in the files."""
    files = spark / f"{schema}.db" / table / "**" / "*.parquet"
    return f"from read_parquet({quoted(str(files))}, hive_partitioning = false)"


def _compared(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, spark: Path
) -> Compared:
    ours, theirs = f"from {schema}.{table}", rows_on_spark(spark, schema, table)
    counted = connection.execute(f"select count(*) {ours}").fetchone()
    rows = counted[0] if counted else 0
    if not list((spark / f"{schema}.db" / table).rglob("*.parquet")):
        # A table by month without rows has no files, but it is there.
        there = (spark / f"{schema}.db" / table).exists()
        return Compared(
            schema, table, rows, only_duckdb=rows, columns_differ="" if there else "no such table"
        )
    columns = [
        connection.execute(f"describe {query}").fetchall() for query in (ours, theirs)
    ]  # fmt: skip
    shapes = [{name: kind for name, kind, *_ in described} for described in columns]
    if different := [
        f"{name} {shapes[0].get(name, 'missing')} / {shapes[1].get(name, 'missing')}"
        for name in shapes[0] | shapes[1]
        if shapes[0].get(name) != shapes[1].get(name)
    ]:
        return Compared(schema, table, rows, columns_differ=", ".join(different))
    if list(shapes[0]) != list(shapes[1]):
        orders = " / ".join(", ".join(shape) for shape in shapes)
        return Compared(schema, table, rows, columns_differ=f"in another order: {orders}")
    named = "select " + ", ".join(f'"{name}"' for name in shapes[0])
    only = [
        connection.execute(
            f"select count(*) from (({named} {left}) except all ({named} {right}))"  # noqa: S608 - names of our own
        ).fetchone()
        for left, right in ((ours, theirs), (theirs, ours))
    ]
    only_duckdb, only_spark = (row[0] if row else 0 for row in only)
    return Compared(schema, table, rows, only_duckdb, only_spark)
