"""The private warehouse's file: if it is lost, it is built again.

DuckDB keeps a checksum of every block, so it never reads a damaged block as good. But the error may
come late: when a query first reads that block.
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
"""The oldest format that ties a write-ahead log to its file. Older ones replay any file's log."""

LOCKED = 'IO Error: Could not set lock on file "'
"""How DuckDB's message begins when another process has the file open."""

OF_DUCKDB = (".wal", ".tmp")
"""What DuckDB's files next to a database are called after its name. Other files are somebody's."""

Say = Callable[[str], None]
T = TypeVar("T")


class NoWarehouse(BuildFailed):
    """The private warehouse cannot be used: somebody has it open, or no file can be made."""


def healing(
    path: Path, work: Callable[[], T], say: Say, rebuild: Callable[[], None] | None = None
) -> T:
    """What `work` returns; if it fails on a damaged warehouse, it runs once more with a new one.

    `rebuild` fills the new warehouse, for work that does not build it itself.
    """
    try:
        return work()
    except NoWarehouse:
        raise
    except (BuildFailed, duckdb.Error):
        # Check the file, not the error's text: if the file is good, something else was wrong.
        why = _why_unusable(path, read_all=True)
        if why is None:
            raise
        _say_why(why, say)
    _start_over(path)
    if rebuild:
        rebuild()
    return work()


def open_or_start_over(path: Path, say: Say) -> None:
    """Make sure that there is a warehouse at `path` that a build can use.

    A file that cannot be opened is thrown away and replaced by an empty warehouse. Raises
    NoWarehouse while somebody has it open, or when no file can be made.
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
            f"the private warehouse {path} cannot be made: {_in_a_line(error)}. Give the user that"
            " builds the right to write in this folder, and check that the disk has room; then"
            " clear the task `build` of market_marts"
        ) from error


def copy_warehouse(path: Path, target: Path, say: Say) -> None:
    """Copy the private warehouse while nobody writes it; without one there is nothing to copy.

    The copy is only a start: what it does not have is built. Raises NoWarehouse while somebody has
    the warehouse open.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(path):
        return
    if why := _why_unusable(path):
        say(f"the private warehouse cannot be copied, so all is built: {why}")
        return
    try:
        # The open connection keeps other processes out, and leaves no write-ahead log.
        with duckdb.connect(str(path)) as connection:
            connection.execute("force checkpoint")
            shutil.copyfile(path, target)
    except duckdb.Error as error:
        raise NoWarehouse(
            f"the private warehouse cannot be copied, because it is in use: {_in_a_line(error)}."
            " Try again when market_marts is idle"
        ) from error


def _why_unusable(path: Path, *, read_all: bool = False) -> str | None:
    """Why a build cannot use the file; None if it can. Raises NoWarehouse."""
    if not os.path.lexists(path):
        return f"{path.name} is gone"
    for one in (path, path.with_name(f"{path.name}.wal")):
        # DuckDB would wait forever to read from a pipe.
        if os.path.lexists(one) and not one.is_file():
            return f"{one.name} is not a regular file"
    try:
        # For a SQLite file it would try to download an extension.
        with duckdb.connect(
            str(path), config={"autoinstall_known_extensions": False}
        ) as connection:
            if not built.is_ours(connection):
                return f"{path.name} was not made by this release"
            if read_all:
                _read_all(connection)
    except duckdb.Error as error:
        # A connection of this process with other settings blocks it in the same way.
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
    """Remove the file and DuckDB's files next to it, and make an empty warehouse."""
    for one in list(path.parent.iterdir()):
        if one.name.removeprefix(path.name).startswith(OF_DUCKDB) or one.name == path.name:
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
