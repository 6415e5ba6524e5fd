"""Estimates in Appfigures' three forms: flat rows, nested objects, CSV.

Counts are integers, money is a string with two decimals; `start_date` and `end_date` are ISO
datetimes without a zone.
"""

from collections.abc import Callable, Iterator
from csv import DictWriter
from datetime import date
from io import StringIO
from typing import Any

import orjson

from shortdrama.simulator.apps import STOREFRONTS, STORES
from shortdrama.simulator.countries import CODES
from shortdrama.simulator.estimates_query import EstimatesQuery, period_end
from shortdrama.simulator.estimates_table import EstimatesTable
from shortdrama.simulator.model import MarketModel

ROWS_PER_CHUNK = 20_000

Row = dict[str, Any]

_KEYS = {"product": "product_id"}
"""The row's field that holds a pivot's value, where it is not called as the pivot is."""


def rows(table: EstimatesTable, query: EstimatesQuery, model: MarketModel) -> Iterator[Row]:
    """Flat rows in the table's order."""
    labels: list[list[Row]] = []
    if "date" in table.columns:
        spans = {int(day): _span(int(day), query) for day in set(table.columns["date"].tolist())}
        labels.append([spans[day] for day in table.columns["date"].tolist()])
    if "product" in table.columns:
        products = [{"product_id": product.id} for product in model.products]
        labels.append([products[index] for index in table.columns["product"].tolist()])
    if "country" in table.columns:
        countries = [{"country": code} for code in CODES]
        labels.append([countries[index] for index in table.columns["country"].tolist()])
    if "storefront" in table.columns:
        storefronts = [{"storefront": STOREFRONTS[store]} for store in STORES]
        labels.append([storefronts[index] for index in table.columns["storefront"].tolist()])
    figures = zip(table.downloads.tolist(), table.cents.tolist(), strict=True)
    for place, (downloads, cents) in enumerate(figures):
        row: Row = {}
        for label in labels:
            row.update(label[place])
        row["downloads"] = downloads
        row["revenue"] = f"{cents // 100}.{cents % 100:02d}"
        yield row


def flat(rows: Iterator[Row]) -> Iterator[bytes]:
    """A JSON list in chunks, so that a large answer never stands in memory as a whole."""
    yield b"["
    lead = b""
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == ROWS_PER_CHUNK:
            yield lead + orjson.dumps(chunk)[1:-1]
            lead, chunk = b",", []
    yield (lead + orjson.dumps(chunk)[1:-1] if chunk else b"") + b"]"


def nested(
    rows: Iterator[Row], query: EstimatesQuery, product: Callable[[int], Row]
) -> dict[str, Any]:
    """Objects keyed by the pivots in their order; a leaf repeats its keys.

    Without pivots it is the one object of totals. With products as the only pivot a leaf also
    embeds its product, as `product(id)` renders it.
    """
    if not query.pivots:
        return next(rows, {"downloads": 0, "revenue": "0.00"})
    tree: dict[str, Any] = {}
    for row in rows:
        if "start_date" in row:
            row["date"] = row.pop("start_date")[:10]
            del row["end_date"]
        if query.pivots == ("product",):
            row["product"] = product(row["product_id"])
        node = tree
        *branches, leaf = (str(row[_KEYS.get(pivot, pivot)]) for pivot in query.pivots)
        for branch in branches:
            node = node.setdefault(branch, {})
        node[leaf] = row
    return tree


def comma_separated(rows: Iterator[Row]) -> str:
    """CSV with a header; empty without rows."""
    text = StringIO()
    for place, row in enumerate(rows):
        writer = DictWriter(text, fieldnames=list(row), lineterminator="\n")
        if place == 0:
            writer.writeheader()
        writer.writerow(row)
    return text.getvalue()


def _span(ordinal: int, query: EstimatesQuery) -> Row:
    start = date.fromordinal(ordinal)
    end = period_end(start, query.granularity)
    return {"start_date": f"{start}T00:00:00", "end_date": f"{end}T00:00:00"}
