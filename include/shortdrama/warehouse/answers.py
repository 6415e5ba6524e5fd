"""A query's answer from the published marts, as text."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from shortdrama.config import Settings
from shortdrama.failure import Failure
from shortdrama.lake.duck import quoted
from shortdrama.warehouse.read import connect

GAP = "  "


class QueryRefused(Failure):
    """DuckDB does not take the query."""


def answer(
    query: str,
    output: Literal["table", "csv", "json"],
    settings: Settings,
    snapshot_id: str | None = None,
    *,
    width: int = 80,
) -> str:
    """The answer as a table for people, or as CSV or JSON (decimals exact) for machines."""
    query = query.strip().rstrip(";")
    with connect(settings, snapshot_id) as connection:
        try:
            relation = connection.sql(query) if query else None
            if relation is None:
                raise QueryRefused("there is no answer to that; give a query, such as a SELECT")
            if output == "table":
                return _table(relation, width)
            return _exported(connection, query, output)
        except duckdb.Error as error:
            raise QueryRefused(str(error)) from error


def _table(relation: duckdb.DuckDBPyRelation, width: int) -> str:
    """A table; a record per row, a column per line, where a table would be too wide."""
    rows = [["" if value is None else str(value) for value in row] for row in relation.fetchall()]
    columns = list(relation.columns)
    right = [_is_number(str(kind)) for kind in relation.types]
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    if sum(widths) + len(GAP) * (len(widths) - 1) > width:
        return _records(columns, rows)

    def line(cells: list[str]) -> str:
        placed = zip(cells, widths, right, strict=True)
        return GAP.join(
            cell.rjust(size) if number else cell.ljust(size) for cell, size, number in placed
        ).rstrip()

    return "\n".join([line(columns), GAP.join("-" * size for size in widths), *map(line, rows)])


def _records(columns: list[str], rows: list[list[str]]) -> str:
    size = max(map(len, columns))
    return "\n\n".join(
        "\n".join(f"{name.rjust(size)}  {cell}" for name, cell in zip(columns, row, strict=True))
        for row in rows
    )


def _is_number(kind: str) -> bool:
    return kind.startswith("DECIMAL") or kind in {"BIGINT", "INTEGER", "HUGEINT", "DOUBLE"}


def _exported(connection: duckdb.DuckDBPyConnection, query: str, output: str) -> str:
    options = "format json, array true" if output == "json" else "format csv, header true"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answer"
        connection.execute(f"copy ({query}) to {quoted(str(path))} ({options})")
        return path.read_text().rstrip("\n")
