"""Why no edition may be made or sent now, from what the lake says about its data."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shortdrama.datasets import DATASETS
from shortdrama.gates.results import GateResult
from shortdrama.lake import documents, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import Correction, Edition
from shortdrama.reports.delivery.due import Withheld
from shortdrama.reports.reports import Report
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.overrides import build_id, in_spite, mart_overrides
from shortdrama.warehouse.snapshots.manifest import (
    SnapshotManifest,
    find_manifest,
    history,
    read_manifest,
    with_refusals,
)
from shortdrama.warehouse.snapshots.pointer import Hold, read_pointer

NEW_FOR = timedelta(days=11)
"""Longer than any edition's deadline."""


@dataclass(frozen=True)
class Published:
    """What readers of the marts have, and what is wrong with what would come next.

    `red_gate` says what the gate found in the build that waits, unless somebody accepted that.
    `begun_at` is when the oldest snapshot that is kept was published; None if every dataset has
    been loaded, because then nobody asks.
    """

    manifest: SnapshotManifest
    hold: Hold | None = None
    red_gate: str = ""
    begun_at: datetime | None = None


def read_published(store: ObjectStore) -> Published | None:
    """What is published; None before the first snapshot."""
    pointer, _ = read_pointer(store)
    if pointer is None:
        return None
    manifest = with_refusals(read_manifest(store, pointer.snapshot_id), store)
    is_complete = all(state.as_of is not None for state in manifest.datasets.values())
    begun_at = None if is_complete else _begun_at(store)
    return Published(manifest, pointer.hold, _red_gate(store), begun_at)


def reason_to_withhold(
    report: Report, published: Published, now: datetime, *, by_hand: bool = False
) -> Withheld | None:
    """Why an edition may not be made now.

    `by_hand`, neither the age of the data nor a refused newest load counts: the person asks for a
    period, and the report itself requires that it is covered.
    """
    for dataset in report.required:
        state = published.manifest.datasets.get(dataset)
        if state is None or state.as_of is None:
            return Withheld(
                f"{dataset} has no accepted load", "missing", new_since=published.begun_at
            )
        if state.refused_since and not by_hand:
            return Withheld(
                f"the newest load of {dataset} was refused: {state.refused_since[-1]}. `shortdrama"
                " gate list` names it; correct the source and load it again, or accept it",
                "checks",
            )
        age = (now.date() - date.fromisoformat(state.as_of[:10])).days
        if age > DATASETS[dataset].stale_after_days and not by_hand:
            return Withheld(
                f"{dataset} ends on {state.as_of[:10]}, {age} days ago; look at its ingest DAG",
                "missing",
            )
    if published.red_gate:
        return Withheld(published.red_gate, "checks")
    return None


def reason_to_stop(
    edition: Edition,
    corrections: tuple[Correction, ...],
    published: Published,
    store: ObjectStore,
) -> Withheld | None:
    """Why an edition that exists may not be sent to more people: its figures were taken back.

    That does not end with the hold: the next snapshot does not make the old figures right.
    """
    newest = corrections[-1].snapshot_id if corrections else edition.snapshot_id
    if newest == published.manifest.snapshot_id or not _is_taken_back(newest, published, store):
        return None
    held = f" ({published.hold})" if published.hold else ""
    return Withheld(
        f"{edition.id} was made from snapshot {newest}, which is rolled back{held}. Send a"
        f" correction: shortdrama report correct {edition.id} --because …",
        "hold",
    )


def _begun_at(store: ObjectStore) -> datetime | None:
    """When the oldest snapshot was published; after eleven days it makes no difference how old."""
    newest = oldest = None
    for manifest in history(store):
        newest = newest or manifest.created_at
        oldest = manifest.created_at
        if newest - oldest > NEW_FOR:
            break
    return oldest


def _is_taken_back(snapshot_id: str, published: Published, store: ObjectStore) -> bool:
    """Whether a snapshot is not among the predecessors of the current one.

    If those are not kept so far back, only a hold says so.
    """
    made = find_manifest(store, snapshot_id)
    for earlier in history(store):
        if earlier.snapshot_id == snapshot_id:
            return False
        if made is not None and earlier.created_at < made.created_at:
            return True
    return published.hold is not None


def _red_gate(store: ObjectStore) -> str:
    fingerprint = read_inputs(store).fingerprint
    result = documents.find(GateResult, store, keys.mart_gate(fingerprint))
    if result is None:
        return ""
    left = in_spite(result, mart_overrides(fingerprint, store))
    if not left.refused:
        return ""
    build = build_id(fingerprint)
    return (
        f"the mart gate is red, and nobody has accepted that ({left.critical[0].short})."
        f" `shortdrama gate show {build}` has the details"
    )
