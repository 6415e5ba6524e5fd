"""Export: the marts of the private warehouse as Parquet files, the large facts by month.

Each file is sorted by all columns, the key's come first: readers prune row groups, and the same
rows are the same bytes. DuckDB sorts on disk what does not fit into `MEMORY`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from shortdrama.core.errors import Failure
from shortdrama.lake import duck, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.snapshots.manifest import MartFile

ROW_GROUP_ROWS = 1_000_000
MEMORY = "1GB"

Files = Mapping[str, tuple[MartFile, ...]]


class ExportFailed(Failure):
    """A mart cannot be exported as it was built."""


@dataclass(frozen=True)
class Part:
    """A file's worth of a mart: a month that a build wrote, or all of it."""

    mart: str
    month_on: date | None = None
    built_by: str | None = None
    condition: str = "true"

    @property
    def name(self) -> str:
        """The file's name within its snapshot."""
        return f"{self.mart}/{self.month_on:%Y-%m}.parquet" if self.month_on else self.whole_name

    @property
    def whole_name(self) -> str:
        """The file's name if the mart is a single file."""
        return f"{self.mart}.parquet"


def export_marts(
    connection: duckdb.DuckDBPyConnection,
    snapshot_id: str,
    earlier: Files,
    folder: Path,
    store: ObjectStore,
    say: Callable[[str], None],
) -> dict[str, tuple[MartFile, ...]]:
    """Write the files of a snapshot into the lake, one after the other; what each mart consists of.

    A month that no build has touched since `earlier`, the files of the snapshot before, is taken
    over by reference. Raises ExportFailed.
    """
    connection.execute(f"set memory_limit = '{MEMORY}'")
    marts: dict[str, tuple[MartFile, ...]] = {}
    for mart, parts in mart_parts(connection).items():
        untouched = {file.month_on: file for file in earlier.get(mart, ()) if file.built_by}
        files = []
        for part in parts:
            file = untouched.get(part.month_on)
            if file is None or file.built_by != part.built_by:
                file = _export(connection, part, snapshot_id, folder, store)
            files.append(file)
        marts[mart] = tuple(files)
        said = f"{mart}: {sum(file.rows for file in files):,} rows"
        taken_over = len(set(files) & set(untouched.values()))
        say(f"{said}, {taken_over} of {len(files)} months as they were" if taken_over else said)
    return marts


def mart_parts(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Part]]:
    """The parts of every mart, oldest month first; an empty one is a single file, with types."""
    columns, built_by = month_columns(), _built_months(connection)
    parts: dict[str, list[Part]] = {}
    for mart in built_marts():
        months = []
        if mart in columns and mart in built_by:
            months = _months(connection, mart, columns[mart], built_by[mart])
        parts[mart] = months or [Part(mart)]
    return parts


def _months(
    connection: duckdb.DuckDBPyConnection, mart: str, column: str, built_by: Mapping[date, str]
) -> list[Part]:
    # The mart's own rows say which months there are, so that none can be lost.
    found = connection.execute(
        f"select cast(date_trunc('month', {column}) as date) as month_on from marts.{mart}"  # noqa: S608 - names are dbt's own
        " group by month_on order by month_on nulls first"
    ).fetchall()
    months = [month for (month,) in found]
    if None in months:
        raise ExportFailed(f"{mart} is published by month, and rows of it have no {column}")
    return [
        Part(
            mart,
            month,
            built_by.get(month),
            f"{column} >= date '{month}' and {column} < date '{month}' + interval 1 month",
        )
        for month in months
    ]


def _built_months(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[date, str]]:
    """The build that last wrote each month of each mart; a warehouse need not know of any."""
    known = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'built' and table_name = 'months'"
    ).fetchone()
    months: dict[str, dict[date, str]] = {}
    if known:
        rows = connection.execute("select mart, month_on, built_by from built.months").fetchall()
        for mart, month_on, built_by in rows:
            months.setdefault(mart, {})[month_on] = built_by
    return months


def _export(
    connection: duckdb.DuckDBPyConnection,
    part: Part,
    snapshot_id: str,
    folder: Path,
    store: ObjectStore,
) -> MartFile:
    path = folder / part.whole_name
    copied = connection.execute(
        f"copy (from marts.{part.mart} where {part.condition} order by all)"
        f" to {duck.quoted(str(path))}"
        f" (format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS})"
    ).fetchone()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    key = keys.snapshot(snapshot_id, part.name)
    store.upload(path, key)
    path.unlink()
    return MartFile(
        key=key,
        rows=copied[0] if copied else 0,
        sha256=digest,
        month_on=part.month_on,
        built_by=part.built_by,
    )
