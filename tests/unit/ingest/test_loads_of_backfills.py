"""A load of a backfill on its way: staged instead of accepted, and nothing of it is seen."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import requests

from shortdrama.backfill.plan import Asked
from shortdrama.backfill.record import Backfill
from shortdrama.backfill.run import begin, cancel, note
from shortdrama.backfill.staging import discard
from shortdrama.core.errors import DecisionRefused, LoadRefused, QuotaError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.decisions import accept_load, revoke_load
from shortdrama.ingest.pull import pull
from shortdrama.ingest.replay import ReplayRefused, loads_to_replay, replay
from shortdrama.ingest.triage import triage_of_load
from shortdrama.lake.landing import read_pull
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.refusals import refusals

pytestmark = pytest.mark.integration

BACKFILL = "appfigures.estimates-1"
DAYS = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))
ORDINARY = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAYS)
ASKED = PullRequest(dataset=ESTIMATES.id, run_key=BACKFILL, window=DAYS, backfill=BACKFILL)
BECAUSE = "the vendor confirmed it"


def days_later(settings: Settings, days: float) -> Settings:
    return settings.model_copy(update={"frozen_clock": settings.clock.now() + timedelta(days=days)})


@pytest.fixture
def load(settings: Settings, store: ObjectStore) -> Callable[..., LoadRecord]:
    def whole(request: PullRequest = ASKED, days: float = 0) -> LoadRecord:
        at = days_later(settings, days)
        landed = read_pull(store, pull(request, at, store))
        conform_or_quarantine(landed, at, store)
        return admit(landed, at, store)

    return whole


@pytest.fixture
def fault(simulator: Any) -> Callable[[str | None], None]:
    """Makes the vendor's estimates wrong in that way, or right again."""

    def set_fault(name: str | None) -> None:
        url = f"{simulator.url}/simulator/faults"
        if name:
            requests.put(url, json={"/v2/reports/estimates": name}, timeout=5).raise_for_status()
        else:
            requests.delete(url, timeout=5)

    return set_fault


@pytest.fixture
def ledger(store: ObjectStore) -> LoadLedger:
    return LoadLedger(store, ESTIMATES.id)


def test_a_good_load_is_staged_and_no_build_sees_it(load, ledger, store) -> None:
    load(ORDINARY)
    before = read_inputs(store)
    record = load()
    assert (record.status, record.backfill) == ("staged", BACKFILL)
    assert store.exists(record.key)
    assert ledger.accepted() == [ledger.records()[0]]
    assert read_inputs(store) == before
    assert read_inputs(store).fingerprint == before.fingerprint


def test_a_staged_build_reads_it_after_what_counts(load, store) -> None:
    daily, staged = load(ORDINARY), load()
    inputs = read_inputs(store, BACKFILL)
    assert [one.load_id for one in inputs.accepted[ESTIMATES.id]] == [
        daily.load_id,
        staged.load_id,
    ]
    assert read_inputs(store, "another-1").accepted == read_inputs(store).accepted
    names = {read_inputs(store, name).fingerprint for name in (None, BACKFILL, "another-1")}
    assert len(names) == 3


def test_discarded_loads_leave_the_builds_as_they_were(load, ledger, store, settings) -> None:
    load(ORDINARY)
    before = read_inputs(store)
    load()
    ledger.settle(BACKFILL, "discarded", settings.clock.now())
    assert read_inputs(store) == before


def test_a_staged_load_is_compared_with_what_counts_not_with_other_staged_ones(
    load, monkeypatch
) -> None:
    seen = []
    from shortdrama.gates import load_gate

    real = load_gate.attach_previous

    def spied(connection: Any, dataset: Any, coverage: Any, before: Any, store: Any) -> None:
        seen.append([record.status for record in before])
        real(connection, dataset, coverage, before, store)

    monkeypatch.setattr(load_gate, "attach_previous", spied)
    load(ORDINARY)
    load()
    load(ASKED.model_copy(update={"run_key": "another", "backfill": "another-1"}))
    assert seen == [[], ["accepted"], ["accepted"]]


def test_its_steps_again_change_nothing(load, ledger) -> None:
    assert load() == load()
    assert len(ledger.records()) == 1


def test_a_refused_load_is_quarantined_and_does_not_count_as_the_datasets(
    load, fault, ledger, store
) -> None:
    fault("negative_downloads")
    with pytest.raises(LoadRefused):
        load()
    (record,) = ledger.records()
    assert (record.status, record.backfill) == ("quarantined", BACKFILL)
    assert read_inputs(store).states()[ESTIMATES.id].refused_since == ()
    assert [one.state for one in refusals(store)] == ["in quarantine"]


