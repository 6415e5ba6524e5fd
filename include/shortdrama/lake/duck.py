"""DuckDB connections that read and write the lake."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from shortdrama.core.errors import Failure
from shortdrama.core.settings import S3Settings
from shortdrama.lake.credentials import credentials

CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 2}
"""Of every connection; two threads are what a worker has."""


class NoExtension(Failure):
    """DuckDB cannot reach the lake without its extension httpfs."""


def connect(
    s3: S3Settings | None = None,
    path: Path | str = ":memory:",
    *,
    read_only: bool = False,
    storage: str | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection in UTC; with `s3` it also reads and writes the lake.

    Only the connection holds the secret, no file that it writes. `storage` is the format of a new
    file, named by the first DuckDB that reads it; the default is this DuckDB's own.
    """
    config = CONFIG if storage is None else {**CONFIG, "storage_compatibility_version": storage}
    connection = duckdb.connect(str(path), read_only=read_only, config=config)
    connection.execute("set TimeZone = 'UTC'")
    if s3 is not None:
        _allow_lake(connection, s3)
    return connection


def _allow_lake(connection: duckdb.DuckDBPyConnection, s3: S3Settings) -> None:
    connection.execute(f"install {quoted(str(httpfs_file()))}")
    connection.execute("load httpfs")
    keys = credentials(s3)
    connection.execute(
        lake_secret(s3, quoted(keys.key_id), quoted(keys.secret), quoted(keys.session_token))
    )


def httpfs_file() -> Path:
    """The extension httpfs, from its package and not from DuckDB's site: it works offline.

    Raises NoExtension.
    """
    package = find_spec("duckdb_extension_httpfs")
    folders = (package.submodule_search_locations or []) if package else []
    for folder in folders:
        file = Path(folder, "extensions", f"v{duckdb.__version__}", "httpfs.duckdb_extension")
        if file.exists():
            return file
    raise NoExtension(
        "DuckDB's extension httpfs is missing, and without it no query reaches the lake."
        f" What to do: pip install duckdb-extension-httpfs=={duckdb.__version__}"
    )


def lake_secret(s3: S3Settings, key_id: str, secret: str, session_token: str) -> str:
    """The statement that gives a session access to the lake; keys are SQL expressions."""
    options = {
        "key_id": key_id,
        "secret": secret,
        "session_token": session_token,
        "region": quoted(s3.region),
    }
    if s3.endpoint_url:
        endpoint = urlsplit(s3.endpoint_url)
        options |= {
            "endpoint": quoted(endpoint.netloc),
            "url_style": quoted("path"),
            "use_ssl": str(endpoint.scheme == "https").lower(),
        }
    clauses = ", ".join(f"{name} {value}" for name, value in options.items())
    return f"create or replace secret lake (type s3, {clauses})"


def quoted(text: str) -> str:
    """A SQL string literal, for the places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def list_literal(texts: list[str]) -> str:
    """A SQL list of string literals."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"


def loads_query(columns: Mapping[str, str], uris: Sequence[str]) -> str:
    """A query of the loads in those files with the columns (types by name); no files, no rows.

    A column that a load does not have yet reads as NULL.
    """
    nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    query = f"select {nulls} where false"
    if uris:
        files = list_literal(list(uris))
        query += f" union all by name from read_parquet({files}, union_by_name = true)"
    return query
