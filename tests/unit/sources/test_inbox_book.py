"""In which order the files of an inbox count, and how little of them planning reads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.core.clock import Clock
from shortdrama.core.errors import PermanentError, SchemaError
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.ingest.conform import conform
from shortdrama.lake import documents, keys
from shortdrama.lake.inbox_book import InboxBook
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import Listed, ObjectStore
from shortdrama.sources.files.workbook import MAX_BYTES, WorkbookRefused
from shortdrama.sources.inbox import due_files

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
CLOCK = Clock(NOW)
HOUR = timedelta(hours=1)


def listed(key: str, hours_ago: float = 1, etag: str = "a") -> Listed:
    return Listed(key, etag, 10, NOW - hours_ago * HOUR)


def order(book: InboxBook) -> list[str]:
    return sorted(book.files, key=lambda key: book.files[key].uploaded_at)


def test_files_count_in_the_order_of_their_upload_never_of_their_names() -> None:
    book = InboxBook().with_listed([listed("a", 1), listed("b", 3), listed("c", 2)], NOW)
    assert order(book) == ["b", "c", "a"]


def test_a_restore_changes_nothing_in_the_book() -> None:
    book = InboxBook().with_listed([listed("a", 3), listed("b", 2)], NOW)
    restored = [listed("a", -1), listed("b", -2)]
    assert book.with_listed(restored, NOW + 3 * HOUR) is book


def test_a_file_seen_later_counts_later_even_if_the_store_says_otherwise() -> None:
    book = InboxBook().with_listed([listed("a", 1)], NOW)
    book = book.with_listed([listed("a", 1), listed("b", 9)], NOW + HOUR)
    assert order(book) == ["a", "b"]


def test_files_of_the_same_instant_get_the_same_time() -> None:
    book = InboxBook().with_listed([listed("a", 1), listed("b", 1)], NOW)
    assert len({seen.uploaded_at for seen in book.files.values()}) == 1


def test_a_frozen_clock_keeps_the_order() -> None:
    book = InboxBook().with_listed([listed("a", -5), listed("b", -6)], NOW)
    assert order(book) == ["a", "b"]
    assert min(seen.uploaded_at for seen in book.files.values()) == NOW


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-3, 9), st.sampled_from("xyz"))))
def test_a_time_is_never_taken_back(steps: list[tuple[str, int, str]]) -> None:
    book = InboxBook()
    for key, hours_ago, etag in steps:
        known = book.seen(listed(key, hours_ago, etag))
        before = book.newest_at
        book = book.with_listed([listed(key, hours_ago, etag)], NOW)
        seen = book.seen(listed(key, hours_ago, etag))
        assert seen is not None
        assert known is None or seen == known
        assert known is not None or before is None or seen.uploaded_at > before


@pytest.fixture
def reads(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by every file of an inbox that is read."""
    read: list[str] = []
    get = store.get

    def counted(key: str) -> bytes:
        if key.startswith("inbox/"):
            read.append(key)
        return get(key)

    monkeypatch.setattr(store, "get", counted)
    return read


def decide(store: ObjectStore, pull_id: str, window: Any) -> None:
    LoadLedger(store, FORECASTS.id).append(
        LoadRecord(
            load_id=pull_id, pull_id=pull_id, dataset=FORECASTS.id, status="quarantined", key="k",
            sha256="s", rows=0, coverage={"window": window}, said_at=NOW, decided_at=NOW,
            is_sample=False,
        )
    )  # fmt: skip


DAY = {"start": NOW.date(), "end": NOW.date()}


def test_a_file_is_read_once_and_a_decided_one_never(store: ObjectStore, reads: list[str]) -> None:
    for number in range(3):
        store.put(f"inbox/omdia/{number}.xlsx", b"PK%d" % number)
    due = due_files(store, "omdia", CLOCK)
    assert len(reads) == len(due) == 3
    decide(store, due[0].pull_id, DAY)
    assert len(due_files(store, "omdia", CLOCK)) == 2
    assert len(due_files(store, "omdia", CLOCK)) == 2
    assert len(reads) == 3


