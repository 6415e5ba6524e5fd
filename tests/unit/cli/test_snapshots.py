"""Snapshots on the command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import Edition, bind
from shortdrama.warehouse.publish.hold import PointerNotMoved
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, current_snapshot_id

Publish = Callable[..., SnapshotManifest]
Run = Callable[..., str]


@pytest.fixture
def run(environment: None) -> Run:
    """Runs `shortdrama` on the test's lake, with the clock of its first day; what it prints."""

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def test_snapshots_are_listed_newest_first_within_80_columns(
    publish_build: Publish, store: ObjectStore, run: Run
) -> None:
    good, bad = publish_build("good", day=-1), publish_build("bad")
    edition = Edition(
        report="weekly_brief",
        period="2025-W39",
        snapshot_id=good.snapshot_id,
        is_sample=True,
        bound_at=datetime(2025, 10, 1, tzinfo=UTC),
        parts={},
    )
    bind(store, edition, {})
    run("rollback", "--by", "ana", "--because", "revenue is in cents")
    assert run("snapshots").splitlines() == [
        "snapshot                   created (UTC)     estimates to         rows",
        f"{bad.snapshot_id}  2026-03-01 08:00  2025-09-30              1",
        f"{good.snapshot_id}  2026-02-28 08:00  2025-09-30              1  current",
        "  held by ana since 2026-03-01 08:00 UTC: revenue is in cents",
        "  cited by weekly_brief/2025-W39",
    ]
    newer, older = json.loads(run("snapshots", "--json"))
    assert (newer["is_current"], newer["hold"], newer["editions"]) == (False, None, [])
    assert (older["is_current"], older["hold"]["by"]) == (True, "ana")
    assert older["as_of"]["appfigures.estimates"] == "2025-09-30"


def test_a_row_of_the_list_fits_80_columns(publish_build: Publish, run: Run) -> None:
    publish_build("only")
    assert max(map(len, run("snapshots").splitlines())) <= 80


def test_rollback_and_release_say_what_comes_next(publish_build: Publish, run: Run) -> None:
    good = publish_build("good", day=-1)
    publish_build("bad")
    said = run("rollback", "--by", "ana", "--because", "revenue is in cents")
    assert f"snapshot {good.snapshot_id} is current, held by ana" in said
    assert "shortdrama release" in said
    assert "held by ana" in run("status")
    assert json.loads(run("status", "--json"))["hold"]["because"] == "revenue is in cents"
    assert "until market_marts publishes" in run("release", "--because", "mended")
    with pytest.raises(PointerNotMoved):
        run("release", "--because", "mended")


@pytest.mark.parametrize("command", ["rollback", "release"])
def test_a_reason_is_required(
    publish_build: Publish, store: ObjectStore, run: Run, command: str
) -> None:
    publish_build("a", day=-1)
    current = publish_build("b")
    assert CliRunner().invoke(app, [command]).exit_code == 2
    assert current_snapshot_id(store) == current.snapshot_id


def test_gc_says_what_would_go_and_then_removes_it(publish_build: Publish, run: Run) -> None:
    for name, day in (("a", -20), ("b", -19), ("c", -2)):
        publish_build(name, day)
    assert "0 snapshots, 0 objects removed" in run("gc", "--grace-days", "30")
    dry = run("gc", "--dry-run")
    assert "1 snapshots, 3 objects would be removed" in dry
    listed = json.loads(run("gc", "--dry-run", "--json"))
    assert [len(listed["snapshot_ids"]), len(listed["object_keys"])] == [1, 3]
    assert run("gc") == dry.replace("would be removed", "removed")
    assert len(run("snapshots").splitlines()) == 3
