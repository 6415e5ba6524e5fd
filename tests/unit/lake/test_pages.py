"""A long ledger: what an access costs, what a page is worth, and what old code makes of it.

What can happen to a ledger of pages:
1. a writer is killed before or after it has written a page, before the head names it
2. the head was written and the answer lost: the writer sees a conflict with itself
3. two writers fill the same page, or two lists of several records, at once
4. a list from before there were pages: empty, just a page long, longer; killed on the way
5. code from before meets a head with pages
6. a load of long ago is replayed, in between loads of today; its page is searched for both
7. a person decides about a load whose record is on an old page; the newest record is elsewhere
8. the clock goes back, several loads have one instant, ids begin with none
9. a page is gone, changed, or of a newer form
10. one commit has a load twice, more records than a page, none at all, or one refused decision
(1 to 4, 7, 8 and 10 are what `test_ledger_machine.py` mixes)
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from memory_store import Interruption, Killed, MemoryStore
from shortdrama.core.errors import DamagedDocument, DecisionRefused, NewerDocument
from shortdrama.core.windows import Window
from shortdrama.lake import keys, pages
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.pages import PAGE_RECORDS
from shortdrama.lake.store import dump_json

DATASET = "appfigures.estimates"
HEAD = keys.load_ledger(DATASET)
START = datetime(2020, 1, 1, tzinfo=UTC)
DAY = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))


def record(number: int, revision: int = 1, **changes: Any) -> LoadRecord:
    """A load a day."""
    said_at = START + timedelta(days=number)
    load_id = keys.load_id(said_at, f"{number:012x}", revision)
    return LoadRecord(
        load_id=load_id, pull_id="p", dataset=DATASET, status="accepted", key=f"raw/{load_id}",
        sha256="0", rows=1, coverage=Coverage(window=DAY), said_at=said_at, decided_at=said_at,
        is_sample=True,
    ).model_copy(update=changes)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_page_was_read() -> None:
    pages._page.cache_clear()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def ledger(store: MemoryStore) -> LoadLedger:
    return LoadLedger(store, DATASET)


@pytest.fixture
def long(ledger: LoadLedger, store: MemoryStore) -> LoadLedger:
    """Eight pages, and ten records more."""
    ledger.append_all([record(number) for number in range(8 * PAGE_RECORDS + 10)])
    forget(store)
    return ledger


def forget(store: MemoryStore) -> None:
    """A new process: nothing was read or written by it yet."""
    pages._page.cache_clear()
    store.reads.clear()
    store.writes.clear()


def pages_in(store: MemoryStore) -> set[str]:
    return {key for key in store.objects if key.startswith(f"ops/ledger/{DATASET}/")}


def test_several_records_are_one_commit(ledger: LoadLedger, store: MemoryStore) -> None:
    given = [record(number) for number in range(3 * PAGE_RECORDS + 1)]
    stand = ledger.append_all(given)
    assert [one.seq for one in stand] == list(range(1, len(given) + 1))
    assert ledger.records() == stand
    assert store.writes[-1] == HEAD
    assert store.writes.count(HEAD) == 1
    assert set(store.writes[:-1]) == pages_in(store)
    assert len(pages_in(store)) == 3


def test_an_append_reads_and_writes_the_head_alone(long: LoadLedger, store: MemoryStore) -> None:
    long.append(record(10_000))
    assert (store.reads, store.writes) == ([HEAD], [HEAD])


def test_a_full_head_is_sealed_before_it_is_replaced(long: LoadLedger, store: MemoryStore) -> None:
    long.append_all([record(5000 + number) for number in range(PAGE_RECORDS - 10)])
    forget(store)
    before = pages_in(store)
    long.append(record(10_000))
    (page,) = pages_in(store) - before
    assert store.writes == [page, HEAD]
    assert len(json.loads(store.objects[HEAD])["records"]) == 1


@pytest.mark.parametrize("number", [0, PAGE_RECORDS - 1, 1000, 8 * PAGE_RECORDS - 1])
def test_an_old_load_is_found_on_the_one_page_that_may_hold_it(
    long: LoadLedger, store: MemoryStore, number: int
) -> None:
    assert long.find(record(number).load_id).seq == number + 1
    assert len(store.reads) == 2
    forget(store)
    assert long.append(record(number, status="quarantined")).status == "accepted"
    assert len(store.reads) == 2
    assert store.writes == []


def test_what_was_never_loaded_is_looked_for_on_one_page_at_most(
    long: LoadLedger, store: MemoryStore
) -> None:
    assert long.find(record(1000, revision=2).load_id) is None
    assert long.find("20991231T000000Z-later") is None
    assert long.find("19991231T000000Z-before") is None
    assert len(store.reads) == 4


def test_a_replay_of_long_ago_does_not_make_its_page_a_suspect_for_all_loads(
    long: LoadLedger, store: MemoryStore
) -> None:
    replay = long.append(record(3, revision=2))
    long.append_all([record(6000 + number) for number in range(PAGE_RECORDS)])
    forget(store)
    assert long.find(replay.load_id) == replay
    assert len(store.reads) == 3, "the head, the page of 2020, and that of the replay"
    forget(store)
    assert long.find(record(1000).load_id) is not None
    assert len(store.reads) == 2


def test_a_decision_about_an_old_load_stands_however_far_back_it_is(
    long: LoadLedger, store: MemoryStore
) -> None:
    revoked = long.decide(record(5, status="revoked"))
    long.append_all([record(6000 + number) for number in range(2 * PAGE_RECORDS)])
    forget(store)
    assert [one.status for one in long.history(revoked.load_id)] == ["accepted", "revoked"]
    assert long.find(revoked.load_id) == revoked
    assert revoked.load_id not in {one.load_id for one in long.accepted()}
    with pytest.raises(DecisionRefused, match="revoked already"):
        long.decide(record(5, status="revoked"))


def test_one_refused_decision_of_several_leaves_all_as_they_are(
    long: LoadLedger, store: MemoryStore
) -> None:
    with pytest.raises(DecisionRefused, match="not decided yet"):
        long.decide_all([record(5, status="revoked"), record(99_999, status="revoked")])
    assert store.writes == []


def test_nothing_to_commit_writes_nothing(ledger: LoadLedger, store: MemoryStore) -> None:
    assert ledger.append_all([]) == ledger.decide_all([]) == []
    assert store.objects == {}


def test_a_page_is_read_once_by_a_process(long: LoadLedger, store: MemoryStore) -> None:
    first = long.records()
    assert len(store.reads) == 9
    assert LoadLedger(store, DATASET).records() == first
    assert store.reads[9:] == [HEAD]


def test_kept_pages_are_bounded() -> None:
    assert pages._page.cache_parameters()["maxsize"] == pages.KEPT_PAGES


@pytest.mark.parametrize("length", [0, 1, PAGE_RECORDS, PAGE_RECORDS + 1, 3 * PAGE_RECORDS])
def test_a_list_from_before_there_were_pages_gets_them_at_the_first_append(
    ledger: LoadLedger, store: MemoryStore, length: int
) -> None:
    before = [record(n).model_copy(update={"seq": n + 1}) for n in range(length)]
    store.objects[HEAD] = dump_json([one.model_dump(mode="json") for one in before])
    assert ledger.records() == before
    added = ledger.append(record(9999))
    assert added.seq == length + 1
    assert ledger.records() == [*before, added]
    assert len(pages_in(store)) == length // PAGE_RECORDS


def test_a_writer_that_was_killed_leaves_a_page_that_the_next_one_uses(
    long: LoadLedger, store: MemoryStore
) -> None:
    long.append_all([record(5000 + number) for number in range(PAGE_RECORDS - 10)])
    before = long.records()
    store.interruption = Interruption(1, "killed after")
    with pytest.raises(Killed) as killed:
        long.append(record(10_000))
    assert killed.value.key in pages_in(store)
    assert long.records() == before
    long.append(record(10_001))
    assert len(long.records()) == len(before) + 1
    assert len(pages_in(store)) == 9


def test_the_page_of_a_slower_writer_is_ignored(long: LoadLedger, store: MemoryStore) -> None:
    several = [record(5000 + number) for number in range(PAGE_RECORDS)]
    faster = record(9000)
    store.interruption = Interruption(2, lambda: long.append(faster))
    long.append_all(several)
    assert [one.load_id for one in long.records()[-PAGE_RECORDS - 1 :]] == [
        faster.load_id, *(one.load_id for one in several)
    ]  # fmt: skip
    assert len(pages_in(store)) == 10, "one of them is named by no head"


@pytest.mark.parametrize(
    ("body", "why"), [(None, "it is gone"), (b'{"records": []}', "not those that the ledger")]
)
def test_a_damaged_page_is_named_and_others_are_read_as_before(
    long: LoadLedger, store: MemoryStore, body: bytes | None, why: str
) -> None:
    first = json.loads(store.objects[HEAD])["sealed"][0]["sha256"]
    page = keys.ledger_page(DATASET, first)
    del store.objects[page]
    if body is not None:
        store.objects[page] = body
    for read in (long.records, lambda: long.find(record(5).load_id)):
        with pytest.raises(DamagedDocument, match=rf"{page} cannot be used: .*{why}.*backup"):
            read()
    assert long.find(record(1000).load_id) is not None
    assert long.append(record(10_000)).seq == 8 * PAGE_RECORDS + 11


def test_a_head_of_a_newer_form_is_refused_and_left(ledger: LoadLedger, store: MemoryStore) -> None:
    store.objects[HEAD] = newer = b'{"schema_version": 4, "volumes": []}'
    for touch in (ledger.records, lambda: ledger.append(record(1))):
        with pytest.raises(NewerDocument, match=r"appfigures\.estimates\.json has form 4"):
            touch()
    assert store.objects == {HEAD: newer}


def appended_by_code_from_before(store: MemoryStore, added: LoadRecord) -> None:
    """`LoadLedger.append` of commit 7629bca."""

    def change(document: Any) -> Any:
        entries = document or []
        if any(entry["load_id"] == added.load_id for entry in entries):
            return None
        numbered = added.model_copy(update={"seq": len(entries) + 1})
        return [*entries, numbered.model_dump(mode="json")]

    store.update_json(HEAD, change)


def test_code_from_before_fails_at_a_head_with_pages_and_leaves_it(
    ledger: LoadLedger, store: MemoryStore
) -> None:
    appended_by_code_from_before(store, record(1))
    ledger.append(record(2))
    before = store.objects[HEAD]
    with pytest.raises(TypeError):
        appended_by_code_from_before(store, record(3))
    assert store.objects[HEAD] == before


def test_code_from_before_that_has_read_the_list_already_loses_the_race(
    ledger: LoadLedger, store: MemoryStore
) -> None:
    appended_by_code_from_before(store, record(1))
    store.interruption = Interruption(1, lambda: ledger.append(record(2)))
    with pytest.raises(TypeError):
        appended_by_code_from_before(store, record(3))
    assert [one.seq for one in ledger.records()] == [1, 2]
