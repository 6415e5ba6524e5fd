"""The private warehouse's file: it may be lost at any time, and is then built again.

DuckDB keeps a checksum of every block, so a damaged file is never read as a good one. But the error
may come late: when a query first meets the block.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

import duckdb

from shortdrama.core.errors import BuildFailed
from shortdrama.warehouse.build import built

STORAGE_VERSION = "v1.4.0"
"""The oldest that ties a write-ahead log to its file. Older ones replay the log of any file."""

LOCKED = 'IO Error: Could not set lock on file "'
"""How DuckDB's message begins when another process has the file open."""

Say = Callable[[str], None]
T = TypeVar("T")


class NoWarehouse(BuildFailed):
    """There can be no private warehouse: somebody has it open, or no file can be made."""


def healing(
    path: Path, work: Callable[[], T], say: Say, rebuild: Callable[[], None] | None = None
) -> T:
    """What `work` returns; if it fails on a damaged warehouse, with a new one, once.

    `rebuild` fills the new warehouse, for work that does not build by itself.
    """
    try:
        return work()
    except NoWarehouse:
        raise
    except (BuildFailed, duckdb.Error):
        # Not by the error's text: of a file that is whole something else was wrong.
        why = _why_unusable(path, read_all=True)
        if why is None:
            raise
        _say_why(why, say)
    _start_over(path)
    if rebuild:
        rebuild()
    return work()


def open_or_start_over(path: Path, say: Say) -> None:
    """Make sure that there is a warehouse at `path` on which a build can go on.

    A file that cannot be opened is thrown away and an empty warehouse takes its place. Raises
    NoWarehouse while somebody has it open, and where nothing can be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent):  # DuckDB needs room for its log there
            pass
        if not os.path.lexists(path):
            _start_over(path)
        elif why := _why_unusable(path):
            _say_why(why, say)
            _start_over(path)
    except (OSError, duckdb.Error) as error:
        raise NoWarehouse(
            f"the private warehouse {path} cannot be made: {_in_a_line(error)}. Let the user that"
            " builds write in this folder, and see that the disk has room; then clear the task"
            " `build` of market_marts"
        ) from error


def _why_unusable(path: Path, *, read_all: bool = False) -> str | None:
    """Why no build can go on with the file; None if one can. Raises NoWarehouse."""
    if not os.path.lexists(path):
        return f"{path.name} is gone"
    for one in (path, path.with_name(f"{path.name}.wal")):
        # DuckDB would wait for ever to read from a pipe.
        if os.path.lexists(one) and not one.is_file():
            return f"{one.name} is not a regular file"
    try:
        # For a file of SQLite it would look for an extension in the network.
        with duckdb.connect(
            str(path), config={"autoinstall_known_extensions": False}
        ) as connection:
            if not built.is_ours(connection):
                return f"{path.name} was not made by this release"
            if read_all:
                _read_all(connection)
    except duckdb.Error as error:
        # A connection of this process with other settings is in the way just the same.
        if isinstance(error, duckdb.ConnectionException) or str(error).startswith(LOCKED):
            raise NoWarehouse(
                "somebody has the private warehouse open, and only one run of market_marts may"
                f" write it at a time: {_in_a_line(error)}"
            ) from error
        return _in_a_line(error)
    return None


def _say_why(why: str, say: Say) -> None:
    say(f"the private warehouse cannot be used and is built from nothing: {why}")


def _start_over(path: Path) -> None:
    """Remove the file and what DuckDB keeps beside it, and make an empty warehouse."""
    for one in list(path.parent.iterdir()):
        if one.name == path.name or one.name.startswith(f"{path.name}."):
            shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
    with duckdb.connect(
        str(path), config={"storage_compatibility_version": STORAGE_VERSION}
    ) as connection:
        built.make(connection)


def _read_all(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal"
    ).fetchall()
    for schema, table in tables:
        connection.execute(f'select sum(hash(rows)) from "{schema}"."{table}" as rows').fetchall()  # noqa: S608 - names of the file itself


def _in_a_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
