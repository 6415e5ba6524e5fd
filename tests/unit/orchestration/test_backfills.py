"""What the tasks of the backfill DAGs do, and what goes wrong between them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from backfill_house import FIRST_HALF, SECOND_HALF, House, running
from shortdrama.backfill.record import Backfill, all_backfills, read_backfill, update
from shortdrama.backfill.run import BackfillIncomplete, cancel, note_paused
from shortdrama.backfill.staging import discard
from shortdrama.core.errors import BackfillRefused, DecisionRefused, QuotaError
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake import keys
from shortdrama.orchestration import backfills, forms, pausing

pytestmark = pytest.mark.integration

RESET = datetime(2025, 10, 6, tzinfo=UTC)
SPENT = QuotaError("appfigures: the day's quota is used up (HTTP 420)")

FORM = {
    "dataset": ESTIMATES.id,
    "start": "2025-08-01",
    "end": "2025-08-31",
    "countries": None,
    "policy": "all",
    "because": "August was {{ restated }}",
    "publication": "stage",
    "dry_run": False,
}


def begun(house: House, **changes: Any) -> str | None:
    return backfills.begun(FORM | changes, "ada", house.settings, house.store, print)


def finished(house: House, backfill: Backfill) -> str | None:
    return backfills.finished(backfill.backfill_id, "ada", house.settings, house.store, print)


def now(house: House, backfill: Backfill) -> Backfill:
    return read_backfill(backfill.backfill_id, house.store)


def paused(house: House, backfill: Backfill) -> str:
    return backfills.pause(backfill.backfill_id, SPENT, "ada", house.settings, house.store)


def to_go_on(house: House) -> list[dict[str, Any]]:
    return backfills.to_go_on(house.settings, house.store)


def test_a_form_begins_a_backfill_and_its_plan_is_shown(
    lake: House, capsys: pytest.CaptureFixture[str]
) -> None:
    made = begun(lake)
    assert made == "appfigures.estimates-1"
    found = read_backfill(made, lake.store)
    assert (found.state, found.is_reviewed, found.asked.countries) == ("running", True, ())
    assert found.asked.reason == "August was {{ restated }}"
    shown = capsys.readouterr().out
    assert "2025-08-01..2025-08-31" in shown
    assert "calls: 4 in 1 windows" in shown


def test_the_same_form_goes_on_with_it(lake: House) -> None:
    assert begun(lake) == begun(lake, because="again", publication="publish")
    assert not all_backfills(lake.store)[0].is_reviewed


def test_a_dry_run_writes_nothing(lake: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert begun(lake, dry_run=True, countries=["US"]) is None
    assert "calls: 1 in 1 windows" in capsys.readouterr().out
    assert all_backfills(lake.store) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dataset": "tiktok.hashtags"}, "nothing can be backfilled"),
        ({"start": "2025-09-01"}, "swap the two dates"),
        ({"end": "2025-10-05"}, "not over yet"),
        ({"countries": ["XX"]}, "not asked for XX"),
        ({"because": " "}, "needs its reason"),
        ({"start": "2023-01-01"}, "no data before"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_cannot_be_done_is_refused(
    lake: House, changes: dict[str, Any], said: str, dry_run: bool
) -> None:
    with pytest.raises(BackfillRefused, match=said):
        begun(lake, dry_run=dry_run, **changes)
    assert all_backfills(lake.store) == []


def test_only_the_group_of_the_datasets_pool_gets_its_pulls(lake: House, two: Backfill) -> None:
    due = backfills.due_in("appfigures", two.backfill_id, lake.store)
    assert [request.window for request in due] == [FIRST_HALF, SECOND_HALF]
    assert backfills.due_in("other", two.backfill_id, lake.store) == []
    assert forms.pools() == ["appfigures"]


def test_when_everything_is_pulled_it_is_published_at_once(lake: House, two: Backfill) -> None:
    lake.staged(two, "l1", FIRST_HALF)
    lake.staged(two, "l2", SECOND_HALF)
    assert finished(lake, two) == ESTIMATES.id
    assert now(lake, two).state == "completed"
    # A task that is cleared says the same again.
    assert finished(lake, two) == ESTIMATES.id


def test_when_everything_is_pulled_it_is_staged_for_review(house: House) -> None:
    made = house.backfill()
    house.staged(made, "l1")
    before = house.current
    assert finished(house, made) is None
    assert now(house, made).state == "staged"
    assert house.current == before


def test_a_quota_that_ends_in_the_middle_is_a_pause(lake: House, two: Backfill) -> None:
    lake.staged(two, "l1", FIRST_HALF)
    assert "It goes on by itself at 2025-10-06 00:00 UTC" in paused(lake, two)
    assert finished(lake, two) is None
    found = now(lake, two)
    assert (found.state, found.paused_until) == ("paused", RESET)
    assert found.steps[-1].because == "the day's quota is used up"


def test_while_it_is_paused_no_other_window_asks_the_source(lake: House, two: Backfill) -> None:
    assert backfills.why_not_now(two.backfill_id, lake.settings, lake.store) is None
    paused(lake, two)
    why = backfills.why_not_now(two.backfill_id, lake.settings, lake.store)
    assert why is not None
    assert "goes on at 2025-10-06 00:00 UTC" in why
    lake.later(16)
    assert backfills.why_not_now(two.backfill_id, lake.settings, lake.store) is None


def test_a_refused_window_fails_it_even_if_another_one_is_paused(
    lake: House, two: Backfill
) -> None:
    """Otherwise it would be asked again by itself, for the price of another day's quota."""
    lake.staged(two, "l1", FIRST_HALF, status="quarantined", reasons=("no",))
    paused(lake, two)
    with pytest.raises(BackfillIncomplete, match="load l1 was refused"):
        finished(lake, two)
    found = now(lake, two)
    assert (found.state, found.paused_until) == ("failed", None)
    lake.later(16)
    assert to_go_on(lake) == []


