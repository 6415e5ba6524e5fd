"""How anybody reads the published marts: one snapshot, read-only, never the private file."""

import duckdb

from shortdrama.config import Settings
from shortdrama.lake import duck, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots import VIEWS_FILE, read_manifest


def connect(settings: Settings, snapshot_id: str | None = None) -> duckdb.DuckDBPyConnection:
    """A connection whose tables are the marts of one snapshot, the current one by default.

    The connection keeps that snapshot however many are published meanwhile. Raises
    NothingPublished.
    """
    store = ObjectStore.of(settings.s3)
    manifest = read_manifest(store, snapshot_id)
    connection = duck.connect(settings.s3)
    views = store.uri(keys.snapshot(manifest.snapshot_id, VIEWS_FILE))
    connection.execute(f"attach {duck.quoted(views)} as marts (read_only)")
    connection.execute("use marts")
    return connection
