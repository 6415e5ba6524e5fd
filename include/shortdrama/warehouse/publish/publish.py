"""Publish: write a set of immutable files, and last the one pointer that makes it current.

If a publish is killed at any point, the old snapshot stays as it is; the next publish starts over.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from shortdrama.core.settings import DBT_PROJECT, Settings
from shortdrama.gates.results import GateResult
from shortdrama.lake import documents, duck, keys
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built, contents
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.manifest import mart_keys
from shortdrama.warehouse.build.warehouse_file import healing
from shortdrama.warehouse.decide.audit import verdict
from shortdrama.warehouse.decide.overrides import mart_overrides
from shortdrama.warehouse.publish.export import Files, export_marts
from shortdrama.warehouse.publish.hold import PublishingHeld
from shortdrama.warehouse.publish.published_files import is_whole, whole_files
from shortdrama.warehouse.publish.views import write_views
from shortdrama.warehouse.snapshots.manifest import (
    MANIFEST_FILE,
    VIEWS_FILE,
    GateFacts,
    SnapshotManifest,
    current_snapshot_id,
    find_manifest,
    read_manifest,
)
from shortdrama.warehouse.snapshots.pointer import Pointer, move_pointer, read_pointer

UNIVERSE = DBT_PROJECT / "seeds" / "universe_overrides.csv"


def publish(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
) -> SnapshotManifest:
    """Publish what the private warehouse holds as a new snapshot and make it current.

    The current snapshot stays if it was made from the same inputs and says the same, so publishing
    twice changes nothing; unless one of its files is lost or damaged. A damaged warehouse is built
    again first. Raises MartsRefused unless the mart gate passed these results, PublishingHeld while
    there is a hold, Conflict when somebody moved the pointer meanwhile, BuildFailed if the
    warehouse holds another build.
    """
    return healing(
        settings.warehouse_path,
        lambda: _publish(inputs, settings, store, say),
        say,
        rebuild=lambda: build(inputs, settings, store, say),
    )


def stage(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
) -> SnapshotManifest:
    """Write what the warehouse of `settings` holds as a whole snapshot that is not current.

    `inputs` name the backfill that it is of. Staging the same twice gives the same snapshot. Raises
    MartsRefused unless the mart gate passed these results, BuildFailed if the warehouse holds
    another build.
    """
    with duck.connect(settings.s3, settings.warehouse_path) as warehouse:
        built.check_holds(warehouse, inputs)
        results = contents.results(contents.noted(warehouse))
        pointer, _ = read_pointer(store)
        before = read_manifest(store, pointer.snapshot_id) if pointer else None
        earlier = whole_files(before, store) if before else {}
        gate = verdict(inputs, results, store)
        snapshot_id = _snapshot_id(inputs, results, before, settings)
        return find_manifest(store, snapshot_id) or _write_snapshot(
            snapshot_id, inputs, gate, before, earlier, warehouse, settings, store, say
        )


def is_published(inputs: BuildInputs, store: ObjectStore) -> bool:
    """Whether the current snapshot was made from exactly these inputs."""
    if current_snapshot_id(store) is None:
        return False
    return read_manifest(store).fingerprint == inputs.fingerprint


def _publish(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
) -> SnapshotManifest:
    with duck.connect(settings.s3, settings.warehouse_path) as warehouse:
        built.check_holds(warehouse, inputs)
        results = contents.results(contents.noted(warehouse))
        pointer, etag = read_pointer(store)
        before = read_manifest(store, pointer.snapshot_id) if pointer else None
        earlier = whole_files(before, store) if before else {}
        is_same = before and (before.fingerprint, before.results) == (inputs.fingerprint, results)
        if before and is_same and is_whole(before, earlier, store):
            # The same record again, in case an earlier attempt ended before it wrote it.
            _record(before, store)
            return before
        if pointer is not None and pointer.hold is not None:
            raise PublishingHeld(pointer)
        gate = verdict(inputs, results, store)
        snapshot_id = _snapshot_id(inputs, results, before, settings)
        # Under a frozen clock: a publish that lost its last step, or a snapshot that was rolled
        # back. Its files exist, maybe somebody has them attached, and are never written twice.
        manifest = find_manifest(store, snapshot_id) or _write_snapshot(
            snapshot_id, inputs, gate, before, earlier, warehouse, settings, store, say
        )
    move_pointer(store, Pointer(snapshot_id=snapshot_id), etag)
    _record(manifest, store)
    return manifest


def _record(manifest: SnapshotManifest, store: ObjectStore) -> None:
    """Write the outcome; its key follows from its content, so twice is once."""
    record_outcome(
        store,
        Outcome(
            kind="publish",
            status="succeeded",
            subject=manifest.snapshot_id,
            ended_at=manifest.created_at,
            details={
                "previous": manifest.previous,
                "fingerprint": manifest.fingerprint,
                "warnings": [warning.text for warning in manifest.warnings],
            },
        ),
    )


def _snapshot_id(
    inputs: BuildInputs, results: str, before: SnapshotManifest | None, settings: Settings
) -> str:
    previous = before.snapshot_id if before else None
    digest = hashlib.sha256(f"{inputs.fingerprint}|{results}|{previous}".encode()).hexdigest()
    return keys.snapshot_id(settings.clock.now(), digest[:8])


def _write_snapshot(
    snapshot_id: str,
    inputs: BuildInputs,
    gate: GateResult,
    before: SnapshotManifest | None,
    earlier: Files,
    warehouse: duckdb.DuckDBPyConnection,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
) -> SnapshotManifest:
    """Everything except the pointer; the manifest is written last, so that what it names exists."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        marts = export_marts(warehouse, snapshot_id, earlier, folder, store, say)
        write_views(folder / VIEWS_FILE, marts, warehouse, settings.s3, store)
        store.upload(folder / VIEWS_FILE, keys.snapshot(snapshot_id, VIEWS_FILE))
    manifest = SnapshotManifest(
        snapshot_id=snapshot_id,
        created_at=settings.clock.now(),
        is_sample=lake_kind(store) == "sample",
        fingerprint=inputs.fingerprint,
        code=inputs.code,
        code_version=settings.code_version,
        universe_version=hashlib.sha256(UNIVERSE.read_bytes()).hexdigest()[:12],
        datasets=inputs.states(),
        marts=marts,
        mart_keys=mart_keys(),
        gate=GateFacts(suites=gate.suites, rows=gate.rows),
        warnings=(*(finding.warned() for finding in gate.warnings), *inputs.load_warnings()),
        overrides=(*inputs.overrides, *mart_overrides(inputs.fingerprint, store)),
        previous=before.snapshot_id if before else None,
        staged_by=inputs.backfill,
    )
    documents.put(manifest, store, keys.snapshot(snapshot_id, MANIFEST_FILE))
    return manifest
