"""Garbage collection: snapshots that nobody needs any more, and what killed publishes left.

Kept are the current snapshot and the one before it, those that are younger than the grace or were
replaced within it, those that an edition cites, and every file that one of them names, in whosever
folder it lies.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shortdrama.core.clock import Clock
from shortdrama.lake import keys
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import (
    MANIFEST_FILE,
    SnapshotManifest,
    all_manifests,
    current_snapshot_id,
)

GRACE = timedelta(days=14)


@dataclass(frozen=True)
class Garbage:
    """What nobody needs: snapshots, and objects that no snapshot which stays names."""

    snapshot_ids: tuple[str, ...]
    object_keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.snapshot_ids)} snapshots, {len(self.object_keys)} objects"


def find_garbage(
    store: ObjectStore, clock: Clock, cited: Collection[str], grace: timedelta = GRACE
) -> Garbage:
    """What can go; `cited` are snapshots that must stay, such as those of report editions.

    Raises DamagedDocument, NewerDocument for a manifest that cannot be read.
    """
    # The pointer first: what is published while we look is younger than the grace.
    current = current_snapshot_id(store)
    manifests = list(all_manifests(store))
    before = clock.now() - grace
    kept = _kept(manifests, current, before) | set(cited)
    needed = {
        key
        for manifest in manifests
        if manifest.snapshot_id in kept
        for key in manifest.object_keys
    }
    # Ids sort by time. A younger folder may be that of a publish that is under way.
    first_young = keys.SNAPSHOTS + keys.snapshot_id(before, "")
    return Garbage(
        snapshot_ids=tuple(m.snapshot_id for m in manifests if m.snapshot_id not in kept),
        object_keys=tuple(
            key for key in store.list(keys.SNAPSHOTS) if key not in needed and key < first_young
        ),
    )


def collect_garbage(
    store: ObjectStore, clock: Clock, cited: Collection[str], grace: timedelta = GRACE
) -> Garbage:
    """Remove what can go; what went.

    Manifests go first: a snapshot is whole or not there, and if this is killed half-way, what is
    left has no manifest and goes the next time.
    """
    garbage = find_garbage(store, clock, cited, grace)
    for snapshot_id in garbage.snapshot_ids:
        store.delete(keys.snapshot(snapshot_id, MANIFEST_FILE))
    for key in garbage.object_keys:
        store.delete(key)
    record_outcome(
        store,
        Outcome(
            kind="gc",
            status="succeeded",
            subject=keys.SNAPSHOTS,
            message=str(garbage),
            ended_at=clock.now(),
            details={"snapshots": garbage.snapshot_ids},
        ),
    )
    return garbage


def _kept(
    manifests: Sequence[SnapshotManifest], current: str | None, before: datetime
) -> set[str | None]:
    """Ids that stay whether or not an edition cites them; `manifests` are oldest first."""
    kept: set[str | None] = {current}
    for earlier, manifest in zip([None, *manifests], manifests, strict=False):
        if manifest.created_at >= before or manifest.snapshot_id == current:
            kept |= {manifest.snapshot_id, manifest.previous}
            # After a rollback the one that came before it in time is not the one it replaced.
            kept.add(earlier.snapshot_id if earlier else None)
    return kept