def test_a_window_that_was_not_pulled_fails_it_and_the_message_names_it(
    lake: House, two: Backfill
) -> None:
    lake.staged(two, "l1", FIRST_HALF)
    with pytest.raises(BackfillIncomplete, match=f"{SECOND_HALF}: not pulled yet"):
        finished(lake, two)
    assert "1 of 2 windows" in now(lake, two).steps[-1].because


@pytest.mark.parametrize("hours", [1, 20])
def test_windows_of_later_days_wait_for_their_day_also_if_the_run_ends_after_midnight(
    lake: House, two: Backfill, hours: int
) -> None:
    lake.staged(two, "l1", FIRST_HALF)
    first, second = two.plan.windows
    tomorrow = second.model_copy(update={"from_day": RESET.date(), "to_day": RESET.date()})
    plan = two.plan.model_copy(update={"windows": (first, tomorrow)})
    update(two.backfill_id, lake.store, lambda one: one.model_copy(update={"plan": plan}))
    assert backfills.due_in("appfigures", two.backfill_id, lake.store) == []
    lake.later(hours)
    assert finished(lake, two) is None
    found = now(lake, two)
    assert (found.state, found.paused_until) == ("paused", RESET)


@pytest.mark.parametrize("stop", [cancel, discard])
def test_what_a_person_has_stopped_is_neither_pulled_nor_published(
    lake: House, two: Backfill, stop: Any
) -> None:
    lake.staged(two, "l1", FIRST_HALF)
    lake.staged(two, "l2", SECOND_HALF)
    stop(two.backfill_id, "not needed", "bob", lake.settings, lake.store)
    state = now(lake, two).state
    why = backfills.why_not_now(two.backfill_id, lake.settings, lake.store)
    assert why is not None
    assert "nothing more of it is pulled" in why
    assert finished(lake, two) is None
    assert now(lake, two).state == state
    assert {"l1", "l2"} & {one.load_id for one in lake.ledger.accepted()} == set()


def test_a_cancelled_one_does_not_go_on_though_its_last_pull_found_the_quota_used_up(
    lake: House, two: Backfill
) -> None:
    cancel(two.backfill_id, "not needed", "bob", lake.settings, lake.store)
    paused(lake, two)
    lake.later(16)
    assert now(lake, two).state == "cancelled"
    assert to_go_on(lake) == []


def test_after_the_reset_each_pause_has_one_run_with_the_same_form(lake: House) -> None:
    made = begun(lake, countries=["US"], publication="publish")
    assert made is not None
    paused(lake, read_backfill(made, lake.store))
    assert to_go_on(lake) == []
    lake.later(16)
    (run,) = to_go_on(lake)
    assert run["trigger_run_id"] == "appfigures.estimates-1__2025-10-06T00.00"
    form = FORM | {"countries": ["US"], "publication": "publish"}
    assert run["conf"] == form
    assert to_go_on(lake) == [run]
    # That run goes on with it; the next pause would be another one.
    assert backfills.begun(run["conf"], "it", lake.settings, lake.store, print) == made
    assert to_go_on(lake) == []
    paused(lake, read_backfill(made, lake.store))
    lake.later(24)
    assert [one["trigger_run_id"] for one in to_go_on(lake)] != [run["trigger_run_id"]]


