"""Stage a backfill, so that a person can look at it; then promote or discard it.

A staged build works on a copy of the private warehouse and never moves the pointer. Only `promote`
and `discard` decide, with a reason. After a promotion the next build publishes.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shortdrama.backfill.changes import Changes, changes_between
from shortdrama.backfill.record import Backfill, Reviewed, read_backfill, update
from shortdrama.backfill.run import check_all_staged, note
from shortdrama.core.errors import BackfillRefused, Failure
from shortdrama.core.settings import Settings, WarehouseSettings, home
from shortdrama.lake.ledger import LedgerMoved, LoadLedger
from shortdrama.lake.overrides import said_who, said_why
from shortdrama.lake.records import is_completed, newest_of, staged_of
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.dbt import dbt_in
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.warehouse_file import copy_warehouse
from shortdrama.warehouse.compare.slices import slice_digests
from shortdrama.warehouse.decide.audit import audit
from shortdrama.warehouse.publish.publish import stage as stage_snapshot
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, find_manifest, read_manifest

Say = Callable[[str], None]

TRIES = 3
"""How often a promotion compares again because other loads were decided meanwhile."""


class ReviewAgain(Failure):
    """The backfilled slices differ from what was looked at; the message names the new digest."""

    is_final = True

    def __init__(self, message: str, digest: str) -> None:
        super().__init__(message)
        self.digest = digest


def stage(backfill_id: str, by: str, settings: Settings, store: ObjectStore, say: Say) -> Backfill:
    """Build, gate and write the staged snapshot of a backfill whose windows are all staged.

    Raises BackfillIncomplete, MartsRefused, NoWarehouse while somebody builds on this machine.
    """
    backfill = read_backfill(backfill_id, store)
    check_all_staged(backfill, store)
    reviewed = _review(backfill, settings, store, say)
    return _keep(backfill, reviewed, by, settings, store, reviewed=reviewed, newer=None)


def promote(
    backfill_id: str,
    because: str,
    by: str,
    settings: Settings,
    store: ObjectStore,
    say: Say,
    *,
    digest: str | None = None,
) -> Backfill:
    """Accept all its loads in one append, if the newest inputs still give what was looked at.

    Promoting twice changes nothing. If the slices have changed, they are staged again and
    ReviewAgain is raised; naming their `digest` promotes them. Raises BackfillRefused if it is not
    staged, DecisionRefused without a reason or if it was discarded, LedgerMoved if loads are
    decided all the time.
    """
    reason, by = said_why(because), said_who(by)
    backfill = read_backfill(backfill_id, store)
    ledger = LoadLedger(store, backfill.asked.dataset)
    for turn in range(TRIES):
        records = ledger.records()
        newest = newest_of(records)
        if is_completed(newest, backfill_id) and not staged_of(newest, backfill_id):
            break  # An earlier try was killed after its append.
        _check_as_reviewed(backfill, digest, by, settings, store, say)
        try:
            ledger.settle(backfill_id, "accepted", settings.clock.now(), len(records))
            break
        except LedgerMoved as moved:
            if turn == TRIES - 1:
                raise
            say(str(moved))
    return note("promoted", backfill_id, by, reason, settings, store)


def discard(
    backfill_id: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> Backfill:
    """Drop all its loads, also refused ones; nothing of it will ever count.

    Raises DecisionRefused without a reason, or if its loads count already.
    """
    reason, by = said_why(because), said_who(by)
    backfill = read_backfill(backfill_id, store)
    ledger = LoadLedger(store, backfill.asked.dataset)
    ledger.settle(backfill_id, "discarded", settings.clock.now())
    noted = note("discarded", backfill_id, by, reason, settings, store)
    # A load that was admitted just before the note does not know of it. Later ones do.
    ledger.settle(backfill_id, "discarded", settings.clock.now())
    return noted


def note_changes(backfill_id: str, settings: Settings, store: ObjectStore) -> Changes | None:
    """Compare the current snapshot with the one from before a backfill, and keep the result.

    For a backfill that was published; None if nothing had been published before it.
    """
    backfill = read_backfill(backfill_id, store)
    if backfill.before is None:
        return None
    changes = changes_between(
        read_manifest(store, backfill.before), read_manifest(store), settings.s3, store
    )
    update(backfill_id, store, lambda found: found.model_copy(update={"changes": changes}))
    return changes


@contextmanager
def _beside(settings: Settings, backfill_id: str, say: Say) -> Iterator[Settings]:
    """Settings whose private warehouse is a copy of this machine's, removed afterwards.

    It is built on DuckDB whatever the engine is: on Spark it would be written over the marts.
    """
    folder = f"{settings.warehouse_folder}/staged/{backfill_id}"
    settings = settings.model_copy(update={"warehouse": WarehouseSettings(engine="duckdb")})
    own = settings.model_copy(update={"warehouse_folder": folder})
    # What a killed build left behind may be of other inputs.
    shutil.rmtree(home() / folder, ignore_errors=True)
    try:
        copy_warehouse(settings.warehouse_path, own.warehouse_path, say)
        with dbt_in(folder):
            yield own
    finally:
        shutil.rmtree(home() / folder, ignore_errors=True)


def _review(backfill: Backfill, settings: Settings, store: ObjectStore, say: Say) -> Reviewed:
    """The staged snapshot of the newest inputs, and what it says in the backfilled slices."""
    inputs = read_inputs(store, backfill.backfill_id)
    for staged in (backfill.reviewed, backfill.newer):
        standing = staged and find_manifest(store, staged.snapshot_id)
        if standing and standing.fingerprint == inputs.fingerprint:
            return _reviewed(standing, backfill, settings, store)
    with _beside(settings, backfill.backfill_id, say) as own:
        build(inputs, own, store, say)
        say(audit(inputs, own, store, say).summary())
        made = stage_snapshot(inputs, own, store, say)
    return _reviewed(made, backfill, settings, store)


def _reviewed(
    staged: SnapshotManifest, backfill: Backfill, settings: Settings, store: ObjectStore
) -> Reviewed:
    asked = backfill.asked
    slices = slice_digests(staged, asked.dataset, asked.window, asked.countries, settings.s3, store)
    whole = "\n".join(f"{mart} {digest}" for mart, digest in sorted(slices.items()))
    return Reviewed(
        snapshot_id=staged.snapshot_id,
        digest=hashlib.sha256(whole.encode()).hexdigest()[:12],
        slices=slices,
    )


def _keep(
    backfill: Backfill,
    found: Reviewed,
    by: str,
    settings: Settings,
    store: ObjectStore,
    **kept: Reviewed | None,
) -> Backfill:
    """Note the staged snapshot, and what differs from the snapshot that it would replace."""
    staged = read_manifest(store, found.snapshot_id)
    before = staged.previous and find_manifest(store, staged.previous)
    changes = changes_between(before, staged, settings.s3, store) if before else None
    return note(
        "staged", backfill.backfill_id, by, found.snapshot_id, settings, store,
        changes=changes, **kept,
    )  # fmt: skip


def _check_as_reviewed(
    backfill: Backfill,
    digest: str | None,
    by: str,
    settings: Settings,
    store: ObjectStore,
    say: Say,
) -> None:
    """Raise ReviewAgain unless the newest inputs give the slices that were looked at."""
    looked_at = backfill.reviewed
    if looked_at is None or backfill.state != "staged":
        raise BackfillRefused(
            f"backfill {backfill.backfill_id} is {backfill.state} and not staged, so nobody has"
            f" looked at it: `shortdrama backfill show {backfill.backfill_id}`"
        )
    check_all_staged(backfill, store)
    now = _review(backfill, settings, store, say)
    if now.digest == (digest or looked_at.digest):
        return
    marts = [
        mart
        for mart in sorted({*now.slices, *looked_at.slices})
        if now.slices.get(mart) != looked_at.slices.get(mart)
    ]
    # What was looked at stays on record, so that a second try without the digest asks again too.
    _keep(backfill, now, by, settings, store, newer=now)
    raise ReviewAgain(
        f"since backfill {backfill.backfill_id} was looked at, its days have changed in"
        f" {', '.join(marts)}. Nothing is promoted. Look at the difference:\n"
        f"shortdrama diff {looked_at.snapshot_id} {now.snapshot_id}\n"
        "and promote it as it is now:\n"
        f'shortdrama backfill promote {backfill.backfill_id} --because "…" --digest {now.digest}',
        now.digest,
    )