def test_a_promotion_makes_its_dataset_no_fresher(load, ledger, settings, store) -> None:
    """Readers of a snapshot and of the brief see when the daily load was accepted."""
    load(ORDINARY)
    load(days=3)
    ledger.settle(BACKFILL, "accepted", days_later(settings, 9).clock.now())
    state = read_inputs(store).states()[ESTIMATES.id]
    assert len(state.load_ids) == 2
    assert state.accepted_at == state.said_at == settings.clock.now()


@pytest.fixture
def refused(load, fault, ledger) -> LoadRecord:
    fault("negative_downloads")
    with pytest.raises(LoadRefused):
        load()
    fault(None)
    return ledger.records()[0]


def test_a_refused_load_that_a_person_accepts_waits_for_its_backfill(
    refused, ledger, settings, store
) -> None:
    before = read_inputs(store)
    record = accept_load(refused.load_id, BECAUSE, "ada", settings, store)
    assert (record.status, record.override.because) == ("staged", BECAUSE)
    assert store.exists(record.key)
    assert read_inputs(store) == before
    assert read_inputs(store, BACKFILL).overrides == (record.override,)
    assert "it is right" not in str(triage_of_load(refused.load_id, settings, store).steps)
    ledger.settle(BACKFILL, "accepted", settings.clock.now())
    assert read_inputs(store).overrides == (record.override,)


def test_a_refused_load_is_pulled_again_by_its_backfill(refused, settings, store) -> None:
    """An ordinary pull would be published at once, and the backfill would still miss its window."""
    again, *_ = triage_of_load(refused.load_id, settings, store).steps
    assert "ask for the same backfill again" in again.when
    assert again.command == f"shortdrama backfill show {BACKFILL}"


def test_a_refused_load_counts_at_once_if_its_backfill_does(
    load, refused, ledger, settings, store
) -> None:
    load(ASKED.model_copy(update={"run_key": "second try"}))
    ledger.settle(BACKFILL, "accepted", settings.clock.now())
    assert accept_load(refused.load_id, BECAUSE, "ada", settings, store).status == "accepted"


def test_nobody_accepts_or_revokes_a_staged_load_alone(load, settings, store) -> None:
    record = load()
    for decide in (accept_load, revoke_load):
        with pytest.raises(DecisionRefused, match="decided as a whole"):
            decide(record.load_id, BECAUSE, "ada", settings, store)
    (step,) = triage_of_load(record.load_id, settings, store).steps
    assert step.command == f"shortdrama backfill show {BACKFILL}"


def test_a_replay_of_a_staged_load_is_staged_with_it(load, ledger, settings, store) -> None:
    again = replay(load(), settings, store)
    assert (again.status, again.backfill) == ("staged", BACKFILL)
    ledger.settle(BACKFILL, "accepted", settings.clock.now())
    later = replay(ledger.accepted()[-1], settings, store)
    assert (later.status, later.backfill) == ("accepted", None)


@pytest.fixture
def backfill(settings: Settings, store: ObjectStore) -> Backfill:
    """Its document; the daily load has said the quota, and all days are asked again."""
    asked = Asked(dataset=ESTIMATES.id, window=DAYS, policy="all", reason="it was restated")
    return begin(asked, is_reviewed=True, by="ada", settings=settings, store=store)


def test_a_load_that_comes_after_the_discarding_is_discarded_at_once(
    load, backfill, ledger, settings, store
) -> None:
    """The last pull was still on its way when a person discarded the backfill."""
    discard(backfill.backfill_id, "the wrong year", "ada", settings, store)
    with pytest.raises(LoadRefused, match=f"discarded with backfill {BACKFILL}"):
        load()
    (record,) = ledger.newest()
    assert (record.status, record.backfill) == ("discarded", BACKFILL)
    with pytest.raises(LoadRefused, match="discarded"):
        load()
    assert len(ledger.newest()) == 1
    assert triage_of_load(record.load_id, settings, store).title.endswith("was discarded")


def test_so_is_a_refused_load_and_one_of_another_shape(
    load, fault, backfill, ledger, settings, store
) -> None:
    discard(backfill.backfill_id, "the wrong year", "ada", settings, store)
    for name in ("negative_downloads", "missing_field"):
        fault(name)
        with pytest.raises(LoadRefused, match="discarded with backfill"):
            load(ASKED.model_copy(update={"run_key": name}))
    assert {one.status for one in ledger.newest()} == {"discarded"}
    with pytest.raises(DecisionRefused, match="was discarded with backfill"):
        accept_load(ledger.newest()[0].load_id, BECAUSE, "ada", settings, store)


