"""A query's answer from the published marts, as text."""

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from shutil import get_terminal_size
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from shortdrama.config import Settings
from shortdrama.failure import Failure
from shortdrama.lake.duck import quoted
from shortdrama.warehouse.read import connect


class QueryRefused(Failure):
    """DuckDB does not take the query."""


def answer(
    query: str,
    output: Literal["table", "csv", "json"],
    settings: Settings,
    snapshot_id: str | None = None,
) -> str:
    """The answer as a table for people, or as CSV or JSON (decimals exact) for machines."""
    query = query.strip().rstrip(";")
    with connect(settings, snapshot_id) as connection:
        try:
            if output == "table":
                return _table(connection, query)
            return _exported(connection, query, output)
        except duckdb.Error as error:
            raise QueryRefused(str(error)) from error


def _table(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    connection.execute(f"create temp table answer as {query}")
    with redirect_stdout(StringIO()) as shown:
        connection.table("temp.answer").show(max_width=get_terminal_size().columns)
    return shown.getvalue().rstrip("\n")


def _exported(connection: duckdb.DuckDBPyConnection, query: str, output: str) -> str:
    options = "format json, array true" if output == "json" else "format csv, header true"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answer"
        connection.execute(f"copy ({query}) to {quoted(str(path))} ({options})")
        return path.read_text().rstrip("\n")
