"""What garbage collection keeps, and what it removes."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from publishing import on_day
from shortdrama.core.clock import Clock
from shortdrama.core.errors import DamagedDocument
from shortdrama.core.settings import Settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import Edition, bind, cited_snapshots
from shortdrama.warehouse.publish.garbage import collect_garbage, find_garbage
from shortdrama.warehouse.publish.hold import release, rollback
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import MANIFEST_FILE, SnapshotManifest, all_manifests
from shortdrama.warehouse.snapshots.read import connect

Publish = Callable[..., SnapshotManifest]
ClockOn = Callable[[int], Clock]
JULY, AUGUST = date(2025, 7, 1), date(2025, 8, 1)
SALES = """
    select date '2025-07-05' as sold_on, 0 as sold union all select date '2025-08-05', {august}
"""


def snapshots(store: ObjectStore) -> list[str]:
    return [manifest.snapshot_id for manifest in all_manifests(store)]


def folders(store: ObjectStore) -> list[str]:
    return list(store.folders(keys.SNAPSHOTS))


def cite(store: ObjectStore, manifest: SnapshotManifest) -> None:
    edition = Edition(
        report="weekly_brief",
        period="2025-W39",
        snapshot_id=manifest.snapshot_id,
        is_sample=True,
        bound_at=datetime(2025, 10, 1, tzinfo=UTC),
        parts={},
    )
    bind(store, edition, {})


def test_a_snapshot_that_was_replaced_before_the_grace_goes(
    publish_build: Publish, store: ObjectStore, clock_on: ClockOn
) -> None:
    old, middle, current = (publish_build(name, day) for day, name in enumerate("abc"))
    collect_garbage(store, clock_on(17), cited_snapshots(store))
    assert snapshots(store) == folders(store) == [middle.snapshot_id, current.snapshot_id]
    assert old.snapshot_id not in folders(store)


def test_the_grace_begins_when_a_snapshot_is_replaced(
    publish_build: Publish, store: ObjectStore, clock_on: ClockOn
) -> None:
    """Readers had the first one until day 30."""
    for name, day in (("a", 0), ("b", 30), ("c", 31)):
        publish_build(name, day)
    assert not find_garbage(store, clock_on(43), cited_snapshots(store)).snapshot_ids
    assert len(find_garbage(store, clock_on(45), cited_snapshots(store)).snapshot_ids) == 1


def test_after_a_rollback_too(
    publish_build: Publish, store: ObjectStore, clock_on: ClockOn
) -> None:
    """The good one stood until day 30, though the bad one was published after it on day 1."""
    good, bad = publish_build("good"), publish_build("bad", day=1)
    rollback(store, clock_on(1), None, by="ana", because="x")
    assert (
        good.snapshot_id
        not in find_garbage(store, clock_on(29), cited_snapshots(store)).snapshot_ids
    )
    release(store, clock_on(30), by="ana", because="y")
    publish_build("next", day=30)
    publish_build("after", day=31)
    assert (
        good.snapshot_id
        not in find_garbage(store, clock_on(43), cited_snapshots(store)).snapshot_ids
    )
    assert find_garbage(store, clock_on(45), cited_snapshots(store)).snapshot_ids == (
        good.snapshot_id,
        bad.snapshot_id,
    )


def test_what_an_edition_cites_stays(
    publish_build: Publish, store: ObjectStore, settings: Settings, clock_on: ClockOn
) -> None:
    cited = publish_build("cited")
    for name, day in (("b", 1), ("c", 2), ("d", 3)):
        publish_build(name, day)
    cite(store, cited)
    garbage = collect_garbage(store, clock_on(100), cited_snapshots(store))
    assert len(garbage.snapshot_ids) == 1
    with connect(settings, cited.snapshot_id) as connection:
        assert connection.execute("from dim_app").fetchall() == [("cited",)]


def test_a_month_that_a_later_snapshot_refers_to_stays_without_its_snapshot(
    warehouse: Any, settings: Settings, store: ObjectStore, clock_on: ClockOn
) -> None:
    manifests = [
        publish(
            warehouse.build(name, {"fct_sales": SALES.format(august=day)}),
            on_day(settings, day),
            store,
            print,
        )
        for day, name in enumerate("abc")
    ]
    collect_garbage(store, clock_on(100), cited_snapshots(store))
    assert snapshots(store) == [m.snapshot_id for m in manifests[1:]]
    left = [key for key in store.list(keys.SNAPSHOTS) if manifests[0].snapshot_id in key]
    assert left == [manifests[0].marts["fct_sales"][0].key]
    for manifest in manifests[1:]:
        with connect(settings, manifest.snapshot_id) as connection:
            assert len(connection.execute("from fct_sales").fetchall()) == 2


def test_what_a_killed_publish_left_goes_after_the_grace(
    publish_build: Publish, store: ObjectStore, clock_on: ClockOn
) -> None:
    publish_build("a")
    left = keys.snapshot("20260301T090000Z-00000000", "dim_app.parquet")
    store.put(left, b"half")
    assert not collect_garbage(store, clock_on(14), cited_snapshots(store)).object_keys, (
        "it may still be under way"
    )
    assert collect_garbage(store, clock_on(16), cited_snapshots(store)).object_keys == (left,)
    assert not store.exists(left)


def test_what_is_no_snapshot_is_let_alone(
    publish_build: Publish, store: ObjectStore, clock_on: ClockOn
) -> None:
    publish_build("a")
    store.put("marts/snapshots/README", b"by hand")
    collect_garbage(store, clock_on(100), cited_snapshots(store))
    assert store.exists("marts/snapshots/README")


def test_killed_half_way_it_ends_the_next_time(
    publish_build: Publish,
    store: ObjectStore,
    clock_on: ClockOn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for day, name in enumerate("abcd"):
        publish_build(name, day)
    removed = []

    def dies_at_third(self: ObjectStore, key: str) -> None:
        if len(removed) == 3:
            raise KeyboardInterrupt
        removed.append(key)
        self.client.delete_object(Bucket=self.bucket, Key=key)

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "delete", dies_at_third)
        with pytest.raises(KeyboardInterrupt):
            collect_garbage(store, clock_on(100), cited_snapshots(store))
    left = snapshots(store)
    assert left != folders(store), "something must be left to clean up"
    collect_garbage(store, clock_on(100), cited_snapshots(store))
    assert snapshots(store) == folders(store) == left
    assert not collect_garbage(store, clock_on(100), cited_snapshots(store)).object_keys


def test_an_edition_that_cannot_be_read_stops_it(
    publish_build: Publish, store: ObjectStore, clock_on: ClockOn
) -> None:
    for day, name in enumerate("abc"):
        publish_build(name, day)
    store.put("reports/weekly_brief/2025-W40/edition.json", b"{}")
    before = list(store.list(keys.SNAPSHOTS))
    with pytest.raises(ValueError, match=r"2025-W40/edition\.json cannot be used"):
        collect_garbage(store, clock_on(100), cited_snapshots(store))
    assert list(store.list(keys.SNAPSHOTS)) == before


@pytest.mark.parametrize("which", ["current", "cited"])
def test_if_a_snapshot_that_must_stay_has_lost_its_manifest_nothing_is_removed(
    publish_build: Publish, store: ObjectStore, clock_on: ClockOn, which: str
) -> None:
    """Without it nobody knows which files, also of older folders, its readers need."""
    first, *_, last = (publish_build(name, day) for day, name in enumerate("abcd"))
    cite(store, first)
    lost = {"current": last, "cited": first}[which].snapshot_id
    store.delete(keys.snapshot(lost, MANIFEST_FILE))
    before = list(store.list(keys.SNAPSHOTS))
    with pytest.raises(DamagedDocument, match=lost):
        collect_garbage(store, clock_on(60), cited_snapshots(store))
    assert list(store.list(keys.SNAPSHOTS)) == before
