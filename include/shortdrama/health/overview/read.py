"""The overview, read from the lake. What has not changed since the last time is not read again."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from shortdrama.core.errors import DamagedDocument, NewerDocument
from shortdrama.core.settings import Settings
from shortdrama.datasets import DATASETS, headline
from shortdrama.datasets.model import Api, Dataset
from shortdrama.gates.results import GateResult
from shortdrama.health.overview import model
from shortdrama.health.overview.backfills import read_backfills
from shortdrama.health.overview.facts import LoadFact, accepted, newest_facts
from shortdrama.health.overview.model import DatasetStatus, MartGate, MartsStatus, Overview
from shortdrama.ingest.quota import quotas_of
from shortdrama.lake import documents, keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.marker import Marker
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery.round import due_week
from shortdrama.warehouse.build.inputs import code_digest, fingerprint
from shortdrama.warehouse.decide.overrides import build_id, in_spite, mart_overrides
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, read_manifest
from shortdrama.warehouse.snapshots.pointer import read_pointer

KEPT_LEDGERS = 32
KEPT_MANIFESTS = 4

UNREADABLE = (DamagedDocument, NewerDocument)


def read_overview(settings: Settings, store: ObjectStore) -> Overview:
    """How the pipeline is now, by the pipeline's clock.

    A ledger that is damaged makes its dataset `unreadable`; raises the store's own errors when the
    lake does not answer, and DamagedDocument or NewerDocument for other documents.
    """
    now = settings.clock.now()
    facts: dict[str, tuple[LoadFact, ...]] = {}
    statuses: dict[str, DatasetStatus] = {}
    for dataset in DATASETS.values():
        try:
            facts[dataset.id] = _facts(store, dataset.id, LoadLedger(store, dataset.id).etag())
        except UNREADABLE as error:
            statuses[dataset.id] = _unreadable(dataset, str(error))
            continue
        statuses[dataset.id] = model.dataset_status(
            dataset, facts[dataset.id], now, is_scheduled=not settings.clock.is_frozen
        )
    marker = documents.find(Marker, store, keys.LAKE)
    due = due_week(settings, store)
    return Overview(
        asked_at=now,
        lake=marker.kind if marker else None,
        datasets=tuple(statuses.values()),
        quotas=tuple(model.quota_status(quota, now) for quota in quotas_of(store, now.date())),
        backfills=tuple(read_backfills(store)),
        marts=_marts(facts, store),
        report=model.next_report(due, now.date(), statuses[headline().id]),
    )


@lru_cache(KEPT_LEDGERS)
def _facts(store: ObjectStore, dataset: str, etag: str | None) -> tuple[LoadFact, ...]:
    """The facts of a ledger that has this ETag; for another one it is read again."""
    return tuple(newest_facts(LoadLedger(store, dataset))) if etag else ()


@lru_cache(KEPT_MANIFESTS)
def _manifest(store: ObjectStore, snapshot_id: str) -> SnapshotManifest:
    """The manifest of a snapshot, which never changes."""
    return read_manifest(store, snapshot_id)


def _unreadable(dataset: Dataset, why: str) -> DatasetStatus:
    return DatasetStatus(
        dataset=dataset.id,
        title=dataset.titles["en"],
        dag_id=dataset.dag_id,
        is_daily=isinstance(dataset.arrives, Api),
        has_past=dataset.has_past,
        stale_after_days=dataset.stale_after_days,
        unreadable=why,
    )


def _marts(facts: Mapping[str, Sequence[LoadFact]], store: ObjectStore) -> MartsStatus:
    pointer, _ = read_pointer(store)
    current = _manifest(store, pointer.snapshot_id) if pointer else None
    status = MartsStatus(
        snapshot_id=current.snapshot_id if current else None,
        created_at=current.created_at if current else None,
        hold=pointer.hold if pointer else None,
    )
    if len(facts) < len(DATASETS):
        return status
    loads = [fact.load_id for newest in facts.values() for fact in accepted(newest)]
    if not loads:
        return status.model_copy(update={"gate": "no loads"})
    decisions = [
        fact.override
        for newest in facts.values()
        for fact in newest
        if fact.override and fact.status in ("accepted", "revoked")
    ]
    build = fingerprint(code_digest(), loads, decisions)
    gate, reason = _mart_gate(build, current, store)
    return status.model_copy(update={"build": build_id(build), "gate": gate, "reason": reason})


def _mart_gate(
    build: str, current: SnapshotManifest | None, store: ObjectStore
) -> tuple[MartGate, str]:
    """What the mart gate says of a build, and the first thing that it found."""
    if current is not None and current.fingerprint == build:
        return "published", ""
    result = documents.find(GateResult, store, keys.mart_gate(build))
    if result is None:
        return "waiting", ""
    left = in_spite(result, mart_overrides(build, store))
    return ("refused", left.critical[0].short) if left.refused else ("passed", "")
