from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.lake import keys, pages
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore

SAID_AT = datetime(2026, 2, 25, 8, tzinfo=UTC)
DAY = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))


def record(load_id: str, status: str = "accepted", **changes: Any) -> LoadRecord:
    return LoadRecord(
        load_id=load_id,
        pull_id="p",
        dataset=ESTIMATES.id,
        status=status,
        key=f"raw/{load_id}",
        sha256="0" * 64,
        rows=1,
        coverage=Coverage(window=DAY, countries=("ZZ", "US")),
        said_at=SAID_AT,
        decided_at=SAID_AT,
        is_sample=True,
        **changes,
    )


@pytest.fixture
def ledger(store: ObjectStore) -> LoadLedger:
    return LoadLedger(store, ESTIMATES.id)


def ids(records: list[LoadRecord]) -> list[str]:
    return [entry.load_id for entry in records]


def test_a_new_ledger_has_accepted_nothing(ledger: LoadLedger) -> None:
    assert ledger.accepted() == ledger.records() == []
    assert ledger.find("a") is None


def test_a_record_comes_back_as_it_was_entered(ledger: LoadLedger) -> None:
    stands = ledger.append(record("a", reasons=("said 短剧",)))
    assert stands == record("a", reasons=("said 短剧",), seq=1)
    assert ledger.find("a") == stands


def test_loads_are_numbered_in_the_order_of_their_commits(ledger: LoadLedger) -> None:
    for load_id in ("b", "a", "c"):
        ledger.append(record(load_id))
    assert [(entry.load_id, entry.seq) for entry in ledger.accepted()] == [
        ("b", 1),
        ("a", 2),
        ("c", 3),
    ]


def test_entering_a_load_twice_changes_nothing(ledger: LoadLedger, store: ObjectStore) -> None:
    first = ledger.append(record("a"))
    before = store.get(keys.load_ledger(ESTIMATES.id))
    assert ledger.append(record("a")) == first
    assert store.get(keys.load_ledger(ESTIMATES.id)) == before


@pytest.mark.parametrize(
    ("first", "second"), [("accepted", "quarantined"), ("quarantined", "accepted")]
)
def test_the_first_decision_stands(ledger: LoadLedger, first: str, second: str) -> None:
    ledger.append(record("a", first))
    assert ledger.append(record("a", second)).status == first
    assert [entry.status for entry in ledger.records()] == [first]


def test_of_two_verdicts_at_once_one_stands_for_both(ledger: LoadLedger) -> None:
    with ThreadPoolExecutor(8) as pool:
        stood = list(
            pool.map(
                lambda n: ledger.append(record("a", ("accepted", "quarantined")[n % 2])), range(8)
            )
        )
    assert len(set(stood)) == len(ledger.records()) == 1


@pytest.mark.parametrize("page", [2, pages.PAGE_RECORDS])
def test_loads_that_commit_at_once_are_all_kept_with_numbers_of_their_own(
    ledger: LoadLedger, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(pages, "PAGE_RECORDS", page)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: ledger.append(record(f"load-{n}")), range(12)))
    assert [entry.seq for entry in ledger.records()] == list(range(1, 13))
    assert set(ids(ledger.accepted())) == {f"load-{n}" for n in range(12)}


def test_a_quarantined_load_does_not_count(ledger: LoadLedger) -> None:
    ledger.append(record("good"))
    ledger.append(record("bad", "quarantined"))
    assert ids(ledger.accepted()) == ["good"]


def test_a_revoked_load_counts_no_longer_and_stays_on_record(ledger: LoadLedger) -> None:
    ledger.append(record("a"))
    ledger.append(record("b"))
    ledger.decide(record("a", "revoked"))
    assert ids(ledger.accepted()) == ["b"]
    assert [entry.status for entry in ledger.records() if entry.load_id == "a"] == [
        "accepted",
        "revoked",
    ]
    assert ledger.find("a").status == "revoked"


def test_each_dataset_has_a_ledger_of_its_own(ledger: LoadLedger, store: ObjectStore) -> None:
    ledger.append(record("a"))
    assert LoadLedger(store, PRODUCTS.id).records() == []
