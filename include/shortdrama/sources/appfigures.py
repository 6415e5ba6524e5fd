"""Appfigures API v2: what all its routes share, and products.

Contract: docs.appfigures.com and the vendor's own command-line client. The routes, parameters and
error bodies that this speaks are listed in docs/sources.md.
"""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from shortdrama.config import AppfiguresSettings
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.errors import PermanentError, QuotaError, TransientError
from shortdrama.sources.http import ApiClient, Call, Refusal
from shortdrama.windows import Window

PAGE_SIZE = 100


def _message(body: str) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return "no readable reason"
    if not isinstance(answer, dict):
        return "no readable reason"
    return str(answer.get("message") or answer.get("error_description") or "no reason given")


def classify(refusal: Refusal, about: str) -> Exception:
    """The error that a refusal means. A bad token is a 403 here, a spent quota a 420."""
    status, said = refusal.status, _message(refusal.body)
    if status == 420:
        return QuotaError(
            f"{about}: Appfigures' daily quota is spent ({said}). It starts anew at 00:00 UTC;"
            " the next scheduled run pulls this window again"
        )
    if status == 401 or (status == 403 and "accesstoken invalid" in said.lower()):
        return PermanentError(
            f"{about}: Appfigures does not accept the token ({said}). Set a personal access token"
            " in SHORTDRAMA_APPFIGURES__TOKEN"
        )
    if status == 429 or status >= 500:
        return TransientError(
            f"{about}: Appfigures answered HTTP {status} ({said})", refusal.retry_after
        )
    return PermanentError(
        f"{about}: Appfigures refused the request, HTTP {status} ({said}). Check the account's"
        " plan and the request's parameters"
    )


def check_page(body: Path, about: str) -> None:
    """A page holds its results and says how many pages there are."""
    try:
        answer = json.loads(gzip.decompress(body.read_bytes()))
    except ValueError:
        raise TransientError(f"{about}: Appfigures' answer is cut off or no JSON") from None
    try:
        complete = isinstance(answer["results"], list) and page_count(answer) >= 0
    except (KeyError, TypeError):
        complete = False
    if not complete:
        raise PermanentError(
            f"{about}: Appfigures answered HTTP 200 with something else than a page of results;"
            " if it is no passing fault of theirs, mend the connector"
        )


def page_count(answer: dict[str, Any]) -> int:
    """How many pages there are, as each page says."""
    return int(answer["metadata"]["resultset"]["total_pages"])


def empty_as(body: bytes) -> Callable[[Refusal], bytes | None]:
    """Of a report: a refusal because no product matches is an empty answer, of this body."""

    def empty(refusal: Refusal) -> bytes | None:
        matches_nothing = "or empty product parameter" in _message(refusal.body).lower()
        return body if refusal.status == 400 and matches_nothing else None

    return empty


def client(
    settings: AppfiguresSettings,
    check: Callable[[Path, str], None],
    empty: Callable[[Refusal], bytes | None] = lambda _: None,
) -> ApiClient:
    """A session with the account's token; `check` and `empty` as of ApiClient."""
    return ApiClient(
        base_url=settings.base_url,
        token=settings.token,
        timeout_seconds=settings.timeout_seconds,
        classify=classify,
        check=check,
        empty=empty,
    )


class Products:
    """`appfigures.products`: the account's products, each with the app it belongs to."""

    def __init__(self, settings: AppfiguresSettings) -> None:
        self._client = client(settings, check_page)

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """All pages of the products and of the unified apps. Two routes, ~10 calls."""
        parts = [
            *self._pages("products/mine", "product", request, landing),
            *self._pages("unified-apps/search", "unified_app", request, landing),
        ]
        day = min(part.said_at for part in parts).date()
        return Coverage(window=Window(start=day, end=day)), parts

    def _pages(self, path: str, kind: str, request: PullRequest, landing: Landing) -> list[Part]:
        parts: list[Part] = []
        pages, listed = 1, 0
        while len(parts) < pages:
            page = len(parts) + 1
            call = Call(path, {"page": str(page), "count": str(PAGE_SIZE)}, context={"kind": kind})
            part = self._client.land(call, landing, f"{request}, {path} page {page}")
            parts.append(part)
            answer = json.loads(landing.read(part))
            pages = page_count(answer)
            listed += len(answer["results"])
        total = answer["metadata"]["resultset"].get("total_count", listed)
        if listed != total:
            raise PermanentError(
                f"{request}, {path}: the pages hold {listed} of {total} entries; the list changed"
                " while it was read, or a page was lost. Trigger the DAG anew"
            )
        return parts

    def prepare(
        self, connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull
    ) -> None:
        """Relations `product_pages` and `unified_pages` (results, filename)."""
        strict.prepare(connection, store, pull.parts)
        for relation, kind in (("product_pages", "product"), ("unified_pages", "unified_app")):
            parts = [part for part in pull.parts if part.context["kind"] == kind]
            strict.json_relation(
                connection, store, relation, parts, {"results": "JSON[]"}, "unstructured"
            )
