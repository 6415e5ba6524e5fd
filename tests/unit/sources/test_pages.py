"""How lists end: at their end, or with an error that says which page."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hostile.server import said, serving
from shortdrama.core.clock import Clock
from shortdrama.core.errors import PermanentError, SchemaError, SourceError, TransientError
from shortdrama.core.settings import AppfiguresSettings
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.lake.landing import Landing
from shortdrama.sources.appfigures.client import client, read_page
from shortdrama.sources.http import ATTEMPTS, Call
from shortdrama.sources.pages import MOST_PAGES, Page, land_pages, parsed

A, B, C = [{"id": 1}, {"id": 2}], [{"id": 3}, {"id": 4}], [{"id": 5}]


def page(entries: Any, pages: Any = 3, **resultset: Any) -> dict[str, Any]:
    return {"results": entries, "metadata": {"resultset": {"total_pages": pages, **resultset}}}


Listing = Callable[..., list[Any]]


@pytest.fixture
def listing(store: Any, monkeypatch: pytest.MonkeyPatch) -> Listing:
    """The entries of a list whose pages are given, the last one again and again."""
    monkeypatch.setattr("shortdrama.sources.http.polite_wait", lambda _: 0.0)

    def read(*pages: Any, run: str = "pull", read: Any = read_page) -> list[Any]:
        def answer(head: bytes) -> list[bytes]:
            number = int(head.split(b"page=")[1].split()[0])
            read_of.asked.append(number)
            told = pages[min(number, len(pages)) - 1]
            return [said(json.dumps(told(number) if callable(told) else told).encode())]

        read_of.asked = []
        landing = Landing(store, PRODUCTS.id, run, Clock(datetime(2026, 2, 25, 8, tzinfo=UTC)))
        with serving(answer) as server:
            of = client(AppfiguresSettings(base_url=server.url))
            parts, entries = land_pages(
                of, lambda number: Call("list", {"page": str(number)}), read, landing, "about"
            )
        assert len(parts) == len({part.key for part in parts})
        return entries

    read_of: Any = read
    return read_of


def test_a_list_ends_at_its_last_page(listing) -> None:
    assert listing(page(A), page(B), page(C)) == A + B + C
    assert listing.asked == [1, 2, 3]


def test_a_list_ends_at_its_total_whatever_the_number_of_pages(listing) -> None:
    assert listing(page(A, 10**9, total_count=4), page(B, 10**9, total_count=4)) == A + B
    assert listing.asked == [1, 2]


@pytest.mark.parametrize("pages", [0, 1])
def test_an_empty_list_is_one_page(listing, pages) -> None:
    assert listing(page([], pages)) == []
    assert listing.asked == [1]


def without_total(text: bytes, about: str) -> Page:
    answer = parsed(text, about)
    return Page(entries=answer["results"], has_more=answer["metadata"]["resultset"]["total_pages"])


def test_a_list_that_only_says_that_there_is_more_ends_where_it_says_so(listing) -> None:
    assert listing(page(A, True), page(B, False), read=without_total) == A + B


@pytest.mark.parametrize(
    ("pages", "kind", "told", "asked"),
    [
        ([page(A), page(A)], TransientError, "about, page 2: it repeats", [1] + [2] * ATTEMPTS),
        ([page(A), page(B), page(A)], TransientError, "page 3: it repeats",
         [1, 2] + [3] * ATTEMPTS),
        ([page(A), page([])], TransientError, "page 2: it is empty", [1] + [2] * ATTEMPTS),
        ([page(A, MOST_PAGES + 1)], PermanentError, f"go on after page {MOST_PAGES}", [1]),
        ([page(A, 10**30)], PermanentError, f"go on after page {MOST_PAGES}", [1]),
        ([lambda n: page([{"id": n}], n + 1)], PermanentError,
         f"page {MOST_PAGES}: the list is said to go on", [*range(1, MOST_PAGES + 1)]),
        ([page(A, 1, total_count=3)], PermanentError, "hold 2 of 3", [1]),
        ([page(A, 1, total_count=1)], PermanentError, "hold 2 of 1", [1]),
    ],
    ids=["repeated", "repeated_later", "empty", "too_many", "far_too_many", "growing", "too_few",
         "too_many_entries"],
)  # fmt: skip
def test_a_list_that_cannot_end_ends_with_an_error_that_says_why(
    listing, pages, kind, told, asked
) -> None:
    with pytest.raises(kind, match=told):
        listing(*pages)
    # The server does not see a try that finds its kept connection closed; only tries are repeated.
    seen = (asked, asked[:-1]) if kind is TransientError else (asked,)
    assert listing.asked in seen


@pytest.mark.parametrize(
    "value", ["many", "3", 3.0, 2.5, None, True, [], {}, -1, float("nan")], ids=repr
)
@pytest.mark.parametrize("name", ["total_pages", "total_count"])
def test_a_number_of_pages_that_is_none_is_refused_before_anything_is_landed(
    listing, store, name, value
) -> None:
    if (name, value) == ("total_count", None):
        assert listing(page(A, 1, total_count=None)) == A
        return
    wrong = {"total_pages": 1, name: value}
    with pytest.raises(SchemaError, match=f"about, page 1: field metadata.resultset.{name} should"):
        listing(page(A, wrong["total_pages"], total_count=wrong.get("total_count")))
    assert list(store.list("landing/")) == []


def test_a_page_that_was_wrong_once_is_asked_again_by_the_next_try(listing) -> None:
    """A wrong page that was landed would be taken again and again for a day."""
    with pytest.raises(TransientError):
        listing(page(A), page(A))
    assert listing(page(A), page(B), page(C)) == A + B + C
    assert listing.asked == [2, 3]


@pytest.mark.parametrize(
    "answer", [[], {"results": 5}, {"results": []}, {"results": [], "metadata": []}, page(None)]
)
def test_something_else_than_a_page_is_refused(listing, answer) -> None:
    with pytest.raises(SourceError, match="something else than a page of results"):
        listing(answer)


@pytest.mark.parametrize("text", [b'{"a": 1, "a": 2}', b'[{"b": {"a": 1, "c": 0, "a": 1}}]'])
def test_a_field_that_comes_twice_is_refused_by_name(text) -> None:
    with pytest.raises(SchemaError, match="about: an object has the field 'a' twice"):
        parsed(text, "about")
