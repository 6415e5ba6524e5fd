"""Engines that are not the pipeline's DuckDB views, each reading an Iceberg table by its path."""

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest
from pyiceberg.table import StaticTable

from shortdrama.core.settings import S3Settings
from shortdrama.lake import duck
from shortdrama.lake.credentials import credentials

Rows = list[str]
Engine = Callable[[str, S3Settings], Rows]


def rows(found: Iterable[Any]) -> Rows:
    """Rows in an order of their own, with their types: 1 is not 1.0."""
    return sorted(map(repr, found))


def duckdb_with_iceberg(s3: S3Settings) -> duckdb.DuckDBPyConnection:
    connection = duck.connect(s3)
    for name in ("avro", "iceberg"):
        connection.execute(f"load {duck.quoted(str(_extension(name)))}")
    return connection


def by_duckdb(uri: str, s3: S3Settings) -> Rows:
    with duckdb_with_iceberg(s3) as connection:
        return rows(connection.execute(f"from iceberg_scan({duck.quoted(uri)})").fetchall())


def by_pyiceberg(uri: str, s3: S3Settings) -> Rows:
    table = StaticTable.from_metadata(uri, access(s3)).scan().to_arrow()
    return rows(tuple(row.values()) for row in table.to_pylist())


def by_polars(uri: str, s3: S3Settings) -> Rows:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLARS_ICEBERG_PLANNER", "pyiceberg")  # else it warns that it is slower
        found = polars.scan_iceberg(uri, storage_options=access(s3)).collect()
    return rows(found.rows())


def access(s3: S3Settings) -> dict[str, str]:
    """How PyIceberg and polars reach the lake, in their words."""
    current = credentials(s3)
    return {
        "s3.endpoint": str(s3.endpoint_url),
        "s3.region": s3.region,
        "s3.access-key-id": current.key_id,
        "s3.secret-access-key": current.secret,
    }


ENGINES: tuple[Engine, ...] = (by_duckdb, by_pyiceberg, by_polars)


def _extension(name: str) -> Path:
    package = find_spec(f"duckdb_extension_{name}")
    assert package is not None
    assert package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0], "extensions", f"v{duckdb.__version__}")
    return folder / f"{name}.duckdb_extension"
