"""Rollback, hold and release."""

from collections.abc import Callable
from typing import Any

import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import Settings
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish import hold as holding
from shortdrama.warehouse.publish.hold import (
    PointerNotMoved,
    PublishingHeld,
    release,
    rollback,
)
from shortdrama.warehouse.publish.publish import is_published
from shortdrama.warehouse.snapshots.manifest import NothingPublished, SnapshotManifest
from shortdrama.warehouse.snapshots.pointer import Pointer, move_pointer, read_pointer
from shortdrama.warehouse.snapshots.read import connect

Publish = Callable[..., SnapshotManifest]
ClockOn = Callable[[int], Clock]


@pytest.fixture
def clock(clock_on: ClockOn) -> Clock:
    return clock_on(2)


def said(settings: Settings) -> str:
    with connect(settings) as connection:
        (build,) = connection.execute("select build from dim_app").fetchone() or ("nothing",)
        return str(build)


def test_a_rollback_gives_readers_the_previous_snapshot_and_holds_it(
    publish_build: Publish, store: ObjectStore, settings: Settings, clock: Clock
) -> None:
    good = publish_build("good")
    publish_build("bad", day=1)
    pointer = rollback(store, clock, None, by="ana", because="revenue is in cents")
    assert read_pointer(store)[0] == pointer
    assert pointer.snapshot_id == good.snapshot_id
    assert str(pointer.hold) == "held by ana since 2026-03-03 08:00 UTC: revenue is in cents"
    assert said(settings) == "good"


def test_nothing_is_published_while_a_hold_stands(
    publish_build: Publish, store: ObjectStore, settings: Settings, clock: Clock
) -> None:
    publish_build("good")
    publish_build("bad", day=1)
    rollback(store, clock, None, by="ana", because="revenue is in cents")
    with pytest.raises(PublishingHeld, match=r"held by ana .* revenue is in cents.* release"):
        publish_build("newer", day=3)
    assert said(settings) == "good"


def test_after_the_release_the_newest_inputs_count_as_not_yet_published(
    publish_build: Publish, warehouse: Any, store: ObjectStore, settings: Settings, clock: Clock
) -> None:
    good, bad = publish_build("good"), publish_build("bad", day=1)
    rollback(store, clock, None, by="ana", because="x")
    release(store, clock, by="ben", because="it was right after all")
    assert not is_published(warehouse._inputs("bad", "code"), store)
    again = publish_build("bad", day=3)
    assert again.snapshot_id not in (good.snapshot_id, bad.snapshot_id)
    assert again.previous == good.snapshot_id
    assert said(settings) == "bad"


@pytest.mark.parametrize(
    ("by", "because", "missing"), [(" ", "it was right", "the name"), ("ben", "\t", "its reason")]
)
def test_without_a_name_and_a_reason_nothing_moves(
    publish_build: Publish, store: ObjectStore, clock: Clock, by: str, because: str, missing: str
) -> None:
    publish_build("good")
    publish_build("bad", day=1)
    before, _ = read_pointer(store)
    with pytest.raises(DecisionRefused, match=f"needs {missing}"):
        rollback(store, clock, None, by=by, because=because)
    assert read_pointer(store)[0] == before
    held = rollback(store, clock, None, by="ana", because="x")
    with pytest.raises(DecisionRefused, match=f"needs {missing}"):
        release(store, clock, by=by, because=because)
    assert read_pointer(store)[0] == held


def test_a_clock_that_stands_still_gives_the_rolled_back_snapshot_again(
    publish_build: Publish, store: ObjectStore, settings: Settings, clock: Clock
) -> None:
    publish_build("good")
    bad = publish_build("bad")
    rollback(store, clock, None, by="ana", because="x")
    release(store, clock, by="ana", because="y")
    assert publish_build("bad") == bad
    assert said(settings) == "bad"


def test_any_snapshot_can_be_named(
    publish_build: Publish, store: ObjectStore, settings: Settings, clock: Clock
) -> None:
    oldest = publish_build("oldest")
    publish_build("middle", day=1)
    publish_build("newest", day=2)
    rollback(store, clock, oldest.snapshot_id, by="ana", because="x")
    assert said(settings) == "oldest"


def test_naming_the_current_one_holds_it_where_it_is(
    publish_build: Publish, store: ObjectStore, settings: Settings, clock: Clock
) -> None:
    current = publish_build("current")
    rollback(store, clock, current.snapshot_id, by="ana", because="quarter's close")
    with pytest.raises(PublishingHeld):
        publish_build("newer", day=1)
    assert said(settings) == "current"


def test_what_cannot_be_done_is_said(
    publish_build: Publish, store: ObjectStore, clock: Clock
) -> None:
    with pytest.raises(NothingPublished):
        rollback(store, clock, None, by="ana", because="x")
    only = publish_build("only")
    with pytest.raises(PointerNotMoved, match=f"before {only.snapshot_id}"):
        rollback(store, clock, None, by="ana", because="x")
    with pytest.raises(NothingPublished, match="there is no snapshot 'nope'"):
        rollback(store, clock, "nope", by="ana", because="x")
    with pytest.raises(DecisionRefused, match="--because"):
        rollback(store, clock, only.snapshot_id, by="ana", because=" ")
    with pytest.raises(PointerNotMoved, match="nothing is held"):
        release(store, clock, by="ana", because="x")
    assert read_pointer(store)[0] == Pointer(snapshot_id=only.snapshot_id)


def test_a_publish_that_comes_between_wins(
    publish_build: Publish,
    store: ObjectStore,
    settings: Settings,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish_build("good")
    publish_build("bad", day=1)

    def late(store: ObjectStore, pointer: Pointer, etag: str | None) -> None:
        publish_build("newer", day=2)
        move_pointer(store, pointer, etag)

    monkeypatch.setattr(holding, "move_pointer", late)
    with pytest.raises(PointerNotMoved, match="meanwhile"):
        rollback(store, clock, None, by="ana", because="x")
    assert said(settings) == "newer"


def test_who_and_why_is_kept(publish_build: Publish, store: ObjectStore, clock: Clock) -> None:
    good, bad = publish_build("good"), publish_build("bad", day=1)
    rollback(store, clock, None, by="ana", because="revenue is in cents")
    release(store, clock, by="ben", because="mended")
    (back,) = outcomes_of(store, "rollback", clock.today())
    (released,) = outcomes_of(store, "release", clock.today())
    assert (back.subject, back.message) == (good.snapshot_id, "ana: revenue is in cents")
    assert back.details == {"from": bad.snapshot_id}
    assert released.message == "ben: mended"
    assert released.details["held"]["because"] == "revenue is in cents"
