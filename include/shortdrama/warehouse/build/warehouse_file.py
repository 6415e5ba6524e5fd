"""The private warehouse's file: it may be lost at any time, and can be built again."""

from pathlib import Path

import duckdb

from shortdrama.core.errors import BuildFailed


def open_or_start_anew(path: Path) -> None:
    """A file that a killed build left broken is thrown away: it can be built again."""
    try:
        duckdb.connect(str(path)).close()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise BuildFailed(
                f"another process holds the private warehouse {path}; only market_marts may write"
                " it, one run at a time"
            ) from error
        path.unlink()
