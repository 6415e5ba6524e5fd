"""Rollback and release: readers go back to an earlier snapshot, and it stays until released."""

from shortdrama.core.clock import Clock
from shortdrama.core.errors import Failure
from shortdrama.lake.outcomes import Kind, Outcome, record_outcome
from shortdrama.lake.overrides import said_who, said_why
from shortdrama.lake.store import Conflict, ObjectStore
from shortdrama.warehouse.snapshots.manifest import NothingPublished, read_manifest
from shortdrama.warehouse.snapshots.pointer import (
    Hold,
    Pointer,
    move_pointer,
    read_pointer,
)


class PublishingHeld(Failure):
    """There is a hold: nothing is published until it is released."""

    def __init__(self, pointer: Pointer) -> None:
        super().__init__(
            f"snapshot {pointer.snapshot_id} stays: publishing is {pointer.hold}. When the cause is"
            ' fixed, `shortdrama release --because "…"` lets the next build publish'
        )


class PointerNotMoved(Failure):
    """A rollback or a release that is not possible now."""


def refuse_if_held(store: ObjectStore) -> None:
    """Raise PublishingHeld while there is a hold."""
    pointer, _ = read_pointer(store)
    if pointer is not None and pointer.hold is not None:
        raise PublishingHeld(pointer)


def rollback(
    store: ObjectStore, clock: Clock, snapshot_id: str | None, *, by: str, because: str
) -> Pointer:
    """Make an earlier snapshot current, by default the previous one, and hold it; in one swap.

    If you name the current snapshot, it is only held. Raises NothingPublished for a snapshot that
    does not exist, PointerNotMoved when there is none before it or somebody moved the pointer
    meanwhile, DecisionRefused without a reason or a name.
    """
    pointer, etag = _published(store)
    wanted = snapshot_id or read_manifest(store, pointer.snapshot_id).previous
    if wanted is None:
        raise PointerNotMoved(f"no snapshot was published before {pointer.snapshot_id}")
    if (backfill := read_manifest(store, wanted).staged_by) is not None:
        raise PointerNotMoved(
            f"snapshot {wanted} is staged by backfill {backfill} and was never published. To"
            f' publish it, `shortdrama backfill promote {backfill} --because "…"`'
        )
    hold = Hold(by=said_who(by), at=clock.now(), because=said_why(because))
    moved = Pointer(snapshot_id=wanted, hold=hold)
    _move(store, moved, etag)
    _record(store, "rollback", moved, hold, {"from": pointer.snapshot_id})
    return moved


def release(store: ObjectStore, clock: Clock, *, by: str, because: str) -> Pointer:
    """End the hold, so that the next build publishes.

    Raises PointerNotMoved when there is none, DecisionRefused without a reason or a name.
    """
    pointer, etag = _published(store)
    if pointer.hold is None:
        raise PointerNotMoved(f"nothing is held; snapshot {pointer.snapshot_id} is current")
    released = Hold(by=said_who(by), at=clock.now(), because=said_why(because))
    moved = Pointer(snapshot_id=pointer.snapshot_id)
    _move(store, moved, etag)
    _record(store, "release", moved, released, {"held": pointer.hold.model_dump(mode="json")})
    return moved


def _published(store: ObjectStore) -> tuple[Pointer, str | None]:
    pointer, etag = read_pointer(store)
    if pointer is None:
        raise NothingPublished("nothing is published yet; run the DAG market_marts first")
    return pointer, etag


def _move(store: ObjectStore, pointer: Pointer, etag: str | None) -> None:
    try:
        move_pointer(store, pointer, etag)
    except Conflict as error:
        raise PointerNotMoved(
            "somebody moved the pointer meanwhile; see `shortdrama snapshots` and decide again"
        ) from error


def _record(
    store: ObjectStore, kind: Kind, pointer: Pointer, hold: Hold, details: dict[str, object]
) -> None:
    record_outcome(
        store,
        Outcome(
            kind=kind,
            status="succeeded",
            subject=pointer.snapshot_id,
            message=f"{hold.by}: {hold.because}",
            ended_at=hold.at,
            details=details,
        ),
    )
