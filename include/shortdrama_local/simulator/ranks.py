"""Appfigures' `GET /ranks/{ids}/{granularity}/{start}/{end}`: daily ranks of any products.

Positions and deltas are aligned with `dates`; null is "not ranked within `filter`". A delta above
zero is so many places higher than the day before. Not published, so our guesses: ranks are told up
to yesterday, and `dates` ends there; a series that is never ranked in the window is absent; without
`countries` all are told. CSV is not simulated; hourly ranks and snapshots of a chart are not there,
which is said as the vendor says it of what is missing: 404.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import orjson

from shortdrama_local.simulator.apps import APPLE, GOOGLE, Product
from shortdrama_local.simulator.charts import (
    LONGEST_CHART,
    SUBTYPES,
    Charts,
    Positions,
    Subtype,
)
from shortdrama_local.simulator.countries import CODES
from shortdrama_local.simulator.estimates_query import (
    no_products,
    parse_countries,
    parse_date,
    products_of,
)
from shortdrama_local.simulator.months import first_day, month_of
from shortdrama_local.simulator.vendor_error import VendorError, bad_request

USUAL_FILTER = 400

CATEGORIES: dict[str, dict[str, Any]] = {
    store: {
        "id": number,
        "name": "Entertainment",
        "device": "handheld",
        "device_id": 1,
        "store": store,
        "store_id": store_id,
        "parent_id": None,
        "parent": None,
    }
    for store, number, store_id in ((APPLE, 6016, 1), (GOOGLE, 10016, 2))
}
"""Apple's id is published; Google Play's is invented."""


@dataclass(frozen=True)
class RanksQuery:
    """What was asked; `countries` are indexes into the model's."""

    products: Sequence[Product]
    start: date
    end: date
    countries: Sequence[int]
    deepest: int


def parse_ranks(
    path: Mapping[str, str],
    params: Mapping[str, str],
    today: date,
    products: Mapping[int, Product],
) -> RanksQuery:
    """Read path and query string; raises VendorError 400 that names the parameter."""
    if path["ids"] == "snapshots":
        raise VendorError(404, "There is no snapshot of this chart", "ask for ranks of products")
    if path["granularity"] == "hourly":
        raise VendorError(404, "There are no hourly ranks of these products", "use daily")
    if path["granularity"] != "daily":
        raise bad_request(f"granularity {path['granularity']!r} is unknown", "use daily or hourly")
    if params.get("format", "json") != "json":
        raise bad_request("format: only json is simulated for ranks")
    if params.get("tz", "user") not in ("user", "utc", "est"):
        raise bad_request("tz is not one of user, utc, est")
    start, end = (parse_date(path, name, today) or today for name in ("start", "end"))
    if end < start:
        raise bad_request(f"end {end} is before start {start}")
    deepest = params.get("filter", str(USUAL_FILTER))
    if not deepest.isdecimal() or not 1 <= int(deepest) <= LONGEST_CHART:
        raise bad_request(f"filter {deepest!r} is not a number from 1 to {LONGEST_CHART}")
    found = products_of(path["ids"], products)
    if not found:
        raise no_products(path["ids"])
    countries = parse_countries(params.get("countries", ""))
    return RanksQuery(
        products=found,
        start=start,
        end=min(end, today - timedelta(days=1)),
        countries=range(len(CODES)) if countries is None else countries,
        deepest=int(deepest),
    )


def ranks_json(charts: Charts, query: RanksQuery) -> Iterator[bytes]:
    """The answer in chunks, a product each."""
    days = [query.start + timedelta(days=n) for n in range((query.end - query.start).days + 1)]
    head = {
        "start_date": f"{query.start}T00:00:00",
        "end_date": f"{query.end}T00:00:00",
        "dates": [f"{day}T00:00:00" for day in days],
    }
    yield orjson.dumps(head)[:-1] + b',"data":['
    lead = b""
    positions = {subtype: _window(charts, subtype, days, query) for subtype in SUBTYPES}
    for place, product in enumerate(query.products):
        series = [
            row
            for subtype in SUBTYPES
            for row in _series(product, subtype, positions[subtype][place], query)
        ]
        if series:
            yield lead + orjson.dumps(series)[1:-1]
            lead = b","
    yield b"]}"


def _window(charts: Charts, subtype: Subtype, days: list[date], query: RanksQuery) -> Positions:
    """Positions by product × country × day, the day before the window first; 0 is not ranked."""
    if not days:
        return np.zeros((len(query.products), len(query.countries), 0), dtype=np.int16)
    first = query.start - timedelta(days=1)
    months = range(month_of(first), month_of(query.end) + 1)
    chosen = np.ix_([product.index for product in query.products], list(query.countries))
    whole = np.concatenate([charts.month(month)[subtype][chosen] for month in months], axis=2)
    offset = (first - first_day(months[0])).days
    window = whole[:, :, offset : offset + len(days) + 1]
    return np.where(window <= query.deepest, window, 0)


def _series(
    product: Product, subtype: Subtype, positions: Positions, query: RanksQuery
) -> Iterator[dict[str, Any]]:
    category = {**CATEGORIES[product.store], "subtype": subtype}
    for country, known in zip(query.countries, positions.tolist(), strict=True):
        if any(known[1:]):
            yield {
                "product_id": product.id,
                "country": CODES[country],
                "category": category,
                "positions": [position or None for position in known[1:]],
                "deltas": [
                    before - now if before and now else None for before, now in pairwise(known)
                ],
            }
