"""A published file that is gone or changed is not taken over, and a full refresh replaces it."""

from collections.abc import Callable
from typing import Any

import pytest

from publishing import on_day
from shortdrama.core.settings import Settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import VIEWS_FILE, SnapshotManifest
from shortdrama.warehouse.snapshots.read import connect

SALES = "select date '2025-07-05' as sold_on, 3 as sold union all select date '2025-08-05', 4"

Build = Callable[..., SnapshotManifest]


@pytest.fixture
def build(warehouse: Any, settings: Settings, store: ObjectStore) -> Build:
    def run(name: str, day: int = 0) -> SnapshotManifest:
        inputs = warehouse.build(name, {"fct_sales": SALES})
        return publish(inputs, on_day(settings, day), store, print)

    return run


def sold(settings: Settings) -> Any:
    with connect(settings) as connection:
        return connection.execute("select sum(sold) from fct_sales").fetchone()


DAMAGES: dict[str, Callable[[ObjectStore, str], None]] = {
    "gone": lambda store, key: store.delete(key),
    "cut short": lambda store, key: store.put(key, store.get(key)[:100]),
    "another month's": lambda store, key: store.copy(key.replace("07", "08"), key),
}


@pytest.mark.parametrize("day", [0, 1], ids=["the clock stands still", "a day later"])
@pytest.mark.parametrize("name", ["first", "second"], ids=["a full refresh", "a new load"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_readers_get_a_lost_month_again_and_the_others_are_taken_over(
    build: Build, settings: Settings, store: ObjectStore, damage: str, name: str, day: int
) -> None:
    first = build("first")
    july, august = first.marts["fct_sales"]
    DAMAGES[damage](store, july.key)
    again = build(name, day)
    assert again.results == first.results
    assert [file.key == july.key for file in again.marts["fct_sales"]] == [False, False]
    assert again.marts["fct_sales"][1] == august
    assert sold(settings) == (7,)
    assert build(name, day) == again, "nothing is lost any more"


def test_lost_views_are_published_again(
    build: Build, settings: Settings, store: ObjectStore
) -> None:
    first = build("first")
    store.delete(keys.snapshot(first.snapshot_id, VIEWS_FILE))
    assert build("first").marts == first.marts
    assert sold(settings) == (7,)


def test_what_is_whole_is_not_read(
    build: Build, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    build("first")
    monkeypatch.delattr(ObjectStore, "digest")
    assert build("second", 1).marts == build("first", 2).marts


def test_a_file_of_an_earlier_release_is_read_once(build: Build, store: ObjectStore) -> None:
    first = build("first")

    def older(document: dict[str, Any]) -> dict[str, Any]:
        files = [{**file, "etag": None} for file in document["marts"]["fct_sales"]]
        return {**document, "marts": {"fct_sales": files}}

    store.update_json(keys.snapshot(first.snapshot_id, "manifest.json"), older)
    assert [file.key for file in build("second", 1).marts["fct_sales"]] == [
        file.key for file in first.marts["fct_sales"]
    ]
