"""What a ledger consists of: a head that changes, and sealed pages that never do.

The head holds the newest records itself and names the pages before them. A full page becomes an
object of its own, named by the digest of its bytes, and is written before the head that names it.
So an append reads and writes only the head, however long the history is. If a writer is killed in
between, it leaves a page that no head names and nobody reads.
"""

import gc
import hashlib
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import chain, groupby
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import DamagedDocument
from shortdrama.lake import keys
from shortdrama.lake.documents import Document
from shortdrama.lake.records import LoadRecord
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.lake.warned import structured

PAGE_RECORDS = 250
"""How many records the head holds before a page is sealed, and how many a page has."""
KEPT_PAGES = 400
"""Pages that a process keeps; 100,000 records take about 300 MB."""
KEPT_SUMMARIES = 4000
"""Summaries of pages that a process keeps, of all datasets together."""
READERS = 8

S = TypeVar("S")


def _as_it_was(document: dict[str, Any]) -> dict[str, Any]:
    """The next form only adds loads of backfills, which older software would not hold back."""
    return document


class Page(Document):
    """Records that follow one another in a ledger."""

    upgrades = (_as_it_was,)
    schema_version: Literal[2] = 2
    records: tuple[LoadRecord, ...]

    @property
    def body(self) -> bytes:
        """JSON without blanks: a history has hundreds of pages, and no person reads them."""
        return self.model_dump_json().encode()


class SealedPage(BaseModel):
    """What the head says about a page: the digest of its object, and which loads it may hold.

    `spans` are the smallest and the largest load id of each month that its ids begin with: by
    month, because a replay of a very old load may be on a page with loads of today.
    """

    model_config = ConfigDict(frozen=True)

    sha256: str
    count: int
    spans: tuple[tuple[str, str], ...]

    def may_hold(self, load_ids: Sequence[str]) -> bool:
        """Whether a record of one of the loads can be on the page; the ids are sorted."""
        for first, last in self.spans:
            place = bisect_left(load_ids, first)
            if place < len(load_ids) and load_ids[place] <= last:
                return True
        return False


def _from_list(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Form 1 was the list of all records; in some of them a warning is only its text."""
    return {
        "records": [
            {**record, "warnings": structured(record.get("warnings", []))} for record in records
        ]
    }


class Head(Document):
    """The first object of a ledger: its sealed pages, oldest first, and its newest records."""

    upgrades = (_from_list, _as_it_was)
    schema_version: Literal[3] = 3
    sealed: tuple[SealedPage, ...] = ()
    records: tuple[LoadRecord, ...] = ()

    @property
    def count(self) -> int:
        """How many records the ledger has."""
        return sum(page.count for page in self.sealed) + len(self.records)

    def with_records(self, added: Iterable[LoadRecord]) -> Self:
        """The head with more records, maybe more than it may hold: see `seal`."""
        return self.model_copy(update={"records": (*self.records, *added)})


def seal(head: Head, store: ObjectStore, dataset: str) -> Head:
    """The head with at most a page's records of its own; the others are on sealed pages.

    Where a page ends depends only on the records before it, so that two writers of the same history
    write the same pages.
    """
    sealed, records = list(head.sealed), head.records
    while len(records) > PAGE_RECORDS:
        page, records = Page(records=records[:PAGE_RECORDS]), records[PAGE_RECORDS:]
        body = page.body
        digest = hashlib.sha256(body).hexdigest()
        store.put(keys.ledger_page(dataset, digest), body, content_type="application/json")
        sealed.append(SealedPage(sha256=digest, count=PAGE_RECORDS, spans=_spans(page.records)))
    return head.model_copy(update={"sealed": tuple(sealed), "records": records})


def all_records(head: Head, store: ObjectStore, dataset: str) -> list[LoadRecord]:
    """The records of the whole ledger, oldest first."""
    return [*_read(head.sealed, store, dataset), *head.records]


def summaries(
    head: Head, store: ObjectStore, dataset: str, summarise: Callable[[Sequence[LoadRecord]], S]
) -> list[S]:
    """What `summarise` says about each page, and last about the head's own records; oldest first.

    For a process that lives long and asks often: it keeps the summary of a sealed page, but not the
    page. `summarise` must be a function of a module, so that it is the same at the next call.
    """
    of_page = partial(_summary, summarise, store, dataset)
    with _collector_paused(), ThreadPoolExecutor(READERS) as pool:
        sealed = list(pool.map(of_page, (page.sha256 for page in head.sealed)))
    return [*sealed, summarise(head.records)]


def records_of(
    head: Head, store: ObjectStore, dataset: str, load_ids: Collection[str]
) -> list[LoadRecord]:
    """The records of some loads, oldest first; only pages that may hold them are read."""
    wanted, ordered = frozenset(load_ids), sorted(load_ids)
    pages = [page for page in head.sealed if page.may_hold(ordered)]
    records = chain(_read(pages, store, dataset), head.records)
    return [record for record in records if record.load_id in wanted]


def _spans(records: Iterable[LoadRecord]) -> tuple[tuple[str, str], ...]:
    ids = sorted(record.load_id for record in records)
    months = (list(month) for _, month in groupby(ids, key=lambda load_id: load_id[:6]))
    return tuple((month[0], month[-1]) for month in months)


def _read(pages: Iterable[SealedPage], store: ObjectStore, dataset: str) -> Iterable[LoadRecord]:
    read = partial(_page, store, dataset)
    with _collector_paused(), ThreadPoolExecutor(READERS) as pool:
        return chain.from_iterable(pool.map(read, (page.sha256 for page in pages)))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Run without Python's garbage collector: it takes longer than reading and finds nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@lru_cache(KEPT_SUMMARIES)
def _summary(
    summarise: Callable[[Sequence[LoadRecord]], S], store: ObjectStore, dataset: str, digest: str
) -> S:
    return summarise(_get(store, dataset, digest))


@lru_cache(KEPT_PAGES)
def _page(store: ObjectStore, dataset: str, digest: str) -> tuple[LoadRecord, ...]:
    return _get(store, dataset, digest)


def _get(store: ObjectStore, dataset: str, digest: str) -> tuple[LoadRecord, ...]:
    key = keys.ledger_page(dataset, digest)
    try:
        body = store.get(key)
    except NotFound:
        raise DamagedDocument(key, f"the ledger of {dataset} names it, but it is gone") from None
    if hashlib.sha256(body).hexdigest() != digest:
        raise DamagedDocument(key, "its bytes are not those that the ledger sealed")
    return Page.read(body, key).records
