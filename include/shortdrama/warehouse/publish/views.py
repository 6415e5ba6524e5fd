"""`marts.duckdb` of a snapshot: a view per mart over its files, comments, and macros."""

from collections.abc import Collection
from pathlib import Path

import duckdb

from shortdrama.core.settings import S3Settings
from shortdrama.lake import duck
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import MartFile

KNOWN_AT = Path(__file__).parent / "known_at.sql"
"""Macros that say what the marts said at an earlier instant."""

STORAGE = "v1.0.0"
"""The format of every published DuckDB file: older clients could not read a newer one."""

READ_BY_MACROS = frozenset(
    {"dim_country", "dim_vendor", "fct_app_estimates_versions", "fct_estimate_coverage"}
)


def write_views(
    path: Path,
    marts: dict[str, tuple[MartFile, ...]],
    warehouse: duckdb.DuckDBPyConnection,
    s3: S3Settings,
    store: ObjectStore,
) -> None:
    """Write the file. It names the Parquet files one by one and has no secret in it."""
    with duck.connect(s3, path, storage=STORAGE) as views:
        for mart, files in marts.items():
            uris = duck.list_literal([store.uri(file.key) for file in files])
            views.execute(f"create view {mart} as from read_parquet({uris})")
        for statement in _comments(warehouse):
            views.execute(statement)
        write_macros(views, marts)


def write_macros(views: duckdb.DuckDBPyConnection, marts: Collection[str]) -> None:
    """Give a view file its macros, unless its snapshot lacks marts that they read."""
    if READ_BY_MACROS.issubset(marts):
        views.execute(KNOWN_AT.read_text(encoding="utf-8"))


def _comments(warehouse: duckdb.DuckDBPyConnection) -> list[str]:
    """The descriptions of models and columns, each as one line: their files break lines."""
    tables = warehouse.execute(
        "select table_name, comment from duckdb_tables()"
        " where schema_name = 'marts' and comment is not null"
    ).fetchall()
    columns = warehouse.execute(
        "select table_name, column_name, comment from duckdb_columns()"
        " where schema_name = 'marts' and comment is not null"
    ).fetchall()
    return [
        *(f"comment on view {table} is {_line(text)}" for table, text in tables),
        *(
            f"comment on column {table}.{column} is {_line(text)}"
            for table, column, text in columns
        ),
    ]


def _line(text: str) -> str:
    return duck.quoted(" ".join(text.split()))
