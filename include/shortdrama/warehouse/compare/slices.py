"""Digests of the rows of a snapshot that are about some days and countries of a dataset.

They say whether two snapshots say the same there, whatever else has changed. Rows of a period count
if the whole period is within the days. Columns that only say where a row comes from are left out.
"""

from collections.abc import Iterator, Sequence

import duckdb

from shortdrama.core.settings import S3Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.model import WORLD
from shortdrama.gates.suite_files import datasets_of_mart
from shortdrama.lake import duck
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.compare.causes import DAYS
from shortdrama.warehouse.compare.diff import LINEAGE, MEMORY
from shortdrama.warehouse.snapshots.manifest import MartFile, SnapshotManifest

PLACES = ("country_code", "geography")
CHINA = "CN"


def slice_digests(
    manifest: SnapshotManifest,
    dataset: str,
    window: Window,
    countries: Sequence[str],
    s3: S3Settings,
    store: ObjectStore,
) -> dict[str, str]:
    """By mart of the dataset, a digest of its rows about the window.

    Marts whose rows are about no day are left out. `countries` are as loads ask for them; if there
    are none, rows of all places count, also of regions.
    """
    with duck.connect(s3) as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        return {
            mart: digest
            for mart, files in sorted(manifest.marts.items())
            if dataset in datasets_of_mart(mart)
            for digest in _digest(connection, files, window, countries, store)
        }


def _digest(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[MartFile],
    window: Window,
    countries: Sequence[str],
    store: ObjectStore,
) -> Iterator[str]:
    """One digest, or none for a mart whose rows are about no day or, if that counts, no place."""
    first_month = window.start.replace(day=1)
    read = [
        file for file in files if not file.month_on or first_month <= file.month_on <= window.end
    ]
    uris = duck.list_literal([store.uri(file.key) for file in (read or files[:1])])
    rows = f"read_parquet({uris})"
    columns = [row[0] for row in connection.execute(f"describe from {rows}").fetchall()]
    conditions = [_within(columns, window)]
    if countries:
        conditions.append(_placed(columns, countries))
    if None in conditions:
        return
    said = ", ".join(f'"{name}"' for name in columns if name not in LINEAGE)
    found = connection.execute(
        f"select md5(concat_ws('|', count(*), sum(hash(said)))) from"  # noqa: S608 - the marts' own columns
        f" (select {said} from {rows} where {' and '.join(filter(None, conditions))}) as said"
    ).fetchone()
    yield f"{found[0]}" if found else ""


def _within(columns: Sequence[str], window: Window) -> str | None:
    """SQL: whether a row is about days of the window alone."""
    start, end = f"date '{window.start}'", f"date '{window.end}'"
    if "period_start_on" in columns and "period_end_on" in columns:
        return f"period_start_on >= {start} and period_end_on <= {end}"
    if "month_start_on" in columns:
        return f"month_start_on >= {start} and last_day(month_start_on) <= {end}"
    day = next((name for name in DAYS if name in columns), None)
    return f"cast({day} as date) between {start} and {end}" if day else None


def _placed(columns: Sequence[str], countries: Sequence[str]) -> str | None:
    """SQL: whether a row is about one of the countries, or only sums them."""
    place = next((name for name in PLACES if name in columns), None)
    if place is None:
        return None
    names = [*countries]
    if WORLD in countries:
        names.append("World")
        if CHINA in countries:
            names.append("World ex-China")
    return f"{place} in ({', '.join(duck.quoted(name) for name in names)})"
