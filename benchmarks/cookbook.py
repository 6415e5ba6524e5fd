"""How long the cookbook's questions take on published files: Parquet as a snapshot has it.

`python benchmarks/cookbook.py WAREHOUSE` exports the schema `marts` of a build's file, and asks.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb

from shortdrama.config import REPOSITORY
from shortdrama.lake import duck
from shortdrama.warehouse.export import ROW_GROUP_ROWS

COOKBOOK = REPOSITORY / "dbt_project" / "analyses"


def measure(warehouse: Path) -> dict[str, float]:
    """Seconds of each question, from Parquet on local disk; the better of two runs."""
    with TemporaryDirectory() as folder, duck.connect() as connection:
        connection.execute(f"attach {duck.quoted(str(warehouse))} as built (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'built' and schema_name = 'marts'"
        ).fetchall()
        for (table,) in tables:
            path = duck.quoted(str(Path(folder) / f"{table}.parquet"))
            connection.execute(
                f"copy (from built.marts.{table} order by all) to {path}"
                f" (format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS})"
            )
            connection.execute(f"create view {table} as from read_parquet({path})")
        return {
            file.relative_to(COOKBOOK).with_suffix("").as_posix(): _seconds(connection, file)
            for file in sorted(COOKBOOK.rglob("*.sql"))
        }


def _seconds(connection: duckdb.DuckDBPyConnection, file: Path) -> float:
    query = file.read_text(encoding="utf-8")
    taken = []
    for _ in range(2):
        started = perf_counter()
        connection.execute(query).fetchall()
        taken.append(perf_counter() - started)
    return min(taken)


def report(measured: dict[str, float]) -> None:
    """The slowest ones as a Markdown table, and how many took a second or more."""
    print("| question | seconds |\n|---|---|")
    for name, seconds in sorted(measured.items(), key=lambda one: -one[1])[:5]:
        print(f"| `{name}` | {seconds:.2f} |")
    slow = sum(seconds >= 1 for seconds in measured.values())
    print(f"\n{len(measured)} questions; {slow} took a second or more")


if __name__ == "__main__":
    report(measure(Path(sys.argv[1])))
