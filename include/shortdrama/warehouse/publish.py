"""Publish: a set of immutable files, and one pointer, written last, that makes it current.

A publish that is killed at any point leaves the old snapshot whole; the next one starts over.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from shortdrama.config import Settings
from shortdrama.lake import duck, keys
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore, dump_json
from shortdrama.warehouse.audit import verdict
from shortdrama.warehouse.build import DBT_PROJECT, built_marts, mart_keys
from shortdrama.warehouse.inputs import BuildInputs
from shortdrama.warehouse.snapshots import (
    MANIFEST_FILE,
    VIEWS_FILE,
    MartFile,
    SnapshotManifest,
    current_snapshot_id,
    read_manifest,
)

ROW_GROUP_ROWS = 1_000_000
UNIVERSE = DBT_PROJECT / "seeds" / "universe_overrides.csv"


def publish(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
) -> SnapshotManifest:
    """Publish what the private warehouse holds as a new snapshot and make it current.

    Doing it again changes nothing. Raises MartsRefused unless the mart gate let this build pass,
    Conflict when somebody else published meanwhile.
    """
    if is_published(inputs, store):
        return read_manifest(store)
    gate = verdict(inputs, store)
    pointer, etag = store.read_json_versioned(keys.CURRENT_SNAPSHOT)
    previous = pointer["snapshot_id"] if pointer else None
    manifest = SnapshotManifest(
        snapshot_id=_snapshot_id(inputs, previous, settings),
        created_at=settings.clock.now(),
        is_sample=lake_kind(store) == "sample",
        fingerprint=inputs.fingerprint,
        code=inputs.code,
        code_version=settings.code_version,
        universe_version=hashlib.sha256(UNIVERSE.read_bytes()).hexdigest()[:12],
        datasets=inputs.states(),
        marts={},
        mart_keys=mart_keys(),
        warnings=tuple(finding.text for finding in gate.warnings),
        previous=previous,
    )
    with (
        TemporaryDirectory() as folder,
        duck.connect(settings.s3, settings.warehouse_path) as connection,
    ):
        marts = _export(connection, manifest.snapshot_id, Path(folder), store, say)
        manifest = manifest.model_copy(update={"marts": marts})
        _write_views(connection, manifest, Path(folder), settings, store)
    store.put(
        keys.snapshot(manifest.snapshot_id, MANIFEST_FILE),
        dump_json(manifest.model_dump(mode="json")),
        content_type="application/json",
    )
    store.compare_and_swap(
        keys.CURRENT_SNAPSHOT, dump_json({"snapshot_id": manifest.snapshot_id}), etag
    )
    record_outcome(
        store,
        Outcome(
            kind="publish",
            status="succeeded",
            subject=manifest.snapshot_id,
            ended_at=manifest.created_at,
            details={"previous": previous, "fingerprint": inputs.fingerprint},
        ),
    )
    return manifest


def is_published(inputs: BuildInputs, store: ObjectStore) -> bool:
    """Whether the current snapshot was made of exactly these inputs."""
    if current_snapshot_id(store) is None:
        return False
    return read_manifest(store).fingerprint == inputs.fingerprint


def _snapshot_id(inputs: BuildInputs, previous: str | None, settings: Settings) -> str:
    digest = hashlib.sha256(f"{inputs.fingerprint}|{previous}".encode()).hexdigest()
    return f"{settings.clock.now():%Y%m%dT%H%M%SZ}-{digest[:8]}"


def _export(
    connection: duckdb.DuckDBPyConnection,
    snapshot_id: str,
    folder: Path,
    store: ObjectStore,
    say: Callable[[str], None],
) -> dict[str, tuple[MartFile, ...]]:
    marts: dict[str, tuple[MartFile, ...]] = {}
    for name in built_marts():
        path = folder / f"{name}.parquet"
        connection.execute(
            # Sorted by all columns, the key's come first: readers prune row groups, and the same
            # rows are the same bytes.
            f"copy (from marts.{name} order by all) to {duck.quoted(str(path))}"
            f" (format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS})"
        )
        row = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        key = keys.snapshot(snapshot_id, path.name)
        store.upload(path, key)
        marts[name] = (MartFile(key=key, rows=row[0] if row else 0, sha256=digest),)
        say(f"{name}: {marts[name][0].rows:,} rows")
    return marts


def _write_views(
    connection: duckdb.DuckDBPyConnection,
    manifest: SnapshotManifest,
    folder: Path,
    settings: Settings,
    store: ObjectStore,
) -> None:
    """A small DuckDB file: a view per mart over its files, with the warehouse's comments."""
    path = folder / VIEWS_FILE
    with duck.connect(settings.s3, path) as views:
        for name, mart_files in manifest.marts.items():
            uris = duck.list_literal([store.uri(file.key) for file in mart_files])
            views.execute(f"create view {name} as from read_parquet({uris})")
        for statement in _comments(connection):
            views.execute(statement)
    store.upload(path, keys.snapshot(manifest.snapshot_id, VIEWS_FILE))


def _comments(connection: duckdb.DuckDBPyConnection) -> list[str]:
    tables = connection.execute(
        "select table_name, comment from duckdb_tables()"
        " where schema_name = 'marts' and comment is not null"
    ).fetchall()
    columns = connection.execute(
        "select table_name, column_name, comment from duckdb_columns()"
        " where schema_name = 'marts' and comment is not null"
    ).fetchall()
    return [
        *(f"comment on view {table} is {duck.quoted(text)}" for table, text in tables),
        *(
            f"comment on column {table}.{column} is {duck.quoted(text)}"
            for table, column, text in columns
        ),
    ]
