"""Analysts query without pause while snapshots are published and one is taken back."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shortdrama.core.settings import Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish import hold as holding
from shortdrama.warehouse.publish import publish as publishing
from shortdrama.warehouse.publish.hold import rollback
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest
from shortdrama.warehouse.snapshots.pointer import move_pointer

ANALYSTS = 12
PATIENCE_SECONDS = 240
JULY, AUGUST = date(2025, 7, 1), date(2025, 8, 1)


@dataclass
class Analysts:
    """The twelve processes and what they have seen so far."""

    process: subprocess.Popen[str]
    folder: Path

    def answers(self, number: int) -> list[tuple[int, tuple[int, ...]]]:
        """Of one of them, in order: which of its connections, and the figures of a query."""
        path = self.folder / f"{number}.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [
            (connection, tuple(figures))
            for connection, figures in (json.loads(line) for line in lines if line.endswith("\n"))
        ]

    def go_on(self, connections: int = 1) -> None:
        """Return when each of them has so many more connections, and an answer from the last.

        The first may have been under way when this was called; the second began later.
        """
        before = [self._connections(number) for number in range(ANALYSTS)]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(
            self._connections(number) < before[number] + connections for number in range(ANALYSTS)
        ):
            assert self.process.poll() is None, self._said()
            assert time.monotonic() < deadline, "somebody waits for something"
            time.sleep(0.05)

    def stop(self) -> None:
        (self.folder / "stop").touch()
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert self.process.returncode == 0, said

    def _connections(self, number: int) -> int:
        answers = self.answers(number)
        return answers[-1][0] if answers else 0

    def _said(self) -> str:
        said, _ = self.process.communicate()
        return said


@pytest.fixture
def store(lake: Settings) -> ObjectStore:
    return ObjectStore.of(lake.s3)


@pytest.fixture
def publish_build(
    lake: Settings, store: ObjectStore, make_warehouse: Any
) -> Callable[[int], SnapshotManifest]:
    """Publish marts that all carry the number of their build; July is of the first one."""
    warehouse = make_warehouse(lake, store, fct_sales="sold_on")

    def published(build: int) -> SnapshotManifest:
        marts = {
            "dim_app": f"select {build} as build, app_id from range(1000) as apps (app_id)",
            "fct_sales": "select date '2025-07-05' as sold_on, 0 as build"
            f" union all select date '2025-08-05', {build}",
            "rpt_sales": f"select {build} as build",
        }
        return publish(warehouse.build(str(build), marts), lake, store, print)

    return published


@pytest.fixture
def analysts(
    lake: Settings, publish_build: Callable[[int], SnapshotManifest], tmp_path: Path
) -> Iterator[Analysts]:
    """At work on the first snapshot."""
    publish_build(1)
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("analysts.py")), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    at_work = Analysts(process, tmp_path)
    at_work.go_on()
    yield at_work
    if process.poll() is None:
        process.kill()


@pytest.fixture
def half_way(analysts: Analysts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every move of the pointer waits, with all files written, until all analysts have gone on."""

    def late(*arguments: Any) -> None:
        analysts.go_on()
        move_pointer(*arguments)
        analysts.go_on(connections=2)

    monkeypatch.setattr(publishing, "move_pointer", late)
    monkeypatch.setattr(holding, "move_pointer", late)


@pytest.mark.integration
@pytest.mark.usefixtures("half_way")
def test_twelve_analysts_notice_nothing_of_three_publishes_and_a_rollback(
    lake: Settings,
    store: ObjectStore,
    publish_build: Callable[[int], SnapshotManifest],
    analysts: Analysts,
) -> None:
    published = [publish_build(build) for build in (2, 3, 4)]
    assert published[-1].marts["fct_sales"][0].key.split("/")[2] == published[0].previous
    rollback(store, lake.clock, None, by="ana", because="build 4 is wrong")
    analysts.stop()
    for number in range(ANALYSTS):
        answers = analysts.answers(number)
        for connection, figures in answers:
            assert len(set(figures)) == 1, f"{figures} of more than one snapshot"
            of_connection = {seen for other, seen in answers if other == connection}
            assert len(of_connection) == 1, "a connection keeps its snapshot"
        in_order = list(dict.fromkeys(figures[0] for _, figures in answers))
        assert in_order == [1, 2, 3, 4], "each was seen, in the order in which it was current"
        assert answers[-1][1][0] == 3, "the last connection was made after the rollback"
