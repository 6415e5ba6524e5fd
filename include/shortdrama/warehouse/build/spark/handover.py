"""Spark's marts in the private DuckDB file, where the gates and the publisher read them."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb

from shortdrama.core.errors import BuildFailed
from shortdrama.lake.duck import list_literal, quoted
from shortdrama.warehouse.build.spark.run import SparkTable
from shortdrama.warehouse.build.touched import Plan

PRODUCTS = "intermediate.int_newest_products"
"""What the warehouse remembers about each build's products is read from it."""

PARTITION = "kept_month"
"""A column that only Spark's tables by month have; it is in the names of folders."""


def take_over(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, SparkTable],
    plan: Plan,
    month_columns: Mapping[str, str],
) -> None:
    """Put Spark's tables (by name, `marts.fct_…`) into the open warehouse, all or none of them.

    Of those kept by month (`month_columns`, by mart) only the months that the plan rewrites are
    read. Raises BuildFailed if the files cannot be read from this machine.
    """
    connection.begin()
    try:
        for schema in sorted({name.split(".")[0] for name in tables}):
            connection.execute(f"create schema if not exists {schema}")
        for name, table in tables.items():
            month = month_columns.get(name.split(".")[1])
            _take_over(connection, name, table, plan if month else None, month or "")
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _take_over(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    table: SparkTable,
    plan: Plan | None,
    month_column: str,
) -> None:
    columns = {column: kind for column, kind in table.columns if column != PARTITION}
    touched = "true"
    if plan is None or plan.is_full_refresh:
        typed = ", ".join(f'"{column}" {_on_duckdb(kind)}' for column, kind in columns.items())
        connection.execute(f"create or replace table {name} ({typed})")
    else:
        touched = plan.condition(month_column)
        connection.execute(f"delete from {name} where {touched}")  # noqa: S608 - names of our own
    if table.files:
        files = list_literal([_path(name, uri) for uri in table.files])
        named = ", ".join(f'"{column}"' for column in columns)
        connection.execute(
            f"insert into {name} ({named}) select {named}"  # noqa: S608 - names of our own
            f" from read_parquet({files}, hive_partitioning = false) where {touched}"
        )


def comment(connection: duckdb.DuckDBPyConnection, about: Mapping[str, Mapping[str, str]]) -> None:
    """Describe tables of schema `marts` and their columns; "" stands for the table itself."""
    for mart, texts in about.items():
        for column, text in texts.items():
            what = f'column marts.{mart}."{column}"' if column else f"table marts.{mart}"
            connection.execute(f"comment on {what} is {quoted(text)}")


def _path(name: str, uri: str) -> str:
    """The file of a URI of Spark's."""
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.scheme != "file" or not Path(path).is_file():
        raise BuildFailed(
            f"Spark's table {name} has a file that this machine cannot read: {uri}. What to do: let"
            " spark.sql.warehouse.dir of the server be a folder that this machine sees too"
        )
    return path


def _on_duckdb(kind: str) -> str:
    """A type of Spark's in the words of DuckDB."""
    return {"timestamp_ntz": "timestamp", "string": "varchar"}.get(kind, kind)
