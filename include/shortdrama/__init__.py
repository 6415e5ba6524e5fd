"""Market figures of the short-drama business: pulled, gated, built, published, reported.

For analysts: `shortdrama.connect()` opens the published marts in a notebook. Airflow imports this
package all the time, so nothing heavy is imported here.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection


def connect(snapshot: "str | date | None" = None) -> "DuckDBPyConnection":
    """A read-only DuckDB connection on the published marts; it keeps its snapshot.

    `snapshot`: an id; a day (date or `YYYY-MM-DD`) for the one that was current when that UTC day
    ended; None for the current one. Raises NothingPublished, MartsUnreadable, NoCredentials.
    """
    from shortdrama.core import machine
    from shortdrama.core.settings import settings
    from shortdrama.warehouse.snapshots import read

    machine.ensure_store()
    return read.connect(settings(), snapshot)
