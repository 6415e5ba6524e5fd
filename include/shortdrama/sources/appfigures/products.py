"""`appfigures.products`: the account's products, each with the app it belongs to."""

import json

import duckdb

from shortdrama.core.errors import PermanentError
from shortdrama.core.settings import AppfiguresSettings, Settings
from shortdrama.core.windows import Window
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.appfigures.client import check_page, client, page_count
from shortdrama.sources.connector import Connector, PullRequest
from shortdrama.sources.http import Call

PAGE_SIZE = 100


def connector(settings: Settings, store: ObjectStore) -> Connector:  # noqa: ARG001 - asks by itself
    """The way in, with the account's token."""
    return Products(settings.appfigures)


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


def prepare(connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull) -> None:
    """Relations `product_pages` and `unified_pages` (results, filename)."""
    strict.prepare(connection, store, pull.parts)
    for relation, kind in (("product_pages", "product"), ("unified_pages", "unified_app")):
        parts = [part for part in pull.parts if part.context["kind"] == kind]
        strict.json_relation(
            connection, store, relation, parts, {"results": "JSON[]"}, "unstructured"
        )
