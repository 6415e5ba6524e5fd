"""What the Iceberg metadata of a snapshot costs, and how long engines take to read all marts by it.

`python benchmarks/iceberg.py` writes the metadata of the home's current snapshot once more. It ends
with an error above the limits.
"""

import resource
import sys
from collections.abc import Callable, Iterator
from time import perf_counter

from shortdrama.core import machine
from shortdrama.core.settings import REPOSITORY, settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish.iceberg import write_iceberg
from shortdrama.warehouse.snapshots.iceberg import IcebergTables
from shortdrama.warehouse.snapshots.manifest import read_manifest
from shortdrama.warehouse.snapshots.read import connect

TABLE_SECONDS = 0.2


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    started = perf_counter()
    act()
    return perf_counter() - started


def engines(tables: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Seconds in which each engine reads all tables; connections are made before."""
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from engines import by_polars, by_pyiceberg, duckdb_with_iceberg

    s3 = settings().s3
    with duckdb_with_iceberg(s3) as connection:
        yield (
            "DuckDB",
            seconds(
                lambda: [
                    connection.execute(f"from iceberg_scan('{uri}')").fetchall()
                    for uri in tables.values()
                ]
            ),
        )
    yield "PyIceberg", seconds(lambda: [by_pyiceberg(uri, s3) for uri in tables.values()])
    yield "polars", seconds(lambda: [by_polars(uri, s3) for uri in tables.values()])


def report() -> bool:
    """Print Markdown; whether the limit is kept."""
    machine.ensure_store()
    store = ObjectStore.of(settings().s3)
    manifest = read_manifest(store)
    folder = keys.iceberg(manifest.snapshot_id)
    for key in list(store.list(folder)):
        store.delete(key)
    written: list[IcebergTables] = []

    def write() -> None:
        written.append(write_iceberg(manifest, settings(), store, lambda _: None))

    first, again = seconds(write), seconds(write)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    objects = list(store.listed(folder))
    files = sum(map(len, manifest.marts.values()))
    tables = written[0].tables
    print(f"{len(tables)} tables over {files} Parquet files, {manifest.rows:,} rows\n")
    size = sum(one.size for one in objects) / 1e3
    print("| | seconds |\n|---|---|")
    print(f"| written: {len(objects)} objects, {size:,.0f} kB | {first:.2f} |")
    print(f"| of it one table | {first / len(tables):.3f} |")
    print(f"| nothing is missing | {again:.2f} |")
    for name, taken in engines(tables):
        print(f"| all read, {name} | {taken:.2f} |")
    with connect(settings()) as connection:
        taken = seconds(lambda: [connection.execute(f"from {mart}").fetchall() for mart in tables])
    print(f"| all read, the views | {taken:.2f} |")
    print(f"\nPeak while writing {peak:,.0f} MB, imports included.")
    return first / len(tables) <= TABLE_SECONDS


if __name__ == "__main__":
    sys.exit(0 if report() else 1)
