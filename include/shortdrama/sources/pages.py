"""Lists that come page by page: read until they end, and never longer."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shortdrama.core.errors import PermanentError, SchemaError, TransientError
from shortdrama.lake.landing import Landing, Part
from shortdrama.sources.body import Body
from shortdrama.sources.http import ApiClient, Call

MOST_PAGES = 100
"""The longest list that is known has 10."""


@dataclass(frozen=True)
class Page:
    """One page: its entries, and how far the list goes, as far as the page says so.

    `pages` and `total` count the pages and entries of the whole list.
    """

    entries: list[Any]
    pages: int | None = None
    total: int | None = None
    has_more: bool = False

    @property
    def digest(self) -> str:
        """The same for pages with the same entries, whatever else they say."""
        return hashlib.sha256(json.dumps(self.entries, sort_keys=True).encode()).hexdigest()


Read = Callable[[bytes, str], Page]
"""A page from the text of an answer, and what the answer is about; raises SourceError."""


def land_pages(
    client: ApiClient,
    call_of: Callable[[int], Call],
    read: Read,
    landing: Landing,
    about: str,
) -> tuple[list[Part], list[Any]]:
    """All pages of a list, the first is 1, and all their entries; raises SourceError.

    A page that cannot be right (repeated, or empty in the middle) is not landed, so that a later
    try asks for it again.
    """
    so_far = _SoFar(read)
    parts: list[Part] = []
    goes_on = True
    while goes_on:
        told = f"{about}, page {so_far.next_page}"
        part = client.land(call_of(so_far.next_page), landing, told, so_far.check)
        parts.append(part)
        page = read(landing.read(part), told)
        goes_on = so_far.goes_on_after(page)
        so_far.take(page)
    if page.total not in (None, len(so_far.entries)):
        raise PermanentError(
            f"{about}: the pages hold {len(so_far.entries)} of {page.total} entries; the list"
            " changed while it was read, or a page was lost. Trigger the DAG again"
        )
    return parts, so_far.entries


@dataclass
class _SoFar:
    """The pages that were read, and what that means for the next one."""

    read: Read
    next_page: int = 1
    entries: list[Any] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)

    def take(self, page: Page) -> None:
        self.next_page += 1
        self.entries += page.entries
        self.digests.add(page.digest)

    def goes_on_after(self, page: Page) -> bool:
        """Whether another page follows this next one."""
        if page.total is not None and len(self.entries) + len(page.entries) >= page.total:
            return False
        return page.has_more or (page.pages is not None and self.next_page < page.pages)

    def check(self, body: Body, about: str) -> int:
        """Count a page's entries; raise if it ends the list in a way that cannot be right."""
        page = self.read(body.text(), about)
        goes_on = self.goes_on_after(page)
        # A total says more about the end than a number of pages.
        last = page.pages if page.total is None and page.pages else self.next_page + 1
        if goes_on and last > MOST_PAGES:
            raise PermanentError(
                f"{about}: the list is said to go on after page {MOST_PAGES}, and no more are"
                " read. If the source is right, change MOST_PAGES in sources/pages.py"
            )
        if page.entries and page.digest in self.digests:
            raise TransientError(f"{about}: it repeats the entries of an earlier page")
        if goes_on and not page.entries:
            raise TransientError(f"{about}: it is empty, but the list is said to go on")
        return len(page.entries)


def parsed(text: bytes, about: str) -> Any:
    """The value of a JSON text; raises TransientError when it is none."""
    try:
        return json.loads(text.decode("utf-8-sig"), object_pairs_hook=_unambiguous)
    except _SaidTwice as twice:
        raise SchemaError(
            f"{about}: an object has the field {str(twice)[:40]!r} twice; fix the connector"
        ) from None
    except ValueError:
        raise TransientError(f"{about}: the answer is cut off or no JSON") from None


class _SaidTwice(ValueError):
    """A field that an object has twice."""


def _unambiguous(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object. Of a field that comes twice DuckDB takes the first and Python the last."""
    found = dict(fields)
    if len(found) < len(fields):
        names = [name for name, _ in fields]
        raise _SaidTwice(next(name for name in names if names.count(name) > 1))
    return found


def count_in(value: Any, field: str, about: str) -> int:
    """A whole number from 0 on; raises SchemaError."""
    if type(value) is not int or value < 0:
        raise SchemaError(
            f"{about}: field {field} should be a whole number from 0 on, but is"
            f" {str(value)[:40]!r}; fix the connector"
        )
    return value
