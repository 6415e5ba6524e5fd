"""`appfigures.products`: the account's products, each with the app it belongs to."""

from collections.abc import Mapping

import duckdb

from shortdrama.core.settings import AppfiguresSettings, Settings
from shortdrama.core.windows import Window
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.appfigures.client import client, read_page
from shortdrama.sources.connector import Connector, PullRequest
from shortdrama.sources.http import Call
from shortdrama.sources.pages import land_pages

PAGE_SIZE = 100

APPS_ALONE = "types:app"
"""Purchases inside of apps are products too. Releases of the vendor's client name this filter in
two ways; the one that the API does not know is passed over."""

MEMBERS = {"expand": "unified-app-intelligence-metadata-minimal", "precision": "4"}
"""What the vendor's client asks for when it searches unified apps, less the estimates."""


def connector(settings: Settings, store: ObjectStore) -> Connector:  # noqa: ARG001 - asks by itself
    """The way in, with the account's token."""
    return Products(settings.appfigures)


class Products:
    """`appfigures.products`: the account's products, each with the app it belongs to."""

    def __init__(self, settings: AppfiguresSettings) -> None:
        self._client = client(settings)

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """All pages of the products and of the unified apps. Two routes, ~10 calls."""
        parts = [
            *self._pages(
                "products/mine",
                {"filter": APPS_ALONE, "products": APPS_ALONE},
                "product",
                request,
                landing,
            ),
            *self._pages("unified-apps/search", MEMBERS, "unified_app", request, landing),
        ]
        day = min(part.said_at for part in parts).date()
        return Coverage(window=Window(start=day, end=day)), parts

    def _pages(
        self,
        path: str,
        asked: Mapping[str, str],
        kind: str,
        request: PullRequest,
        landing: Landing,
    ) -> list[Part]:
        def call_of(page: int) -> Call:
            params = {**asked, "page": str(page), "count": str(PAGE_SIZE)}
            return Call(path, params, context={"kind": kind})

        parts, _ = land_pages(self._client, call_of, read_page, landing, f"{request}, {path}")
        return parts


def prepare(connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull) -> None:
    """Relations `product_pages` and `unified_pages` (results, filename)."""
    strict.prepare(connection, store, pull.parts)
    for relation, kind in (("product_pages", "product"), ("unified_pages", "unified_app")):
        parts = [part for part in pull.parts if part.context["kind"] == kind]
        strict.json_relation(
            connection, store, relation, parts, {"results": "JSON[]"}, "unstructured"
        )
