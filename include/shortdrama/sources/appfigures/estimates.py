"""`appfigures.estimates`: downloads and revenue by product, country and day.

All calls are planned before anything is asked, so that their cost is known.
"""

import duckdb

from shortdrama.core.errors import PermanentError
from shortdrama.core.settings import AppfiguresSettings, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.model import WORLD
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.appfigures.client import client, empty_as
from shortdrama.sources.appfigures.product_list import ListProducts, chunks, listing
from shortdrama.sources.body import Body
from shortdrama.sources.connector import Connector, PullRequest, window_of
from shortdrama.sources.http import Call

MOST_BYTES = 256_000_000
"""Of one answer: 5,000 products on 92 days are about 50 MB."""

FLAT_FIELDS = ("product_id", "start_date", "downloads", "revenue", "rollup")


def connector(settings: Settings, store: ObjectStore) -> Connector:
    """The way in, with the account's token."""
    return Estimates(settings.appfigures, listing(settings, store))


class Estimates:
    """`appfigures.estimates`: downloads and revenue by product, country and day.

    Two pivots a call, as the vendor's own client sends: product × date, one call for the world
    and one per country. The body names neither country nor currency: the request and the header
    `x-currency` do.
    """

    def __init__(self, settings: AppfiguresSettings, list_products: ListProducts) -> None:
        self._client = client(settings, check_rows, empty_as(b"[]"), MOST_BYTES)
        self.countries = (WORLD, *settings.countries)
        self._list_products = list_products if settings.products == "listed" else None

    def calls(self, request: PullRequest) -> list[Call]:
        """For the world and each country one call, or one per chunk of the listed products."""
        window = window_of(request)
        names: list[dict[str, str]] = [{}]
        if self._list_products is not None:
            names = [{"products": chunk} for chunk in chunks(self._list_products(), ",")]
        return [
            _estimates_call(window, country, name)
            for country in self._asked(request)
            for name in names
        ]

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """All the calls; whoever the vendor leaves out of an answer has no estimate."""
        window = window_of(request)
        parts = [
            self._client.land(call, landing, f"{request}, {call.context['country_code']}")
            for call in self.calls(request)
        ]
        return Coverage(window=window, countries=self._asked(request)), parts

    def _asked(self, request: PullRequest) -> tuple[str, ...]:
        return request.countries or self.countries


def _estimates_call(window: Window, country: str, products: dict[str, str]) -> Call:
    params = {
        "start_date": window.start.isoformat(),
        "end_date": window.end.isoformat(),
        "group_by": "product,date",
        "granularity": "daily",
        "format": "flat",
        **products,
    }
    if country != WORLD:
        params["countries"] = country
    return Call("reports/estimates", params, context={"country_code": country})


def prepare(connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull) -> None:
    """Relation `answers`: the flat rows as sent, and the part each is from."""
    strict.prepare(connection, store, pull.parts)
    strict.json_relation(
        connection,
        store,
        "answers",
        list(pull.parts),
        dict.fromkeys(FLAT_FIELDS, "JSON"),
        "array",
    )


def check_rows(body: Body, about: str) -> int:
    """Estimates are one list of flat rows, which are counted; its beginning tells what it is."""
    if body.opening != b"[":
        raise PermanentError(
            f"{about}: Appfigures answered HTTP 200 with something else than a list of estimates"
            f" (it begins with {body.opening.decode(errors='replace')!r}); if the vendor changed"
            " its format, fix the connector"
        )
    return body.objects
