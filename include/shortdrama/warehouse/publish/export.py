"""Export: the marts of the private warehouse as Parquet files, the large facts by month.

Each file is sorted by all columns, key columns first: readers can skip row groups, and the same
rows give the same bytes. DuckDB sorts on disk what does not fit into `MEMORY`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from shortdrama.lake import duck, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import contents
from shortdrama.warehouse.build.contents import Content
from shortdrama.warehouse.build.manifest import month_columns
from shortdrama.warehouse.snapshots.manifest import MartFile

ROW_GROUP_ROWS = 1_000_000
MEMORY = "1GB"

Files = Mapping[str, tuple[MartFile, ...]]


@dataclass(frozen=True)
class Part:
    """The part of a mart that goes into one file: one month, or everything."""

    content: Content
    condition: str = "true"

    @property
    def name(self) -> str:
        """The file's name in its snapshot."""
        month_on = self.content.month_on
        return f"{self.content.mart}/{month_on:%Y-%m}.parquet" if month_on else self.whole_name

    @property
    def whole_name(self) -> str:
        """The file's name if the mart is a single file."""
        return f"{self.content.mart}.parquet"


def export_marts(
    connection: duckdb.DuckDBPyConnection,
    snapshot_id: str,
    earlier: Files,
    folder: Path,
    store: ObjectStore,
    say: Callable[[str], None],
) -> dict[str, tuple[MartFile, ...]]:
    """Write the files of a snapshot into the lake, one after the other; the files of each mart.

    If a file of `earlier`, the snapshot before, holds the same rows, it is reused by reference,
    whichever build wrote it.
    """
    connection.execute(f"set memory_limit = '{MEMORY}'")
    marts: dict[str, tuple[MartFile, ...]] = {}
    for mart, parts in mart_parts(contents.noted(connection)).items():
        there = {(file.month_on, file.content): file for file in earlier.get(mart, ())}
        files = []
        taken_over = 0
        for part in parts:
            file = there.get((part.content.month_on, part.content.digest))
            taken_over += file is not None
            files.append(file or _export(connection, part, snapshot_id, folder, store))
        marts[mart] = tuple(files)
        said = f"{mart}: {sum(file.rows for file in files):,} rows"
        say(f"{said}, {taken_over} of {len(files)} files reused" if taken_over else said)
    return marts


def mart_parts(held: Iterable[Content]) -> dict[str, list[Part]]:
    """The parts of every mart, oldest month first; an empty one is a single file, with types."""
    columns = month_columns()
    parts: dict[str, list[Part]] = {}
    for content in held:
        parts.setdefault(content.mart, []).append(
            Part(content, _in_month(columns[content.mart], content.month_on))
            if content.month_on
            else Part(content)
        )
    return parts


def _in_month(column: str, month_on: date) -> str:
    return f"{column} >= date '{month_on}' and {column} < date '{month_on}' + interval 1 month"


def _export(
    connection: duckdb.DuckDBPyConnection,
    part: Part,
    snapshot_id: str,
    folder: Path,
    store: ObjectStore,
) -> MartFile:
    path = folder / part.whole_name
    copied = connection.execute(
        f"copy (from marts.{part.content.mart} where {part.condition} order by all)"
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
        month_on=part.content.month_on,
        content=part.content.digest,
        etag=store.etag(key),
    )
