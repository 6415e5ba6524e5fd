"""How the published marts are read: one snapshot, read-only, never the private file."""

from datetime import date

import duckdb

from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings
from shortdrama.lake import duck, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import VIEWS_FILE, wanted_manifest


class MartsUnreadable(Failure):
    """The snapshot exists, but its files cannot be read."""


def connect(settings: Settings, snapshot: str | date | None = None) -> duckdb.DuckDBPyConnection:
    """A connection whose tables are the marts of one snapshot, the current one by default.

    `snapshot` is an id, or a day: the snapshot that was current when that UTC day ended. The
    connection keeps its snapshot even if others are published meanwhile. Raises NothingPublished,
    MartsUnreadable.
    """
    store = ObjectStore.of(settings.s3)
    manifest = wanted_manifest(store, snapshot)
    connection = duck.connect(settings.s3)
    try:
        connection.execute(attach(store, manifest.snapshot_id))
    except duckdb.Error as error:
        connection.close()
        raise MartsUnreadable(
            f"the lake does not give DuckDB the snapshot {manifest.snapshot_id}: {error}."
            " Try `shortdrama doctor`"
        ) from error
    connection.execute("use marts")
    return connection


def attach(store: ObjectStore, snapshot_id: str) -> str:
    """The statement that attaches a snapshot's views as `marts`."""
    views = store.uri(keys.snapshot(snapshot_id, VIEWS_FILE))
    return f"attach {duck.quoted(views)} as marts (read_only)"
