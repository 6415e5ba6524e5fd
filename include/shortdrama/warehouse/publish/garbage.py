"""Garbage collection: snapshots that nobody needs any more, and leftovers of killed publishes.

These are kept: the current snapshot and the one before it, snapshots that are younger than the
grace period or were replaced within it, those that an edition cites or an open backfill has staged,
and every file that one of them names, whichever folder it is in; and their Iceberg metadata. A
market page goes with its snapshot.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shortdrama.core.clock import Clock
from shortdrama.core.errors import DamagedDocument
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
    """What nobody needs: snapshots, and objects that no remaining snapshot names."""

    snapshot_ids: tuple[str, ...]
    object_keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.snapshot_ids)} snapshots, {len(self.object_keys)} objects"


def find_garbage(
    store: ObjectStore, clock: Clock, cited: Collection[str], grace: timedelta = GRACE
) -> Garbage:
    """What can be removed; `cited` are snapshots that must stay: of editions, of open backfills.

    Raises DamagedDocument, NewerDocument for a manifest that cannot be read, DamagedDocument if the
    current or a cited snapshot has none: nobody could say which files it needs.
    """
    # Read the pointer first: what is published meanwhile is younger than the grace period.
    current = current_snapshot_id(store)
    manifests = list(all_manifests(store))
    known = {manifest.snapshot_id for manifest in manifests}
    for snapshot_id in sorted({*cited, *([current] if current else [])} - known):
        raise DamagedDocument(keys.snapshot(snapshot_id, MANIFEST_FILE), "it is gone")
    before = clock.now() - grace
    kept = _kept(manifests, current, before) | set(cited)
    needed = {
        key
        for manifest in manifests
        if manifest.snapshot_id in kept
        for key in manifest.object_keys
    }
    kept_folders = tuple(keys.iceberg(snapshot_id) for snapshot_id in kept if snapshot_id)
    # Ids sort by time. A younger folder may belong to a publish that is still running.
    first_young = keys.SNAPSHOTS + keys.snapshot_id(before, "")
    unneeded = [
        key
        for key in store.list(keys.SNAPSHOTS)
        if key not in needed and key < first_young and not key.startswith(kept_folders)
    ]
    return Garbage(
        snapshot_ids=tuple(m.snapshot_id for m in manifests if m.snapshot_id not in kept),
        object_keys=(*unneeded, *_pages(store, kept, before)),
    )


def collect_garbage(
    store: ObjectStore, clock: Clock, cited: Collection[str], grace: timedelta = GRACE
) -> Garbage:
    """Remove what can be removed; returns what was removed.

    Manifests are removed first, then what names files to other engines: a snapshot is complete or
    not there. If this is killed halfway, what is left has no manifest and is removed the next time.
    """
    garbage = find_garbage(store, clock, cited, grace)
    for snapshot_id in garbage.snapshot_ids:
        store.delete(keys.snapshot(snapshot_id, MANIFEST_FILE))
    for key in sorted(garbage.object_keys, key=lambda key: not key.endswith(".json")):
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


def _pages(store: ObjectStore, kept: Collection[str | None], before: datetime) -> list[str]:
    """Market pages whose snapshot goes, or is gone. A younger one may just be being made."""
    first_young = keys.snapshot_id(before, "")
    return [
        f"{keys.MARKET_PAGES}{name}"
        for key in store.list(keys.MARKET_PAGES)
        if (name := key.removeprefix(keys.MARKET_PAGES)) < first_young
        and name.partition("/")[0] not in kept
    ]


def _kept(
    manifests: Sequence[SnapshotManifest], current: str | None, before: datetime
) -> set[str | None]:
    """Ids that stay even if no edition cites them; `manifests` are oldest first."""
    kept: set[str | None] = {current}
    staged = [manifest for manifest in manifests if manifest.staged_by]
    kept |= {manifest.snapshot_id for manifest in staged if manifest.created_at >= before}
    published = [manifest for manifest in manifests if not manifest.staged_by]
    for earlier, manifest in zip([None, *published], published, strict=False):
        if manifest.created_at >= before or manifest.snapshot_id == current:
            kept |= {manifest.snapshot_id, manifest.previous}
            # After a rollback, the snapshot before it in time is not the one that it replaced.
            kept.add(earlier.snapshot_id if earlier else None)
    return kept
