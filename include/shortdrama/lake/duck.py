"""DuckDB connections that read and write the lake."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import duckdb_extensions

from shortdrama.config import S3Settings
from shortdrama.datasets import Dataset
from shortdrama.lake.credentials import credentials


def connect(
    s3: S3Settings | None = None, path: Path | str = ":memory:", *, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """A connection in UTC; with `s3` it also reads and writes the lake.

    The secret lives in the connection only: no file that the connection writes holds it.
    """
    connection = duckdb.connect(str(path), read_only=read_only, config={"threads": 2})
    connection.execute("set TimeZone = 'UTC'")
    if s3 is not None:
        _allow_lake(connection, s3)
    return connection


def _allow_lake(connection: duckdb.DuckDBPyConnection, s3: S3Settings) -> None:
    # From the package, not from DuckDB's site: works without network.
    duckdb_extensions.import_extension("httpfs", con=connection)
    connection.execute("load httpfs")
    keys = credentials(s3)
    options: dict[str, str | bool] = {
        "key_id": keys.key_id,
        "secret": keys.secret,
        "session_token": keys.session_token,
        "region": s3.region,
    }
    if s3.endpoint_url:
        endpoint = urlsplit(s3.endpoint_url)
        options |= {
            "endpoint": endpoint.netloc,
            "url_style": "path",
            "use_ssl": endpoint.scheme == "https",
        }
    clauses = ", ".join(f"{name} {_literal(value)}" for name, value in options.items())
    connection.execute(f"create or replace secret lake (type s3, {clauses})")


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else quoted(value)


def quoted(text: str) -> str:
    """A SQL string literal, for the places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def list_literal(texts: list[str]) -> str:
    """A SQL list of string literals."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"


def loads_query(dataset: Dataset, uris: Sequence[str]) -> str:
    """A query of the loads in those files with the dataset's columns; of none it is empty, typed.

    A column that a load does not have yet reads as NULL.
    """
    nulls = ", ".join(
        f"cast(null as {column.sql_type}) as {column.name}" for column in dataset.all_columns
    )
    query = f"select {nulls} where false"
    if uris:
        files = list_literal(list(uris))
        query += f" union all by name from read_parquet({files}, union_by_name = true)"
    return query
