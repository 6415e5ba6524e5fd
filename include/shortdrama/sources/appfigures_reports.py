"""Appfigures' reports on any product: estimates and ranks.

Both are planned before anything is asked, so that their cost is known. A pull covers its window
and countries for the products that it asks about.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import duckdb

from shortdrama.config import AppfiguresSettings
from shortdrama.datasets import WORLD
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.appfigures import client, empty_as
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.errors import PermanentError, TransientError
from shortdrama.sources.http import Call
from shortdrama.windows import Window

FLAT_FIELDS = ("product_id", "start_date", "downloads", "revenue", "rollup")

LONGEST_IDS = 3_500
"""Characters of a call's product ids, so that the whole URL stays under 4 kB."""

RANKS_DAYS = 28
"""Days of one call for ranks."""

DEEPEST_RANK = 400
"""Places that are asked for; whoever stands lower counts as not ranked."""

PAIRS_PER_CALL = 4_000
"""Products times countries of one call for ranks: its answer is one JSON object of some MB, and
DuckDB reads an object whole."""

ListProducts = Callable[[], Sequence[int]]
"""Gives the product ids to ask about, ascending; raises SourceError when it cannot."""


def check_rows(body: Path, about: str) -> None:
    """Estimates are one list, too long to be read whole: its ends tell whether it is complete."""
    with gzip.open(body) as file:
        first = last = file.read(1)
        while chunk := file.read(1 << 20):
            last = chunk.rstrip()[-1:] or last
    if first not in (b"[", b""):
        raise PermanentError(
            f"{about}: Appfigures answered HTTP 200 with something else than a list of estimates"
            f" (it begins with {first.decode(errors='replace')!r}); if it is no passing fault of"
            " theirs, mend the connector"
        )
    if last != b"]":
        raise TransientError(f"{about}: Appfigures' answer was cut off")


def check_ranks(body: Path, about: str) -> None:
    """Ranks are one object: the days, and a list of series."""
    try:
        answer = json.loads(gzip.decompress(body.read_bytes()))
    except ValueError:
        raise TransientError(f"{about}: Appfigures' answer is cut off or no JSON") from None
    if not isinstance(answer, dict) or not all(
        isinstance(answer.get(name), list) for name in ("dates", "data")
    ):
        raise PermanentError(
            f"{about}: Appfigures answered HTTP 200 with something else than ranks; if it is no"
            " passing fault of theirs, mend the connector"
        )


def chunks(ids: Sequence[int], separator: str, most: int | None = None) -> Iterator[str]:
    """The ids in joined runs that fit into a URL, at most so many in each; every id is in one."""
    run: list[str] = []
    length = 0
    glue = len(quote(separator, safe=""))
    for text in map(str, ids):
        if run and (length + glue + len(text) > LONGEST_IDS or len(run) == most):
            yield separator.join(run)
            run, length = [], 0
        length += len(text) + (glue if run else 0)
        run.append(text)
    if run:
        yield separator.join(run)


def _window(request: PullRequest) -> Window:
    if request.window is None:
        raise PermanentError(f"{request.dataset} needs a window; give start and end")
    return request.window


class Estimates:
    """`appfigures.estimates`: downloads and revenue by product, country and day.

    Two pivots a call, as the vendor's own client sends: product × date, one call for the world
    and one per country. The body names neither country nor currency: the request and the header
    `x-currency` do.
    """

    def __init__(self, settings: AppfiguresSettings, list_products: ListProducts) -> None:
        self._client = client(settings, check_rows, empty_as(b"[]"))
        self._countries = (WORLD, *settings.countries)
        self._list_products = list_products if settings.products == "listed" else None

    def calls(self, request: PullRequest) -> list[Call]:
        """For the world and each country one call, or one per chunk of the listed products."""
        window = _window(request)
        names: list[dict[str, str]] = [{}]
        if self._list_products is not None:
            names = [{"products": chunk} for chunk in chunks(self._list_products(), ",")]
        return [
            _estimates_call(window, country, name) for country in self._countries for name in names
        ]

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """All the calls; whoever the vendor leaves out of an answer has no estimate."""
        window = _window(request)
        parts = [
            self._client.land(call, landing, f"{request}, {call.context['country_code']}")
            for call in self.calls(request)
        ]
        return Coverage(window=window, countries=self._countries), parts

    def prepare(
        self, connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull
    ) -> None:
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


class Ranks:
    """`appfigures.ranks`: places in the stores' charts by product, country, chart and day.

    The route has no default for products: they are those of the newest accepted load.
    """

    def __init__(self, settings: AppfiguresSettings, list_products: ListProducts) -> None:
        self._client = client(settings, check_ranks, empty_as(b'{"dates": [], "data": []}'))
        self._countries = settings.countries
        self._list_products = list_products

    def calls(self, request: PullRequest) -> list[Call]:
        """One call per 28 days and chunk of products, for all countries."""
        most = max(1, PAIRS_PER_CALL // len(self._countries))
        runs = list(chunks(self._list_products(), ";", most))
        params = {
            "countries": ";".join(self._countries),
            "tz": "utc",
            "filter": str(DEEPEST_RANK),
        }
        return [
            Call(f"ranks/{ids}/daily/{days.start}/{days.end}", params, {"days": str(days)})
            for days in _window(request).split(RANKS_DAYS)
            for ids in runs
        ]

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """All the calls; whoever is not in an answer, or null there, is not ranked."""
        window = _window(request)
        parts = [
            self._client.land(call, landing, f"{request.dataset} {call.context['days']}")
            for call in self.calls(request)
        ]
        return Coverage(window=window, countries=self._countries), parts

    def prepare(
        self, connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull
    ) -> None:
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
