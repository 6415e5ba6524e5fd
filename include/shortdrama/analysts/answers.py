"""A query's answer from the published marts: a table for people, a file for machines."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from shortdrama.analysts.exact_integers import exact_queries
from shortdrama.analysts.table import Column, shown, table
from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings
from shortdrama.lake.duck import quoted
from shortdrama.warehouse.snapshots.read import connect

TABLE_ROWS = 500
"""More rows than anybody reads; the table says if it leaves rows out."""
NUMBERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
    *("FLOAT", "DOUBLE"),
}
INTERRUPTED = "Query interrupted"
"""What DuckDB's Python client says after Ctrl-C, in an error without a class of its own."""
EXPLAIN = re.compile(r"explain\b\s*(analyze\b\s*)?(\(\s*(analyze|format)\b[^)]*\)\s*)?", re.I)
COPY_OPTIONS = {
    "csv": "format csv, header true",
    "json": "format json, array true",
    "parquet": "format parquet, compression zstd",
}


class QueryRefused(Failure):
    """DuckDB does not accept the query, or it is not a query."""


class QueryStopped(Failure):
    """A person pressed Ctrl-C while the query ran."""


def answer(
    query: str,
    output: Literal["table", "csv", "json"],
    settings: Settings,
    snapshot: str | date | None = None,
    *,
    width: int = 80,
) -> str:
    """The answer as a table for people, or as CSV or JSON (decimals exact) for machines."""
    if output != "table":
        with TemporaryDirectory() as folder:
            path = Path(folder) / "answer"
            write_answer(query, output, path, settings, snapshot)
            return path.read_text(encoding="utf-8").rstrip("\n")
    with connect(settings, snapshot) as connection, _in_words(connection):
        plan = _explained(connection, query)
        return plan or _table(connection, _one_query(connection, query), width)


def write_answer(
    query: str,
    output: str,
    path: Path,
    settings: Settings,
    snapshot: str | date | None = None,
) -> None:
    """The answer as CSV, JSON or Parquet, streamed, numbers exact; only complete files appear."""
    if path.exists() and not path.is_file():  # such as /dev/stdout, which would be replaced
        raise QueryRefused(f"{path} is no file; without --output the answer is printed")
    path = path.resolve()
    part = path.with_name(f".{path.name}.part")
    with connect(settings, snapshot) as connection, _in_words(connection):
        try:
            _copy(connection, _one_query(connection, query), output, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, output: str, path: Path) -> None:
    """Write the answer; if integers of Parquet do not fit, again with the next type."""
    *attempts, last = exact_queries(connection, query) if output == "parquet" else [query]
    target = f"{quoted(str(path))} ({COPY_OPTIONS[output]})"
    for attempt in attempts:
        with suppress(duckdb.ConversionException):
            connection.execute(f"copy (from (\n{attempt}\n)) to {target}")
            return
    connection.execute(f"copy (from (\n{last}\n)) to {target}")


@contextmanager
def _in_words(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What DuckDB raises: QueryRefused with its words, and QueryStopped after Ctrl-C."""
    try:
        yield
    except duckdb.Error as error:
        raise QueryRefused(str(error)) from error
    except RuntimeError as error:
        if str(error) == INTERRUPTED:
            # Its threads still work, and closing the connection would wait for them.
            connection.interrupt()
            raise QueryStopped("the query was stopped; nothing was written") from error
        raise


def _one_query(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """The query without its semicolon, if it is one that only reads; raises QueryRefused.

    In parentheses after FROM only queries that read work: SELECT, PIVOT, DESCRIBE, SHOW, SUMMARIZE.
    """
    query = _without_semicolon(query)
    kinds = [statement.type for statement in connection.extract_statements(query)]
    try:
        inner = [one.type for one in connection.extract_statements(f"from (\n{query}\n)")]
    except duckdb.ParserException:
        inner = []
    if not kinds or inner != kinds:
        raise QueryRefused(
            "give one query that only reads, such as a SELECT, DESCRIBE or SHOW; for more,"
            " `shortdrama sql` without a query opens a shell"
        )
    return query


def _without_semicolon(query: str) -> str:
    """The query up to its closing semicolon; only comments may come after it."""
    text = query.encode()
    for start, _ in reversed(duckdb.tokenize(query)):  # offsets in bytes, comments left out
        if text[start : start + 1] != b";":
            break
        text = text[:start]
    return text.decode().strip()


def _explained(connection: duckdb.DuckDBPyConnection, query: str) -> str | None:
    """The plan of a query after EXPLAIN; None if it is another query. ANALYZE also runs it."""
    query = _without_semicolon(query)
    start = next((start for start, _ in duckdb.tokenize(query)), 0)
    text = query.encode()[start:].decode()
    explain = EXPLAIN.match(text)
    if explain is None:
        return None
    _one_query(connection, text[explain.end() :])
    plans = connection.execute(text).fetchall()
    return "\n".join(plan.rstrip("\n") for _, plan in plans)


def _table(connection: duckdb.DuckDBPyConnection, query: str, width: int) -> str:
    described = connection.execute(f"describe (\n{query}\n)").fetchall()
    # DuckDB writes each value: Python's own words for decimals, lists and infinity are not its.
    cursor = connection.execute(
        f"select cast(columns(*) as varchar) from (\n{query}\n)"  # noqa: S608 - one that reads
        f" limit {TABLE_ROWS + 1}"
    )
    fetched = cursor.fetchall()
    rows = fetched[:TABLE_ROWS]
    columns = [
        Column(shown(name), _is_number(kind), tuple(shown(row[number]) for row in rows))
        for number, (name, kind, *_) in enumerate(described)
    ]
    said = [table(columns, len(rows), width)]
    if not rows:
        said.append("0 rows")
    if len(fetched) > TABLE_ROWS:
        said.append(f"… more than {TABLE_ROWS} rows; csv has all")
    return "\n".join(said)


def _is_number(kind: str) -> bool:
    return kind.startswith("DECIMAL") or kind in NUMBERS
