"""`appfigures.ranks`: places in the stores' charts by product, country, chart and day.

All calls are planned before anything is asked, so that their cost is known.
"""

import duckdb

from shortdrama.core.errors import PermanentError
from shortdrama.core.settings import AppfiguresSettings, Settings
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.appfigures.client import client, empty_as
from shortdrama.sources.appfigures.product_list import ListProducts, chunks, listing
from shortdrama.sources.body import Body
from shortdrama.sources.connector import Connector, PullRequest, window_of
from shortdrama.sources.http import Call
from shortdrama.sources.pages import parsed

DAYS_PER_CALL = 28

DEEPEST_RANK = 400
"""Places that are asked for; whoever stands lower counts as not ranked."""

MOST_BYTES = 10_000_000
PAIRS_PER_CALL = 4_000
"""Products times countries of one call for ranks: its answer is one JSON object of some MB, and
DuckDB reads an object whole."""


def connector(settings: Settings, store: ObjectStore) -> Connector:
    """The way in, with the account's token."""
    return Ranks(settings.appfigures, listing(settings, store))


class Ranks:
    """`appfigures.ranks`: places in the stores' charts by product, country, chart and day.

    The route has no default for products: they are those of the newest accepted load.
    """

    def __init__(self, settings: AppfiguresSettings, list_products: ListProducts) -> None:
        nothing = empty_as(b'{"dates": [], "data": []}')
        self._client = client(settings, check_ranks, nothing, MOST_BYTES)
        self.countries = settings.countries
        self._list_products = list_products

    def calls(self, request: PullRequest) -> list[Call]:
        """One call per 28 days and chunk of products, for all countries."""
        countries = request.countries or self.countries
        most = max(1, PAIRS_PER_CALL // len(countries))
        runs = list(chunks(self._list_products(), ";", most))
        params = {
            "countries": ",".join(countries),
            "tz": "utc",
            "filter": str(DEEPEST_RANK),
        }
        return [
            Call(f"ranks/{ids}/daily/{days.start}/{days.end}", params, {"days": str(days)})
            for days in window_of(request).split(DAYS_PER_CALL)
            for ids in runs
        ]

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """All the calls; whoever is not in an answer, or null there, is not ranked."""
        window = window_of(request)
        parts = [
            self._client.land(call, landing, f"{request.dataset} {call.context['days']}")
            for call in self.calls(request)
        ]
        return Coverage(window=window, countries=request.countries or self.countries), parts


def prepare(connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull) -> None:
    """Relation `rank_answers` (dates, data, filename): an answer a row."""
    strict.prepare(connection, store, pull.parts)
    strict.json_relation(
        connection,
        store,
        "rank_answers",
        list(pull.parts),
        {"dates": "JSON[]", "data": "JSON[]"},
        "unstructured",
    )


def check_ranks(body: Body, about: str) -> int:
    """Ranks are one object: the days, and a list of series, which are counted."""
    answer = parsed(body.text(), about)
    if not isinstance(answer, dict) or not all(
        isinstance(answer.get(name), list) for name in ("dates", "data")
    ):
        raise PermanentError(
            f"{about}: Appfigures answered HTTP 200 with something else than ranks; if the"
            " vendor changed its format, fix the connector"
        )
    return len(answer["data"])