def deserted(lake: House, *run_ids: str) -> None:
    """A look while no run is active; there were these runs."""
    backfills.note_deserted(run_ids.__contains__, "it", lake.settings, lake.store, print)


def test_a_run_after_a_pause_that_has_failed_is_noted_because_it_is_not_triggered_again(
    lake: House, two: Backfill
) -> None:
    paused(lake, two)
    deserted(lake, f"{two.backfill_id}__2025-10-06T00.00")
    assert "the run that should go on with it has failed" in now(lake, two).steps[-1].because
    assert now(lake, two).state == "failed"


def test_a_run_that_was_killed_is_noted_as_failed_by_the_next_look(
    lake: House, two: Backfill
) -> None:
    deserted(lake)
    assert now(lake, two).state == "failed"
    assert "killed or stopped" in now(lake, two).steps[-1].because


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_what_waits_is_not_deserted(lake: House, two: Backfill, state: str) -> None:
    if state == "paused":
        note_paused(two.backfill_id, RESET, "quota", "ada", lake.settings, lake.store)
    else:
        cancel(two.backfill_id, "why", "ada", lake.settings, lake.store)
    deserted(lake)
    assert now(lake, two).state == state


def complete(house: House, two: Backfill) -> None:
    house.staged(two, "l1", FIRST_HALF)
    house.staged(two, "l2", SECOND_HALF)
    finished(house, two)


def test_what_it_changed_is_noted_once_its_loads_are_published(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Compared with the snapshot before its loads counted, not with the one before it began."""
    house.later(1)
    house.daily("d1", "2025-10-05T08:30:00", Window(start=date(2025, 8, 1), end=date(2025, 8, 3)))
    house.publish()
    two, before = running(house), house.current
    complete(house, two)
    backfills.note_published(house.settings, house.store, print)
    assert now(house, two).changes is None
    house.publish()
    backfills.note_published(house.settings, house.store, print)
    changes = now(house, two).changes
    assert changes is not None
    assert (changes.before, changes.after) == (before, house.current)
    assert f"rows that differ from {before}" in capsys.readouterr().out
    house.publish()
    backfills.note_published(house.settings, house.store, print)
    assert now(house, two).changes == changes


def test_without_the_snapshot_before_there_is_nothing_to_compare(house: House) -> None:
    two, before = running(house), house.current
    complete(house, two)
    house.publish()
    # It is collected two weeks after it was replaced.
    house.store.delete(keys.snapshot(str(before), "manifest.json"))
    backfills.note_published(house.settings, house.store, print)
    assert now(house, two).changes is None


def decided(house: House, user: str | None = "ada", **form: Any) -> str | None:
    form = {"because": "looked at it", "digest": None} | form
    return backfills.decided(form, user, house.settings, house.store, print)


def test_a_promotion_names_the_dataset_to_build_and_other_decisions_none(house: House) -> None:
    made = house.backfill()
    house.staged(made, "l1")
    finished(house, made)
    name = f" {made.backfill_id} "
    assert decided(house, decision="cancel", backfill=name) is None
    assert now(house, made).state == "cancelled"
    assert decided(house, decision="discard", backfill=name) is None
    other = house.backfill()
    house.staged(other, "l2")
    finished(house, other)
    assert decided(house, decision="promote", backfill=other.backfill_id) == ESTIMATES.id
    assert now(house, other).steps[-1].by == "ada"


def test_nobody_decides_nothing(lake: House) -> None:
    made = lake.backfill()
    with pytest.raises(DecisionRefused, match="does not name the user"):
        decided(lake, None, decision="cancel", backfill=made.backfill_id)
    assert now(lake, made).state == "planned"


def test_a_pull_is_skipped_when_the_quota_ends_and_while_it_is_paused(
    lake: House, two: Backfill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pausing, "asked_by", lambda: "ada")
    with (
        pytest.raises(AirflowSkipException, match="It goes on by itself"),
        pausing.pausing(two.backfill_id, lake.settings, lake.store),
    ):
        raise SPENT
    calls = []
    with (
        pytest.raises(AirflowSkipException, match="the quota is used up"),
        pausing.pausing(two.backfill_id, lake.settings, lake.store),
    ):
        calls.append("called")
    assert calls == []


def test_the_quota_of_a_daily_pull_is_an_error(lake: House) -> None:
    with pytest.raises(QuotaError), pausing.pausing(None, lake.settings, lake.store):
        raise SPENT
