"""Loads of estimates in memory, with the snapshots and editions that were made of them."""

from datetime import UTC, date, datetime

from memory_store import MemoryStore
from shortdrama.core.windows import Window
from shortdrama.lake import documents, keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord, Status
from shortdrama.reports.archive.editions import Correction, Edition, bind, record_correction
from shortdrama.warehouse.build.inputs import DatasetState
from shortdrama.warehouse.snapshots.manifest import MANIFEST_FILE, SnapshotManifest
from shortdrama.warehouse.snapshots.pointer import Pointer

NOW = datetime(2025, 10, 2, 8, tzinfo=UTC)
ESTIMATES = "appfigures.estimates"


def enter(store: MemoryStore, load_id: str, status: Status = "accepted", day: int = 1) -> None:
    """A load of two countries and four days, said on a day of October."""
    said_at = datetime(2025, 10, day, tzinfo=UTC)
    window = Window(start=date(2025, 9, 1), end=date(2025, 9, 4))
    LoadLedger(store, ESTIMATES).append(
        LoadRecord(
            load_id=load_id, pull_id=load_id, dataset=ESTIMATES, status=status,
            key=keys.raw(ESTIMATES, load_id, said_at), sha256="", rows=8, said_at=said_at,
            coverage=Coverage(window=window, countries=("ZZ", "US")), decided_at=said_at,
            is_sample=True, backfill="appfigures.estimates-1" if status == "staged" else None,
        )
    )  # fmt: skip


def publish(store: MemoryStore, snapshot_id: str, *load_ids: str) -> None:
    """A snapshot of these loads of estimates; readers have it now."""
    state = DatasetState(
        as_of=None, said_at=None, accepted_at=None, load_ids=load_ids, refused_since=()
    )
    manifest = SnapshotManifest(
        snapshot_id=snapshot_id, created_at=NOW, is_sample=True, fingerprint="", code="",
        code_version="", universe_version="", datasets={ESTIMATES: state}, marts={}, mart_keys={},
        gate=None, warnings=(), overrides=(), previous=None,
    )  # fmt: skip
    documents.put(manifest, store, keys.snapshot(snapshot_id, MANIFEST_FILE))
    documents.put(Pointer(snapshot_id=snapshot_id), store, keys.CURRENT_SNAPSHOT)


def edition(store: MemoryStore, week: str, snapshot_id: str, *corrections: str) -> None:
    """An edition, and its corrections, of these snapshots."""
    made = Edition(
        report="weekly_brief", period=week, snapshot_id=snapshot_id, is_sample=True,
        bound_at=NOW, parts={},
    )  # fmt: skip
    bind(store, made, {})
    for number, corrected in enumerate(corrections, start=1):
        correction = Correction(
            edition=made.id, number=number, snapshot_id=corrected, by="ada", because="it changed",
            at=NOW, changes=1, notes={}, parts={},
        )  # fmt: skip
        record_correction(store, correction)
