"""A backfill on its way: begun once, paused, resumed to the call, and complete only as a whole."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backfills import NOW, days, load_of
from shortdrama.backfill.page import listed, page
from shortdrama.backfill.plan import Asked
from shortdrama.backfill.record import Backfill, all_backfills, read_backfill
from shortdrama.backfill.run import (
    BackfillIncomplete,
    begin,
    cancel,
    complete,
    note_failed,
    note_paused,
    note_running,
    requests_due,
    window_states,
)
from shortdrama.backfill.staging import discard
from shortdrama.core.errors import BackfillRefused, DecisionRefused
from shortdrama.core.settings import AppfiguresSettings, S3Settings, Settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore

TODAY = NOW.date()
YEAR = Asked(dataset=ESTIMATES.id, window=days("2025-01-01", "2025-12-31"), reason="the first year")
COUNTRIES = ("ZZ", "US", "BR")


@pytest.fixture
def settings(s3: S3Settings) -> Settings:
    return Settings(
        frozen_clock=NOW,
        lake_kind="sample",
        s3=s3,
        appfigures=AppfiguresSettings(countries=("US", "BR")),
    )


def later(settings: Settings, **by: float) -> Settings:
    return settings.model_copy(update={"frozen_clock": settings.clock.now() + timedelta(**by)})


@pytest.fixture
def start(settings: Settings, store: ObjectStore) -> Callable[..., Backfill]:
    def run(asked: Asked = YEAR, is_reviewed: bool = False, **by: float) -> Backfill:
        at = later(settings, **by)
        return begin(asked, is_reviewed=is_reviewed, by="ada", settings=at, store=store)

    return run


@pytest.fixture
def land(store: ObjectStore) -> Callable[..., LoadRecord]:
    """The verdict about a window's load."""

    def put(backfill: Backfill, number: int, status: Any = "staged", name: str = "") -> LoadRecord:
        return LoadLedger(store, ESTIMATES.id).append(load_of(backfill, number, status, name))

    return put


def due(backfill: Backfill, store: ObjectStore, day: date = TODAY) -> list[str]:
    return [str(one.window) for one in requests_due(backfill, day, store)]


def quota(store: ObjectStore, used: int, limit: int) -> None:
    record_outcome(
        store,
        Outcome(
            kind="pull",
            status="succeeded",
            subject=f"{used}",
            dataset=ESTIMATES.id,
            ended_at=NOW,
            details={"quota_limit": limit, "quota_usage": used},
        ),
    )


def test_a_backfill_is_kept_with_its_plan_and_asks_for_its_windows(start, store) -> None:
    backfill = start()
    assert backfill.backfill_id == "appfigures.estimates-1"
    assert read_backfill(backfill.backfill_id, store) == backfill
    requests = requests_due(backfill, TODAY, store)
    assert len(requests) == len(backfill.plan.windows) == 4
    assert {one.run_key for one in requests} == {"backfill appfigures.estimates-1"}
    assert {one.backfill for one in requests} == {"appfigures.estimates-1"}
    assert {one.countries for one in requests} == {COUNTRIES}
    assert len({one.pull_id for one in requests}) == 4


def test_only_what_is_missing_is_pulled_after_a_kill(start, store, land) -> None:
    backfill = start()
    before = requests_due(backfill, TODAY, store)
    land(backfill, 0)
    land(backfill, 2)
    again = start(hours=30)
    assert again.backfill_id == backfill.backfill_id
    assert requests_due(again, TODAY + timedelta(days=2), store) == [before[1], before[3]]


def test_a_daily_load_meanwhile_does_not_move_the_windows_that_are_landed(
    start, store, land
) -> None:
    backfill = start()
    before = requests_due(backfill, TODAY, store)
    daily = land(backfill, 3, "quarantined", "other").model_copy(
        update={"load_id": "daily", "status": "accepted", "backfill": None}
    )
    LoadLedger(store, ESTIMATES.id).append(daily)
    again = requests_due(start(days=1), TODAY + timedelta(days=1), store)
    assert [one.window for one in again] == [one.window for one in before]


def test_what_was_refused_is_asked_again_and_not_reused(start, store, land) -> None:
    backfill = start()
    (first, *_) = requests_due(backfill, TODAY, store)
    land(backfill, 0, "quarantined")
    (again, *_) = requests_due(start(hours=1), TODAY, store)
    assert again.window == first.window
    assert again.run_key == "backfill appfigures.estimates-1, try 2"
    assert again.pull_id != first.pull_id


def test_what_does_not_fit_today_is_due_on_the_day_of_its_plan(start, store, land) -> None:
    quota(store, used=3, limit=10)
    backfill = start()
    assert len(due(backfill, store)) == 2
    assert len(due(backfill, store, TODAY + timedelta(days=1))) == 4
    land(backfill, 0)
    land(backfill, 1)
    again = start(days=1)
    assert again.plan.windows[2].from_day == TODAY + timedelta(days=1)
    assert [str(one.window) for one in again.plan.windows] == [
        str(one.window) for one in backfill.plan.windows
    ]


def test_a_second_one_of_the_dataset_is_refused_until_the_first_is_over(
    start, settings, store
) -> None:
    first = start()
    other = YEAR.model_copy(update={"window": days("2024-01-01", "2024-12-31")})
    with pytest.raises(BackfillRefused, match=r"estimates-1 of .* is planned since.*discard"):
        start(other)
    cancel(first.backfill_id, "not now", "ada", settings, store)
    with pytest.raises(BackfillRefused, match="is cancelled since"):
        start(other)
    discard(first.backfill_id, "not now", "ada", settings, store)
    assert start(other).backfill_id == "appfigures.estimates-2"