def test_a_load_between_the_two_steps_of_a_discarding_is_discarded_too(
    load, backfill, ledger, settings, store, monkeypatch
) -> None:
    from shortdrama.backfill import staging

    def noted(*arguments: Any) -> Any:
        assert load().status == "staged"
        return note(*arguments)

    monkeypatch.setattr(staging, "note", noted)
    discard(backfill.backfill_id, "the wrong year", "ada", settings, store)
    assert [one.status for one in ledger.newest()] == ["discarded"]


@pytest.mark.parametrize("state", ["completed", "promoted"])
def test_a_load_that_comes_after_its_backfill_has_ended_counts_like_any_other(
    load, backfill, ledger, settings, store, state
) -> None:
    """Two pulls of one window were on their way, and the other one was staged first."""
    load()
    ledger.settle(BACKFILL, "accepted", settings.clock.now())
    note(state, BACKFILL, "ada", "", settings, store)
    late = ASKED.model_copy(update={"run_key": "late"})
    assert load(late).status == "accepted"
    assert load(late).status == "accepted"
    assert [one.status for one in ledger.newest()] == ["accepted", "accepted"]


def test_an_acceptance_that_its_backfill_overtakes_counts_with_it(
    load, refused, backfill, ledger, settings, store, monkeypatch
) -> None:
    """The backfill was completed while a person accepted another load of it."""
    from shortdrama.ingest import decisions

    load(ASKED.model_copy(update={"run_key": "second try"}))
    open_backfill = decisions.open_backfill

    def while_it_is_decided(*given: Any) -> Any:
        found = open_backfill(*given)
        ledger.settle(BACKFILL, "accepted", settings.clock.now())
        return found

    monkeypatch.setattr(decisions, "open_backfill", while_it_is_decided)
    for _ in range(2):
        record = accept_load(refused.load_id, BECAUSE, "ada", settings, store)
        assert (record.status, record.override.because) == ("accepted", BECAUSE)


def test_a_cancelled_or_another_backfill_discards_nothing(
    load, backfill, ledger, settings, store
) -> None:
    cancel(backfill.backfill_id, "not today", "ada", settings, store)
    assert load().status == "staged"
    discard(backfill.backfill_id, "the wrong year", "ada", settings, store)
    other = load(ASKED.model_copy(update={"run_key": "other", "backfill": "another-1"}))
    assert other.status == "staged"
    assert load(ORDINARY).status == "accepted"


def test_a_discarded_load_is_not_replayed(load, ledger, settings, store) -> None:
    load()
    (record,) = ledger.settle(BACKFILL, "discarded", settings.clock.now())
    assert loads_to_replay(ESTIMATES, None, store) == []
    with pytest.raises(ReplayRefused, match="was discarded with backfill"):
        replay(record, settings, store)
    assert triage_of_load(record.load_id, settings, store).title.endswith("was discarded")


@pytest.mark.parametrize(("days", "reused"), [(5, 1), (8, 0)])
def test_what_was_landed_before_the_quota_ended_is_used_for_a_week(
    source, settings, store, days, reused
) -> None:
    api = settings.appfigures.model_copy(update={"base_url": source.url})
    scripted = settings.model_copy(update={"appfigures": api})
    row = {"product_id": 1, "start_date": "2025-09-01", "downloads": 5, "revenue": "9.00"}
    told = {"x-currency": "USD", "x-request-limit": "1000"}
    source.says(body=[row], headers=told)
    source.says(status=420, body={"message": "Chill Out!"}, headers=told)
    with pytest.raises(QuotaError):
        pull(ASKED, scripted, store)
    source.script.clear()
    source.says(body=[row], headers=told)
    said: list[str] = []
    key = pull(ASKED, days_later(scripted, days), store, said.append)
    assert f"{3 - reused} calls used of 3 planned" in said[0]
    first = settings.clock.now() if reused else days_later(settings, days).clock.now()
    assert read_pull(store, key).said_at == first, "as old as its oldest answer"


def test_only_the_countries_that_it_asks_for_are_pulled_and_covered(load) -> None:
    record = load(ASKED.model_copy(update={"countries": ("ZZ", "US")}))
    assert record.coverage.countries == ("ZZ", "US")
