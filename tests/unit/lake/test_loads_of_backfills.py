"""Loads of a backfill: kept back until all of them count, or none does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from memory_store import MemoryStore
from shortdrama.core.errors import DecisionRefused
from shortdrama.core.windows import Window
from shortdrama.lake import pages
from shortdrama.lake.ledger import Coverage, LedgerMoved, LoadLedger, LoadRecord
from shortdrama.lake.overrides import Override
from shortdrama.lake.store import ObjectStore

DATASET = "appfigures.estimates"
AT = datetime(2026, 2, 25, 8, tzinfo=UTC)
LATER = AT + timedelta(days=3)
BACKFILL = "appfigures.estimates-1"


def record(load_id: str, status: str = "staged", **changes: Any) -> LoadRecord:
    fields: dict[str, Any] = {
        "load_id": load_id,
        "pull_id": "p",
        "dataset": DATASET,
        "status": status,
        "key": f"raw/{load_id}",
        "sha256": "0",
        "rows": 1,
        "coverage": Coverage(window=Window(start=date(2025, 1, 1), end=date(2025, 1, 31))),
        "said_at": AT,
        "decided_at": AT,
        "is_sample": True,
        "backfill": BACKFILL,
    }
    return LoadRecord(**(fields | changes))


@pytest.fixture
def ledger() -> LoadLedger:
    return LoadLedger(MemoryStore(), DATASET)  # type: ignore[arg-type]


def statuses(ledger: LoadLedger) -> dict[str, str]:
    return {one.load_id: one.status for one in ledger.newest()}


def override(load_id: str) -> Override:
    return Override(kind="load_accepted", subject=load_id, by="ada", at=AT, because="it is right")


def test_a_staged_load_does_not_count(ledger: LoadLedger) -> None:
    ledger.append(record("daily", "accepted", backfill=None))
    ledger.append(record("old"))
    assert [one.load_id for one in ledger.accepted()] == ["daily"]


def test_all_loads_of_a_backfill_count_from_one_commit_on(ledger: LoadLedger) -> None:
    ledger.append_all([record("a"), record("b"), record("other", backfill="two")])
    new = ledger.settle(BACKFILL, "accepted", LATER)
    assert [(one.load_id, one.status, one.decided_at) for one in new] == [
        ("a", "accepted", LATER),
        ("b", "accepted", LATER),
    ]
    assert [one.load_id for one in ledger.accepted()] == ["a", "b"]
    assert statuses(ledger)["other"] == "staged"
    assert [one.said_at for one in new] == [AT, AT], "the source did not say it again"


def test_a_load_said_later_is_newer_than_one_that_is_accepted_later(ledger: LoadLedger) -> None:
    ledger.append(record("backfilled"))
    ledger.append(record("daily", "accepted", backfill=None, said_at=AT + timedelta(days=1)))
    ledger.settle(BACKFILL, "accepted", LATER)
    newest = max(ledger.accepted(), key=lambda one: (one.said_at, one.seq))
    assert newest.load_id == "daily"


def test_a_replay_of_a_staged_load_still_replaces_it_after_the_promotion(
    ledger: LoadLedger,
) -> None:
    ledger.append_all([record("a"), record("b"), record("a-r2")])
    ledger.settle(BACKFILL, "accepted", LATER)
    newest = max(ledger.accepted(), key=lambda one: (one.said_at, one.seq))
    assert newest.load_id == "a-r2"


@pytest.mark.parametrize("end", ["accepted", "discarded"])
def test_the_same_end_again_changes_nothing(ledger: LoadLedger, end: Any) -> None:
    ledger.append(record("a"))
    ended = ledger.settle(BACKFILL, end, LATER)
    before = ledger.records()
    assert ledger.settle(BACKFILL, end, LATER + timedelta(days=1)) == ended
    assert ledger.records() == before


def test_discarding_takes_refused_loads_too_and_says_why(ledger: LoadLedger) -> None:
    ledger.append_all([record("a"), record("bad", "quarantined", reasons=("odd",))])
    discarded = ledger.settle(BACKFILL, "discarded", LATER)
    assert {one.load_id: one.status for one in discarded} == {"a": "discarded", "bad": "discarded"}
    assert discarded[1].reasons == (f"it was discarded with backfill {BACKFILL}",)


def test_a_refused_load_stays_in_quarantine_when_the_others_count(ledger: LoadLedger) -> None:
    ledger.append_all([record("a"), record("bad", "quarantined", reasons=("odd",))])
    ledger.settle(BACKFILL, "accepted", LATER)
    assert statuses(ledger) == {"a": "accepted", "bad": "quarantined"}


def test_a_load_that_comes_after_the_promotion_is_taken_by_the_next_one(
    ledger: LoadLedger,
) -> None:
    ledger.append(record("a"))
    ledger.settle(BACKFILL, "accepted", LATER)
    ledger.append(record("late"))
    assert statuses(ledger)["late"] == "staged"
    assert [one.load_id for one in ledger.settle(BACKFILL, "accepted", LATER)] == ["a", "late"]


def test_what_was_discarded_cannot_be_promoted(ledger: LoadLedger) -> None:
    ledger.append(record("a"))
    ledger.settle(BACKFILL, "discarded", LATER)
    with pytest.raises(DecisionRefused, match=r"was discarded, and that is final; start it again"):
        ledger.settle(BACKFILL, "accepted", LATER)


@pytest.mark.parametrize("revoked", [False, True])
def test_what_counts_cannot_be_discarded(ledger: LoadLedger, revoked: bool) -> None:
    ledger.append(record("a"))
    (accepted,) = ledger.settle(BACKFILL, "accepted", LATER)
    if revoked:
        ledger.decide(accepted.model_copy(update={"status": "revoked", "override": override("a")}))
    with pytest.raises(DecisionRefused, match=r"count already.*revoke each"):
        ledger.settle(BACKFILL, "discarded", LATER)


def test_of_a_promotion_and_a_discarding_at_once_only_one_happens(store: ObjectStore) -> None:
    for turn in range(10):
        ledger = LoadLedger(store, f"{DATASET}{turn}")
        ledger.append_all([record(f"load-{number}") for number in range(5)])
        ends = ["accepted", "discarded"] if turn % 2 else ["discarded", "accepted"]
        with ThreadPoolExecutor(2) as pool:
            tries = [pool.submit(ledger.settle, BACKFILL, end, LATER) for end in ends]
        assert sum(isinstance(one.exception(), DecisionRefused) for one in tries) == 1
        assert len(set(statuses(ledger).values())) == 1


def test_loads_that_were_decided_meanwhile_stop_a_promotion(ledger: LoadLedger) -> None:
    ledger.append(record("a"))
    seen = len(ledger.records())
    ledger.append(record("daily", "accepted", backfill=None))
    with pytest.raises(LedgerMoved, match=r"1 loads of appfigures.estimates were decided"):
        ledger.settle(BACKFILL, "accepted", LATER, seen)
    assert statuses(ledger)["a"] == "staged"
    ledger.settle(BACKFILL, "accepted", LATER, seen + 1)
    assert statuses(ledger)["a"] == "accepted"


def test_a_backfill_with_more_loads_than_a_page_counts_as_a_whole(
    ledger: LoadLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_RECORDS", 2)
    for number in range(7):
        ledger.append(record(f"load-{number}"))
    ledger.settle(BACKFILL, "accepted", LATER)
    assert [one.seq for one in ledger.records()] == list(range(1, 15))
    assert len(ledger.accepted()) == 7


@pytest.mark.parametrize("status", ["accepted", "revoked"])
def test_nobody_decides_about_a_staged_load_alone(ledger: LoadLedger, status: Any) -> None:
    ledger.append(record("a"))
    with pytest.raises(
        DecisionRefused, match=f"belongs to backfill {BACKFILL}.*promote or discard"
    ):
        ledger.decide(record("a", status, override=override("a")))


def test_what_was_discarded_stays_so(ledger: LoadLedger) -> None:
    ledger.append(record("a"))
    ledger.settle(BACKFILL, "discarded", LATER)
    with pytest.raises(DecisionRefused, match=r"was discarded with backfill.*final"):
        ledger.decide(record("a", "accepted", override=override("a")))