def test_of_several_begun_at_once_one_is_begun(start, store) -> None:
    questions = [
        YEAR.model_copy(update={"window": days(f"2024-0{month}-01", "2024-12-31")})
        for month in range(1, 7)
    ]
    with ThreadPoolExecutor(6) as pool:
        tries = [pool.submit(start, question) for question in questions]
    refused = [one for one in tries if isinstance(one.exception(), BackfillRefused)]
    assert len(refused) == 5
    assert len(all_backfills(store)) == 1


def test_the_same_for_another_reason_is_the_same_backfill(start) -> None:
    first = start()
    again = start(YEAR.model_copy(update={"reason": "again"}), is_reviewed=True)
    assert again.backfill_id == first.backfill_id
    assert again.is_reviewed


def test_nothing_to_pull_is_refused(start, store, land, settings) -> None:
    backfill = start()
    for number in range(4):
        land(backfill, number)
    complete(backfill.backfill_id, "ada", settings, store)
    with pytest.raises(BackfillRefused, match=r"cover all.*--all"):
        start()
    again = start(YEAR.model_copy(update={"policy": "all"}))
    assert again.backfill_id == "appfigures.estimates-2"
    assert len(due(again, store)) == 4


def test_a_pause_says_until_when_and_ends_when_it_goes_on(start, settings, store) -> None:
    backfill = start()
    name = backfill.backfill_id
    note_running(name, "airflow", settings, store)
    until = datetime(2026, 2, 26, tzinfo=UTC)
    paused = note_paused(name, until, "the quota is used up", "airflow", settings, store)
    assert (paused.state, paused.paused_until) == ("paused", until)
    assert "goes on by itself at 2026-02-26 00:00 UTC" in page(paused, window_states(paused, store))
    again = note_running(name, "airflow", later(settings, days=1), store)
    assert (again.state, again.paused_until) == ("running", None)


def test_the_same_state_is_noted_once(start, settings, store) -> None:
    name = start().backfill_id
    first = note_failed(name, "the vendor is away", "airflow", settings, store)
    assert note_failed(name, "the vendor is away", "airflow", settings, store) == first
    assert [step.state for step in first.steps] == ["planned", "failed"]


def test_it_is_complete_only_if_every_window_is_staged(start, settings, store, land) -> None:
    backfill = start()
    name = backfill.backfill_id
    for number in range(3):
        land(backfill, number)
    with pytest.raises(
        BackfillIncomplete, match=r"(?s)1 of 4 windows.*not pulled yet.*ask for the"
    ):
        complete(name, "ada", settings, store)
    land(backfill, 3, "quarantined", "bad")
    with pytest.raises(BackfillIncomplete, match="load bad was refused"):
        complete(name, "ada", settings, store)
    assert LoadLedger(store, ESTIMATES.id).accepted() == []
    land(backfill, 3, "staged", "good")
    accepted = complete(name, "ada", settings, store)
    assert [one.load_id for one in accepted] == ["load-0", "load-1", "load-2", "good"]
    assert complete(name, "ada", settings, store) == accepted
    assert read_backfill(name, store).state == "completed"


def test_one_that_a_person_wants_to_see_is_not_completed_by_itself(
    start, settings, store, land
) -> None:
    backfill = start(is_reviewed=True)
    for number in range(4):
        land(backfill, number)
    with pytest.raises(BackfillRefused, match="staged for review"):
        complete(backfill.backfill_id, "ada", settings, store)
    assert LoadLedger(store, ESTIMATES.id).accepted() == []


def test_what_has_ended_goes_on_no_more(start, settings, store) -> None:
    name = start().backfill_id
    discard(name, "wrong year", "ada", settings, store)
    for touch in (
        lambda: note_running(name, "airflow", settings, store),
        lambda: cancel(name, "stop", "ada", settings, store),
    ):
        with pytest.raises(BackfillRefused, match=r"is discarded by ada on .*wrong year.*final"):
            touch()


def test_cancelling_needs_a_reason_and_keeps_what_is_staged(start, settings, store, land) -> None:
    backfill = start()
    land(backfill, 0)
    with pytest.raises(DecisionRefused, match="needs its reason"):
        cancel(backfill.backfill_id, " ", "ada", settings, store)
    with pytest.raises(DecisionRefused, match="needs the name"):
        cancel(backfill.backfill_id, "the vendor is slow", "", settings, store)
    cancel(backfill.backfill_id, "the vendor is slow", "ada", settings, store)
    assert len(due(start(hours=1), store)) == 3


def test_an_unknown_backfill_is_named(store) -> None:
    with pytest.raises(BackfillRefused, match=r"no backfill 'x'.*backfill list"):
        read_backfill("x", store)


def test_pages_and_lists_fit_80_columns(start, settings, store, land) -> None:
    backfill = start()
    land(backfill, 0)
    land(backfill, 1, "quarantined")
    why = "the vendor answered nothing for a very long time, and then it answered with an error"
    failed = note_failed(backfill.backfill_id, why, "airflow", settings, store)
    text = page(failed, window_states(failed, store))
    assert all(len(line) <= 80 for line in (*text.splitlines(), *listed([failed]).splitlines()))
    flat = " ".join(text.split())
    assert "backfill appfigures.estimates-1 is failed; at its end it is published at once" in flat
    assert "2025-01-01..2025-04-02 ZZ US BR 3 staged 1,000" in flat
    assert "2025-04-03..2025-07-03 ZZ US BR 3 quarantined 1,000" in flat
    assert "2025-07-04..2025-10-03 ZZ US BR 3 not yet" in flat
    assert "to go on, ask for the same again" in flat
    assert listed([]) == "there is no backfill"
