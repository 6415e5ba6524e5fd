"""kill -9 at seeded points of build and publish: readers notice nothing, and a rerun ends the same.

A lake has a published snapshot; then September is restated by two new loads. From there a run is
killed at one of twenty points, its dbt dies with it, and it is run again. `make resilience` tries
all of them.
"""

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest

from machines import Rows, published_rows
from markets.lake import accept
from markets.small import small_market
from shortdrama.core.settings import Settings, home
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest

SEED = 20260225
KILLS = {"dbt": 8, "lake": 10}
POINTER_MOVES = (
    f"before compare_and_swap {keys.CURRENT_SNAPSHOT}",
    f"after compare_and_swap {keys.CURRENT_SNAPSHOT}",
)
"""The commit point itself: no chance decides whether it is among the points."""

IN_CI = (4, 10, 18)
"""While dbt builds; among the uploads; just before the pointer moves."""


@dataclass(frozen=True)
class Prepared:
    """The lake before the run that is killed, what the run comes to, and where to kill it."""

    settings: Settings
    store: ObjectStore
    objects: frozenset[str]
    pointer: bytes
    before: Rows
    after: Rows
    points: list[str]

    def reset(self) -> None:
        """As if the new loads had just been accepted."""
        for key in self.store.list(""):
            if key not in self.objects:
                self.store.delete(key)
        self.store.put(keys.CURRENT_SNAPSHOT, self.pointer)
        shutil.rmtree(home() / "warehouse")
        shutil.copytree(home() / "saved", home() / "warehouse")


def run(fatal: str | None = None) -> list[str]:
    """Build, gate and publish what is new; the points that were reached."""
    said = home() / "said.txt"
    said.unlink(missing_ok=True)
    command = [sys.executable, str(Path(__file__).with_name("steps.py")), str(said)]
    ended = subprocess.run(
        [*command, fatal] if fatal else command,
        capture_output=True,
        text=True,
        check=False,
    )
    points = said.read_text().splitlines() if said.exists() else []
    if fatal is None:
        assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-4000:]
    else:
        assert ended.returncode == -signal.SIGKILL, f"{fatal} was not reached: {points[-3:]}"
    return points


@pytest.fixture(scope="module")
def prepared(lake: Settings, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("loads")
    store = ObjectStore.of(lake.s3)
    loads = small_market()
    late = [load for load in loads if load.said_at.startswith("2025-10-02")]
    assert late, "the small market has no restatement of September any more"
    for load in loads:
        if load not in late:
            accept(load, store, folder)
    run()
    before = published_rows(lake)
    for load in late:
        accept(load, store, folder)
    objects = frozenset(store.list(""))
    pointer = store.get(keys.CURRENT_SNAPSHOT)
    shutil.copytree(home() / "warehouse", home() / "saved")
    reached = run()
    after = published_rows(lake)
    assert before.keys() == after.keys()
    assert before["fct_app_estimates_daily"] != after["fct_app_estimates_daily"]
    return Prepared(lake, store, objects, pointer, before, after, points_of(reached))


def points_of(reached: list[str]) -> list[str]:
    """Seeded points of each kind, then those around the move of the pointer."""
    chosen = random.Random(SEED)  # noqa: S311 - chosen, not secret
    ids = [line.split(" ", 1) for line in reached]
    moves = [next(point for point, what in ids if what == move) for move in POINTER_MOVES]
    return [
        f"{kind}:{number}"
        for kind, kills in KILLS.items()
        for number in sorted(
            chosen.sample(range(sum(point.startswith(f"{kind}:") for point, _ in ids)), kills)
        )
    ] + moves


@contextmanager
def reader(prepared: Prepared) -> Iterator[list[Rows]]:
    """Somebody who reads everything, again and again; all that was seen."""
    seen: list[Rows] = []
    errors: list[BaseException] = []
    stop = Event()

    def read() -> None:
        while not stop.wait(3):
            try:
                seen.append(published_rows(prepared.settings))
            except BaseException as error:
                errors.append(error)
                return

    thread = Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
    assert not errors, f"a reader met {errors[0]!r}"


@pytest.mark.integration
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "number",
    [
        number if number in IN_CI else pytest.param(number, marks=pytest.mark.resilience)
        for number in range(sum(KILLS.values()) + len(POINTER_MOVES))
    ],
)
def test_killed_anywhere_readers_see_a_whole_snapshot_and_a_rerun_ends_the_same(
    prepared: Prepared, number: int
) -> None:
    prepared.reset()
    with reader(prepared) as seen:
        reached = run(prepared.points[number])
        seen.append(published_rows(prepared.settings))
        run()
    for rows in seen:
        assert rows in (prepared.before, prepared.after), f"a mixture after {reached[-1]}"
    assert published_rows(prepared.settings) == prepared.after, f"killed at {reached[-1]}"
    current = read_manifest(prepared.store)
    assert all(prepared.store.exists(key) for key in current.object_keys)
    assert current_snapshot_id(prepared.store) == current.snapshot_id
