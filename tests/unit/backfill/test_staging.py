"""A staged backfill: looked at by name, then promoted as it was looked at, or dropped."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import duckdb
import pytest

from backfill_house import FIRST_HALF, SECOND_HALF, House
from shortdrama.backfill import staging as module
from shortdrama.backfill.record import Backfill, read_backfill, staged_snapshots
from shortdrama.backfill.run import BackfillIncomplete, cancel
from shortdrama.backfill.staging import ReviewAgain, discard, promote
from shortdrama.core.errors import BackfillRefused, DecisionRefused, MartsRefused
from shortdrama.core.settings import home
from shortdrama.core.windows import Window
from shortdrama.gates import mart_gate
from shortdrama.gates.results import Finding, GateResult
from shortdrama.lake.ledger import LoadLedger
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.warehouse_file import NoWarehouse
from shortdrama.warehouse.compare.diff import diff_snapshots
from shortdrama.warehouse.decide.overrides import accept_marts, build_id
from shortdrama.warehouse.decide.refusals import refusals
from shortdrama.warehouse.decide.triage import triage_of_build
from shortdrama.warehouse.publish.garbage import find_garbage
from shortdrama.warehouse.publish.hold import PointerNotMoved, rollback
from shortdrama.warehouse.snapshots.listing import listed_snapshots
from shortdrama.warehouse.snapshots.manifest import read_manifest
from shortdrama.warehouse.snapshots.read import connect

pytestmark = pytest.mark.integration

FACT = "fct_app_estimates_daily"
JULY = Window(start=date(2025, 7, 1), end=date(2025, 7, 31))
WHY = "the vendor restated September"

Staging = Callable[[Backfill], Backfill]


def promoted(house: House, one: Backfill, **how: Any) -> Backfill:
    return promote(one.backfill_id, WHY, "bo", house.settings, house.store, print, **how)


def downloads(house: House, snapshot: str | None = None) -> int:
    with connect(house.settings, snapshot) as connection:
        found = connection.execute(
            f"select sum(downloads) from {FACT} where month(estimated_on) = 9"
        ).fetchone()
    return int(found[0]) if found else 0


@pytest.fixture
def staged(house: House, staging: Staging) -> Backfill:
    """September three times as large, staged."""
    backfill = house.backfill()
    house.staged(backfill, "september")
    return staging(backfill)


def test_a_staged_snapshot_is_whole_and_only_found_by_name(house: House, staged: Backfill) -> None:
    before = house.current
    assert staged.reviewed is not None
    snapshot_id = staged.reviewed.snapshot_id
    assert house.current == before != snapshot_id
    assert downloads(house, snapshot_id) == 3 * downloads(house)
    manifest = read_manifest(house.store, snapshot_id)
    assert (manifest.staged_by, manifest.previous) == (staged.backfill_id, before)
    listed = {one.snapshot_id: one for one in listed_snapshots(house.store, {})}
    assert listed[snapshot_id].staged_by == staged.backfill_id
    assert not listed[snapshot_id].is_current
    found = diff_snapshots(read_manifest(house.store), manifest, house.settings.s3, house.store)
    assert [mart.mart for mart in found] == [FACT, "rpt_months"]


def test_a_staged_build_leaves_the_private_warehouse_and_nothing_else(
    house: House, staging: Staging
) -> None:
    path = house.settings.warehouse_path
    before = path.read_bytes()
    backfill = house.backfill()
    house.staged(backfill, "september")
    staging(backfill)
    assert path.read_bytes() == before
    assert list((home() / "warehouse" / "staged").iterdir()) == []


@pytest.mark.parametrize(("stop", "state"), [(discard, "discarded"), (cancel, "cancelled")])
def test_what_a_person_stops_while_it_is_built_stays_stopped(
    house: House, staging: Staging, monkeypatch: pytest.MonkeyPatch, stop: Any, state: str
) -> None:
    backfill = house.backfill()
    house.staged(backfill, "september")
    write = module.stage_snapshot

    def stopped_meanwhile(*given: Any) -> Any:
        stop(backfill.backfill_id, WHY, "bo", house.settings, house.store)
        return write(*given)

    monkeypatch.setattr(module, "stage_snapshot", stopped_meanwhile)
    with suppress(BackfillRefused):
        staging(backfill)
    assert read_backfill(backfill.backfill_id, house.store).state == state


def test_daily_builds_publish_beside_it_and_show_nothing_of_it(
    house: House, staged: Backfill
) -> None:
    september = downloads(house)
    for day in range(3):
        house.later(24)
        later = Window(start=date(2025, 7, 1 + day), end=date(2025, 7, 1 + day))
        house.daily(f"daily-{day}", f"2025-10-0{5 + day}T06:00:00", later, factor=2)
        before = house.current
        house.publish()
        assert house.current != before
        assert downloads(house) == september
    assert promoted(house, staged).state == "promoted"
    assert downloads(house) == september, "the next build publishes it"
    house.publish()
    assert downloads(house) == 3 * september
    assert read_manifest(house.store).staged_by is None


def test_what_is_published_after_a_promotion_is_what_a_whole_build_gives(
    house: House, staged: Backfill
) -> None:
    promoted(house, staged)
    house.publish()
    rows = house.rows()
    run_again = house.settings.warehouse_path
    run_again.unlink()
    house.later(1)
    house.publish()
    assert house.rows() == rows


def test_a_promotion_accepts_all_loads_in_one_append(house: House, staging: Staging) -> None:
    backfill = house.backfill(FIRST_HALF, SECOND_HALF)
    house.staged(backfill, "first", FIRST_HALF)
    house.staged(backfill, "second", SECOND_HALF)
    one = staging(backfill)
    house.later(30)
    promoted(house, one)
    accepted = {one.load_id: one for one in house.ledger.accepted()}
    assert {"first", "second"} <= accepted.keys()
    at = {accepted[name].decided_at for name in ("first", "second")}
    assert at == {house.settings.clock.now()}
    step = read_backfill(one.backfill_id, house.store).steps[-1]
    assert (step.state, step.by, step.because) == ("promoted", "bo", WHY)


def test_a_restatement_of_the_same_days_makes_it_ask_again(house: House, staged: Backfill) -> None:
    house.later(24)
    day = Window(start=date(2025, 9, 30), end=date(2025, 9, 30))
    house.daily("restated", "2025-10-05T06:00:00", day, factor=5)
    with pytest.raises(ReviewAgain, match=f"(?s)have changed in {FACT}.*shortdrama diff") as asked:
        promoted(house, staged)
    with pytest.raises(ReviewAgain):
        promoted(house, staged)
    assert "september" not in {one.load_id for one in house.ledger.accepted()}
    found = read_backfill(staged.backfill_id, house.store)
    assert found.newer is not None
    assert found.newer.digest == asked.value.digest
    assert promoted(house, staged, digest=asked.value.digest).state == "promoted"
    house.publish()
    assert downloads(house) == downloads(house, found.newer.snapshot_id)


def test_the_same_figures_said_again_do_not_make_it_ask_again(
    house: House, staged: Backfill
) -> None:
    day = Window(start=date(2025, 9, 30), end=date(2025, 9, 30))
    house.daily("said-again", "2025-10-05T06:00:00", day, factor=3)
    assert promoted(house, staged).state == "promoted"


def test_of_overlapping_days_the_load_that_was_said_later_wins(
    house: House, staging: Staging
) -> None:
    backfill = house.backfill()
    house.staged(backfill, "september")
    house.daily("daily", "2025-10-05T06:00:00", SECOND_HALF, factor=1)
    before = downloads(house)
    promoted(house, staging(backfill))
    house.publish()
    with connect(house.settings) as connection:
        loads = connection.execute(
            f"select count(*) from {FACT} where estimated_on >= '2025-09-16'"
        ).fetchone()
    assert loads is not None
    assert before < downloads(house) < 3 * before


def test_a_load_that_is_decided_during_the_promotion_makes_it_compare_again(
    house: House, staged: Backfill, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = LoadLedger.settle, []

    def overtaken(self: LoadLedger, *arguments: Any) -> Any:
        if not calls:
            house.daily("meanwhile", "2025-10-05T06:00:00", JULY, factor=2)
        calls.append(arguments)
        return real(self, *arguments)

    monkeypatch.setattr(LoadLedger, "settle", overtaken)
    assert promoted(house, staged).state == "promoted"
    assert len(calls) == 2


def test_promoting_twice_and_after_a_kill_changes_nothing(
    house: House, staged: Backfill, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "note", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            promoted(house, staged)
    records = house.ledger.records()
    assert promoted(house, staged) == promoted(house, staged)
    assert house.ledger.records() == records


def test_after_discarding_all_is_as_if_it_had_never_been(house: House, staging: Staging) -> None:
    before = (house.current, house.rows(), read_inputs(house.store))
    backfill = house.backfill()
    house.staged(backfill, "september")
    one = staging(backfill)
    assert one.reviewed is not None
    discard(one.backfill_id, "wrong window", "bo", house.settings, house.store)
    house.publish()
    assert (house.current, house.rows(), read_inputs(house.store)) == before
    assert staged_snapshots(house.store) == {}
    house.later(24 * 15)
    garbage = find_garbage(house.store, house.settings.clock, staged_snapshots(house.store))
    assert garbage.snapshot_ids == (one.reviewed.snapshot_id,)
    assert all(one.reviewed.snapshot_id in key for key in garbage.object_keys)
    with pytest.raises(BackfillRefused, match="is discarded and not staged"):
        promoted(house, one)


def test_gc_keeps_it_while_it_is_looked_at_and_not_what_it_does_not_need(
    house: House, staged: Backfill
) -> None:
    house.later(24 * 60)
    needed = staged_snapshots(house.store)
    assert find_garbage(house.store, house.settings.clock, needed).snapshot_ids == ()
    promoted(house, staged)
    house.publish()
    house.later(24 * 60)
    assert staged.reviewed is not None
    garbage = find_garbage(house.store, house.settings.clock, staged_snapshots(house.store))
    assert garbage.snapshot_ids == (staged.reviewed.snapshot_id,)
    read = downloads(house)
    assert read > 0


def test_a_staged_snapshot_is_never_rolled_back_to(house: House, staged: Backfill) -> None:
    assert staged.reviewed is not None
    with pytest.raises(PointerNotMoved, match="was never published"):
        rollback(
            house.store,
            house.settings.clock,
            staged.reviewed.snapshot_id,
            by="bo",
            because="oops",
        )


def test_a_window_that_is_missing_or_refused_stops_it(house: House, staging: Staging) -> None:
    backfill = house.backfill(FIRST_HALF, SECOND_HALF)
    house.staged(backfill, "first", FIRST_HALF)
    house.staged(backfill, "second", SECOND_HALF, status="quarantined")
    with pytest.raises(
        BackfillIncomplete, match=f"(?s)1 of 2.*{SECOND_HALF}: load second was refused"
    ):
        staging(backfill)


def test_a_red_gate_stages_nothing_until_a_person_accepts_its_findings(
    house: House, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = Finding(
        suite=f"marts/{FACT}", expectation="e", column=None, severity="critical", unexpected=1,
        checked=1, expected="a", observed="b", reason="why",
    )  # fmt: skip
    red = GateResult(subject="marts", suites=(), rows=0, what_to_do="look", findings=(finding,))
    monkeypatch.setattr(mart_gate, "audit_marts", lambda *_: red)
    backfill = house.backfill()
    house.staged(backfill, "september")
    with pytest.raises(MartsRefused) as refused:
        staging(backfill)
    assert read_backfill(backfill.backfill_id, house.store).reviewed is None
    assert len(listed_snapshots(house.store, {})) == 1
    name = build_id(refused.value.fingerprint)
    (listed,) = refusals(house.store)
    assert (listed.subject, listed.state) == (name, "it cannot be staged")
    assert listed.about.startswith(f"marts with backfill {backfill.backfill_id}: ")
    triage = triage_of_build(name, house.settings, house.store)
    assert triage.steps[0].command.startswith(f"shortdrama backfill discard {backfill.backfill_id}")
    accept_marts(name, "the vendor confirmed it", "bo", house.settings, house.store)
    assert refusals(house.store) == []
    assert staging(backfill).state == "staged"


def test_a_warehouse_that_is_being_built_is_not_copied(house: House, staging: Staging) -> None:
    backfill = house.backfill()
    house.staged(backfill, "september")
    path = str(house.settings.warehouse_path)
    with duckdb.connect(path, config={"threads": 1}), pytest.raises(NoWarehouse, match="open"):
        staging(backfill)
    assert staging(backfill).state == "staged"


def test_without_a_warehouse_all_is_built(house: House, staging: Staging) -> None:
    backfill = house.backfill()
    house.staged(backfill, "september")
    house.settings.warehouse_path.unlink()
    one = staging(backfill)
    assert one.reviewed is not None
    assert downloads(house, one.reviewed.snapshot_id) == 3 * downloads(house)
    assert not house.settings.warehouse_path.exists()


def test_every_decision_needs_its_reason_and_a_name(house: House, staged: Backfill) -> None:
    for because, by, missing in ((" ", "bo", "its reason"), ("it is right", "\n", "the name")):
        for decide in (
            lambda *said: promote(staged.backfill_id, *said, house.settings, house.store, print),
            lambda *said: discard(staged.backfill_id, *said, house.settings, house.store),
        ):
            with pytest.raises(DecisionRefused, match=f"needs {missing}"):
                decide(because, by)


def test_what_changed_is_kept_by_month(staged: Backfill) -> None:
    changes = staged.changes
    assert changes is not None
    mart = next(one for one in changes.marts if one.mart == FACT)
    # Marts of these builds have no key, so a changed row is one removed and one added.
    (month,) = mart.months
    assert month.month_on == date(2025, 9, 1)
    assert month.added == month.removed > 0
