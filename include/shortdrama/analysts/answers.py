"""A query's answer from the published marts: a table for people, a file for machines."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from shortdrama.analysts.exact_integers import exact_queries
from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings
from shortdrama.lake.duck import quoted
from shortdrama.warehouse.snapshots.read import connect

GAP = "  "
TABLE_ROWS = 500
"""More rows than anybody reads; the table says if it leaves rows out."""
COPY_OPTIONS = {
    "csv": "format csv, header true",
    "json": "format json, array true",
    "parquet": "format parquet, compression zstd",
}


class QueryRefused(Failure):
    """DuckDB does not accept the query, or it is not a query."""


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
            return path.read_text().rstrip("\n")
    with connect(settings, snapshot) as connection:
        try:
            return _table(connection.execute(_one_query(connection, query)), width)
        except duckdb.Error as error:
            raise QueryRefused(str(error)) from error


def write_answer(
    query: str,
    output: str,
    path: Path,
    settings: Settings,
    snapshot: str | date | None = None,
) -> None:
    """The answer as CSV, JSON or Parquet, streamed, numbers exact; only complete files appear."""
    part = path.with_name(f".{path.name}.part")
    with connect(settings, snapshot) as connection:
        try:
            _copy(connection, _one_query(connection, query), output, part)
            part.replace(path)
        except duckdb.Error as error:
            raise QueryRefused(str(error)) from error
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


def _table(cursor: duckdb.DuckDBPyConnection, width: int) -> str:
    """A table; if it would be too wide, each row as a record with one column per line."""
    described = cursor.description or []
    columns = [name for name, *_ in described]
    right = [_is_number(str(kind)) for _, kind, *_ in described]
    fetched = cursor.fetchmany(TABLE_ROWS + 1)
    rows = [["" if value is None else str(value) for value in row] for row in fetched[:TABLE_ROWS]]
    rest = [] if len(fetched) <= TABLE_ROWS else [f"… more than {TABLE_ROWS} rows; csv has all"]
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    if sum(widths) + len(GAP) * (len(widths) - 1) > width:
        return "\n\n".join([*_records(columns, rows), *rest])

    def line(cells: list[str]) -> str:
        placed = zip(cells, widths, right, strict=True)
        return GAP.join(
            cell.rjust(size) if number else cell.ljust(size) for cell, size, number in placed
        ).rstrip()

    rule = GAP.join("-" * size for size in widths)
    return "\n".join([line(columns), rule, *map(line, rows), *rest])


def _records(columns: list[str], rows: list[list[str]]) -> list[str]:
    size = max(map(len, columns))
    return [
        "\n".join(f"{name.rjust(size)}  {cell}" for name, cell in zip(columns, row, strict=True))
        for row in rows
    ]


def _is_number(kind: str) -> bool:
    return kind.startswith("DECIMAL") or kind in {"BIGINT", "INTEGER", "HUGEINT", "DOUBLE"}