def test_what_an_older_release_decided_is_read_once_more_and_stays_decided(
    store: ObjectStore, reads: list[str]
) -> None:
    store.put("inbox/omdia/a.xlsx", b"PK")
    (request,) = due_files(store, "omdia", CLOCK)
    decide(store, request.pull_id, DAY)
    store.delete(keys.inbox_book("omdia"))
    assert due_files(store, "omdia", CLOCK) == due_files(store, "omdia", CLOCK) == []
    assert len(reads) == 2


def test_oldest_upload_first(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        store.put(f"inbox/omdia/{name}.xlsx", name.encode())
    found = [Listed(f"inbox/omdia/{n}.xlsx", n, 1, NOW - h * HOUR) for n, h in (("a", 1), ("b", 2))]
    monkeypatch.setattr(store, "listed", lambda _: iter(found))
    due = due_files(store, "omdia", CLOCK)
    assert [request.inbox_key for request in due] == ["inbox/omdia/b.xlsx", "inbox/omdia/a.xlsx"]


@pytest.mark.parametrize(
    "name",
    ["~$forecast.xlsx", ".~lock.forecast.xlsx#", ".DS_Store", "._forecast.xlsx", "empty.xlsx"],
)
def test_what_programs_leave_behind_is_passed_over(store: ObjectStore, name: str) -> None:
    store.put(f"inbox/omdia/{name}", b"" if name.startswith("empty") else b"x")
    assert due_files(store, "omdia", CLOCK) == []


def test_layouts_are_no_workbooks(store: ObjectStore) -> None:
    store.put("inbox/omdia/layouts/house.json", b"{}")
    assert due_files(store, "omdia", CLOCK) == []


def test_too_large_a_file_is_refused_without_a_download(
    store: ObjectStore, settings, pull, reads: list[str]
) -> None:
    store.put("inbox/omdia/film.xlsx", bytes(MAX_BYTES + 1))
    (request,) = due_files(store, "omdia", CLOCK)
    landed = pull(request, settings)
    assert reads == []
    with pytest.raises(SchemaError, match=r"^film\.xlsx: the file has 20,971,521 bytes"):
        conform(landed, settings.s3, store)


def test_a_file_that_was_replaced_meanwhile_waits_for_the_next_run(
    store: ObjectStore, settings, pull
) -> None:
    store.put("inbox/omdia/a.xlsx", b"one")
    (request,) = due_files(store, "omdia", CLOCK)
    store.put("inbox/omdia/a.xlsx", b"two")
    with pytest.raises(PermanentError, match="was replaced while it was taken"):
        pull(request, settings)
    assert due_files(store, "omdia", CLOCK)[0].run_key != request.run_key


def test_the_book_forgets_nothing_when_two_plan_at_once(store: ObjectStore) -> None:
    store.put("inbox/omdia/a.xlsx", b"one")
    due_files(store, "omdia", CLOCK)
    store.put("inbox/omdia/b.xlsx", b"two")
    due_files(store, "omdia", CLOCK)
    book = documents.get(InboxBook, store, keys.inbox_book("omdia"))
    assert set(book.files) == {"inbox/omdia/a.xlsx", "inbox/omdia/b.xlsx"}


def test_a_fault_of_the_reader_is_a_refusal_of_the_file(
    store: ObjectStore, settings, pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("shortdrama.sources.omdia.forecasts.parse_workbook", fail)
    store.put("inbox/omdia/a.xlsx", b"PK")
    landed = pull(*due_files(store, "omdia", CLOCK), settings)
    with pytest.raises(WorkbookRefused, match=r"^a\.xlsx: the reader met .*ZeroDivisionError"):
        conform(landed, settings.s3, store)
