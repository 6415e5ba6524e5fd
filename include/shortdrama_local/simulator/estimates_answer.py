"""Estimates in Appfigures' three forms: flat rows, nested objects, CSV."""

from collections.abc import Callable, Iterator
from csv import DictWriter
from io import StringIO
from typing import Any

import orjson

from shortdrama_local.simulator.estimates_query import EstimatesQuery
from shortdrama_local.simulator.estimates_rows import Row

ROWS_PER_CHUNK = 20_000

_KEYS = {"product": "product_id"}
"""The row's field that holds a pivot's value, where it is not called as the pivot is."""


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
        return next(rows)
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
