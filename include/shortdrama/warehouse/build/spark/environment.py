"""Whether this machine can build on Spark, and what it says if it cannot."""

import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from shortdrama.core.errors import BuildFailed
from shortdrama.core.settings import SparkSettings

CONNECT_PORT = 15002
"""Of a Spark Connect server whose address names none."""

ANSWER_SECONDS = 10


class SparkAway(BuildFailed):
    """The marts are to be built on Spark, and it is not installed, not named or not reachable."""


def check_ready(spark: SparkSettings) -> None:
    """Raise SparkAway, with what to do, unless there is an environment and a server.

    Without this check Spark's own client waits for ten minutes.
    """
    begin = "the marts are to be built on Spark (SHORTDRAMA_WAREHOUSE__ENGINE), and"
    if not (spark.packages / "pyspark").is_dir() or not (spark.packages / "dbt").is_dir():
        raise SparkAway(
            f"{begin} its environment is not installed in {spark.packages}. What to do: run"
            " `make spark`, or set the engine to duckdb"
        )
    if not spark.remote:
        raise SparkAway(
            f"{begin} no server is named. What to do: set SHORTDRAMA_WAREHOUSE__SPARK__REMOTE to"
            " the address of Spark Connect, such as sc://spark.internal:15002"
        )
    try:
        parts = urlsplit(spark.remote)
        host, port = parts.hostname, parts.port or CONNECT_PORT
    except ValueError:
        parts, host, port = urlsplit(""), None, 0
    if parts.scheme != "sc" or not host:
        # Not the address itself, which may hold a token.
        raise SparkAway(
            f"{begin} SHORTDRAMA_WAREHOUSE__SPARK__REMOTE is not an address such as"
            " sc://spark.internal:15002. What to do: correct it"
        )
    try:
        socket.create_connection((host, port), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise SparkAway(
            f"{begin} {host}:{port} does not answer ({error}). What to do: start Spark Connect"
            " there, or correct SHORTDRAMA_WAREHOUSE__SPARK__REMOTE; then clear the task `build` of"
            " market_marts"
        ) from error


def python() -> str:
    """A Python of this version without this environment's packages, which Spark's would meet."""
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}"))
