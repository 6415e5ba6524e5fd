"""The published marts on the command line."""

import pydoc
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from shortdrama.core import machine
from shortdrama.core.settings import settings

Snapshot = Annotated[
    str | None,
    typer.Option(
        metavar="ID|YYYY-MM-DD", help="An older snapshot, or the one current when a UTC day ended."
    ),
]


class Format(StrEnum):
    """How `sql` gives its answer."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def sql(
    query: Annotated[str | None, typer.Argument(help="A SELECT; without it a shell opens.")] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with the query.")
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="The output format.")] = (
        Format.table
    ),
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write to this file; Parquet needs one.")
    ] = None,
    snapshot: Snapshot = None,
) -> None:
    """Run a query on the published marts, or open a shell on them.

    A table that is longer than the screen is shown by $PAGER. The query may also come from standard
    input. On one machine the store starts by itself.
    """
    from shortdrama.analysts.answers import answer, write_answer
    from shortdrama.analysts.shell import open_shell

    if query is not None and file is not None:
        raise typer.BadParameter("give the query or --file, not both")
    if output_format is Format.parquet and output is None:
        raise typer.BadParameter("Parquet is not text: give --output FILE")
    if output_format is Format.table and output is not None:
        raise typer.BadParameter("a table is only for the screen: give --format csv, json, parquet")
    if file is not None:
        query = _text(file.read_bytes(), str(file))
    if query is None and not sys.stdin.isatty():
        query = _text(sys.stdin.buffer.read(), "standard input")
    machine.ensure_store()
    if query is None:
        open_shell(settings(), snapshot, lambda text: print(text, flush=True))
    if output_format is Format.table:
        screen = shutil.get_terminal_size()
        said = answer(query, "table", settings(), snapshot, width=screen.columns)
        if sys.stdout.isatty() and said.count("\n") + 1 >= screen.lines:
            pydoc.pager(f"{said}\n")
        else:
            print(said)
    elif output is not None:
        write_answer(query, output_format.value, output, settings(), snapshot)
    else:
        _print_answer(query, output_format, snapshot)


def _text(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{source} is not UTF-8 text: save the query as UTF-8") from None


def _print_answer(query: str, output_format: Format, snapshot: str | None) -> None:
    """Use a file: a query that fails halfway prints nothing, and memory does not grow."""
    from shortdrama.analysts.answers import write_answer

    with TemporaryDirectory() as folder:
        path = Path(folder) / "answer"
        write_answer(query, output_format.value, path, settings(), snapshot)
        with path.open(encoding="utf-8") as text:
            shutil.copyfileobj(text, sys.stdout)
    print(end="", flush=True)


def pull_marts(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="The folder of the copy.")],
    snapshot: Snapshot = None,
) -> None:
    """Copy a snapshot to this machine; a later pull fetches only what is new.

    If you move the folder, pull again: nothing is copied, and the views find their files.
    """
    from shortdrama.analysts import local_copy

    machine.ensure_store()
    copy = local_copy.pull_marts(folder, settings(), snapshot, print)
    there = copy.files - copy.copied_files
    print(f"snapshot {copy.manifest.snapshot_id}{' (sample data)' * copy.manifest.is_sample}")
    print(
        f"{copy.copied_files} files copied ({copy.copied_bytes / 1e6:.1f} MB), {there} were there"
    )
    print("attach it from an in-memory DuckDB:")
    print(f"  attach '{copy.views}' as marts (read_only); use marts;")
