"""What a person decides about a load, and what nobody can decide."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shortdrama.core.errors import DecisionRefused, UnknownLoad
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.gates.results import Finding, GateResult
from shortdrama.ingest.decisions import accept_load, revoke_load
from shortdrama.ingest.replay import loads_to_replay
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.outcomes import Outcome
from shortdrama.lake.overrides import Override
from shortdrama.lake.store import ObjectStore, dump_json
from shortdrama.warehouse.build.inputs import read_inputs

BECAUSE = "the vendor confirmed it by mail"
DECISIONS = {"accept": accept_load, "revoke": revoke_load}


@pytest.fixture
def ledger(store: ObjectStore) -> LoadLedger:
    return LoadLedger(store, ESTIMATES.id)


@pytest.fixture
def later(lake_settings):
    return lake_settings.model_copy(
        update={"frozen_clock": lake_settings.frozen_clock + timedelta(hours=3)}
    )


@pytest.fixture
def decide(later, store):
    """Carries out a decision on a load, three hours after its gate."""

    def run(what: str, load_id: str, because: str = BECAUSE, by: str = "ada") -> Any:
        return DECISIONS[what](load_id, because, by, later, store)

    return run


def test_an_accepted_load_counts_from_then_on_with_name_time_and_reason(
    enter, decide, later, store, ledger
) -> None:
    refused = enter("odd")
    accepted = decide("accept", "odd", f"  {BECAUSE} \n")
    assert accepted.override == Override(
        kind="load_accepted",
        subject="odd",
        dataset=ESTIMATES.id,
        by="ada",
        at=later.clock.now(),
        because=BECAUSE,
    )
    assert (accepted.status, accepted.decided_at, accepted.seq) == (
        "accepted",
        later.clock.now(),
        2,
    )
    assert (accepted.said_at, accepted.reasons) == (refused.said_at, refused.reasons)
    assert ledger.accepted() == [accepted]
    assert ledger.find("odd") == accepted
    assert ledger.records() == [refused, accepted]


def test_the_rows_of_an_accepted_load_are_read_from_raw_and_stay_in_quarantine(
    enter, decide, store
) -> None:
    refused = enter("odd")
    accepted = decide("accept", "odd")
    assert accepted.key == keys.raw(ESTIMATES.id, "odd", refused.said_at)
    assert store.get(accepted.key) == store.get(refused.key) == b"rows of odd"


def test_rows_are_in_raw_before_the_ledger_says_so(enter, decide, store, monkeypatch) -> None:
    enter("odd")
    seen = []
    whole = LoadLedger.decide

    def spied(self, record):
        seen.append(store.exists(record.key))
        return whole(self, record)

    monkeypatch.setattr(LoadLedger, "decide", spied)
    decide("accept", "odd")
    assert seen == [True]


def test_a_revoked_load_counts_no_longer_and_says_why(enter, decide, ledger, store) -> None:
    enter("fine", "accepted")
    accepted = enter("wrong", "accepted")
    revoked = decide("revoke", "wrong")
    assert [record.load_id for record in ledger.accepted()] == ["fine"]
    assert revoked.reasons == (f"wrong was revoked by ada on 2026-02-25 11:00 UTC (“{BECAUSE}”)",)
    assert revoked.override.kind == "load_revoked"
    assert store.exists(accepted.key)


def test_what_a_person_let_in_can_be_revoked(enter, decide, ledger) -> None:
    enter("odd")
    decide("accept", "odd")
    decide("revoke", "odd", "it was wrong after all")
    assert ledger.accepted() == []
    assert [record.status for record in ledger.records()] == ["quarantined", "accepted", "revoked"]


@pytest.mark.parametrize(("what", "status"), [("accept", "quarantined"), ("revoke", "accepted")])
def test_the_same_decision_again_changes_nothing(enter, decide, ledger, what, status) -> None:
    enter("load", status)
    first = decide(what, "load")
    assert decide(what, "load") == first
    assert len(ledger.records()) == 2


def test_of_decisions_at_once_one_stands_for_all(enter, decide, ledger) -> None:
    enter("odd")
    with ThreadPoolExecutor(6) as pool:
        stood = list(pool.map(lambda _: decide("accept", "odd"), range(6)))
    assert stood == [ledger.find("odd")] * 6
    assert len(ledger.records()) == 2


@pytest.mark.parametrize("what", DECISIONS)
def test_a_load_that_nobody_knows_cannot_be_decided(decide, what) -> None:
    with pytest.raises(UnknownLoad, match="no ledger has a load load"):
        decide(what, "load")


@pytest.mark.parametrize(
    ("history", "what", "why"),
    [
        (["accepted"], "accept", "load load is accepted already$"),
        (["quarantined", "accept"], "accept", "accepted already, by ada on 2026-02-25 11:00 UTC"),
        (["quarantined"], "revoke", "in quarantine and was never accepted: there is nothing"),
        (["accepted", "revoke"], "revoke", "is revoked already, by ada"),
        (["accepted", "revoke"], "accept", "that is final.*shortdrama replay load"),
        (["quarantined", "accept", "revoke"], "accept", "was revoked, by ada.*that is final"),
    ],
)
def test_a_load_takes_each_step_once(enter, decide, ledger, history, what, why) -> None:
    for step in history:
        decide(step, "load") if step in DECISIONS else enter("load", step)
    before = ledger.records()
    with pytest.raises(DecisionRefused, match=why):
        decide(what, "load", "another reason", by="grace")
    assert ledger.records() == before


@pytest.mark.parametrize("because", ["", "  \n\t"])
@pytest.mark.parametrize(("what", "status"), [("accept", "quarantined"), ("revoke", "accepted")])
def test_a_decision_needs_a_reason(enter, decide, ledger, what, status, because) -> None:
    enter("load", status)
    with pytest.raises(DecisionRefused, match="needs its reason"):
        decide(what, "load", because)
    assert len(ledger.records()) == 1


@pytest.mark.parametrize("by", ["", "  \n\t"])
@pytest.mark.parametrize(("what", "status"), [("accept", "quarantined"), ("revoke", "accepted")])
def test_a_decision_needs_a_name(enter, decide, ledger, what, status, by) -> None:
    enter("load", status)
    with pytest.raises(DecisionRefused, match=r"needs the name.*--by"):
        decide(what, "load", by=by)
    assert len(ledger.records()) == 1


def test_nobody_accepts_a_sample_on_a_real_lake(enter, decide, store, ledger) -> None:
    enter("odd")
    store.put("lake.json", dump_json({"kind": "real"}))
    with pytest.raises(DecisionRefused, match="marked real: nobody can accept it"):
        decide("accept", "odd")
    assert ledger.accepted() == []


def test_a_load_without_rows_is_to_be_replayed(enter, decide, ledger) -> None:
    enter("shapeless", key="landing/appfigures/estimates/2026/02/25/p/0.json.gz", rows=0)
    with pytest.raises(
        DecisionRefused, match=r"does not have the agreed shape.*shortdrama replay shapeless"
    ):
        decide("accept", "shapeless")
    assert ledger.accepted() == []


def test_rows_that_were_removed_from_quarantine_cannot_be_accepted(enter, decide, store) -> None:
    store.delete(enter("odd").key)
    with pytest.raises(DecisionRefused, match=r"gone from quarantine.*shortdrama replay odd"):
        decide("accept", "odd")


def test_columns_that_no_model_reads_cannot_be_accepted(enter, decide, store, later) -> None:
    enter("odd")
    missing = Finding(
        suite="schema",
        expectation="schema",
        column="downloads",
        severity="critical",
        unexpected=1,
        checked=1,
        expected="BIGINT",
        observed="no such column",
        reason="Every engine reads it.",
    )
    found = GateResult(
        subject="odd", suites=("schema",), rows=7, findings=(missing,), what_to_do="mend"
    )
    outcome = Outcome(
        kind="gate",
        status="refused",
        subject="odd",
        ended_at=later.clock.now(),
        details=found.model_dump(mode="json"),
    )
    store.put(keys.quarantine_reasons(ESTIMATES.id, "odd"), outcome.model_dump_json().encode())
    with pytest.raises(DecisionRefused, match="columns and types"):
        decide("accept", "odd")


def test_a_decision_by_itself_is_another_build_and_is_carried_to_it(enter, decide, store) -> None:
    enter("fine", "accepted")
    enter("odd")
    gated = read_inputs(store)
    assert gated.overrides == ()
    accepted = decide("accept", "odd")
    with_it = read_inputs(store)
    assert with_it.overrides == (accepted.override,)
    revoked = decide("revoke", "odd", "it was wrong after all")
    without = read_inputs(store)
    assert without.overrides == (revoked.override,)
    assert without.accepted == gated.accepted
    assert len({inputs.fingerprint for inputs in (gated, with_it, without)}) == 3


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([], ["older is odd", "newer is odd"]),
        ([("accept", "older")], ["newer is odd"]),
        ([("accept", "newer")], []),
        ([("accept", "newer"), ("revoke", "newer")], ["older is odd"]),
    ],
)
def test_a_dataset_tells_what_was_refused_after_the_last_load_that_counts(
    enter, decide, store, steps, left
) -> None:
    enter("first", "accepted")
    enter("older")
    enter("newer")
    for what, load_id in steps:
        decide(what, load_id)
    assert read_inputs(store).refused_since[ESTIMATES.id] == tuple(left)


def test_a_revoked_load_is_not_replayed_with_its_dataset(enter, decide, store) -> None:
    enter("fine", "accepted")
    enter("wrong", "accepted")
    decide("revoke", "wrong")
    assert [record.load_id for record in loads_to_replay(ESTIMATES, None, store)] == ["fine"]
