"""Rows of estimates: leaves, and as the query wishes sub-totals and the window before.

Counts are integers, money is a string with two decimals; `start_date` and `end_date` are ISO
datetimes without a zone. What the list `rollup` of a sub-total holds is not published: here the
pivots that it is of. Where the window before has no row, its figures are told as zero.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from shortdrama_local.simulator.apps import STOREFRONTS, STORES
from shortdrama_local.simulator.countries import CODES
from shortdrama_local.simulator.estimates_query import (
    EstimatesQuery,
    Pivot,
    period_end,
    period_start,
)
from shortdrama_local.simulator.estimates_table import EstimatesTable, Whole, estimates_table
from shortdrama_local.simulator.model import MarketModel

Row = dict[str, Any]
NOTHING: Row = {"downloads": 0, "revenue": "0.00"}
Key = tuple[int, ...]


def estimates_rows(model: MarketModel, query: EstimatesQuery, today: date) -> Iterator[Row]:
    """Rows in the order of their pivots.

    With roll-ups, a group's sub-total follows its last leaf and the grand total comes last; without
    leaves there are no totals either. Without a group there is one row, which is no roll-up, also
    where nothing is estimated.
    """
    table = estimates_table(model, query, today)
    before = estimates_table(model, query.of_previous(), today) if query.previous else None
    if not query.pivots:
        return iter([next(_rendered(table, query, model, before), dict(NOTHING))])
    if not query.rollups:
        return _rendered(table, query, model, before)
    return _with_totals(table, query, model, before)


def _with_totals(
    table: EstimatesTable,
    query: EstimatesQuery,
    model: MarketModel,
    before: EstimatesTable | None,
) -> Iterator[Row]:
    """Leaves, and after each the sub-totals that it closes, the innermost first."""
    levels = []
    for depth in range(len(query.pivots) - 1, -1, -1):
        pivots = query.pivots[:depth]
        sums, ends = table.rolled_up(pivots)
        sums_before = before.rolled_up(pivots)[0] if before else None
        levels.append((set(ends.tolist()), _totals(pivots, sums, query, model, sums_before)))
    for place, leaf in enumerate(_rendered(table, query, model, before)):
        yield leaf
        for closing, totals in levels:
            if place in closing:
                yield next(totals)


def _totals(
    pivots: tuple[Pivot, ...],
    sums: EstimatesTable,
    query: EstimatesQuery,
    model: MarketModel,
    before: EstimatesTable | None,
) -> Iterator[Row]:
    for row in _rendered(sums, query, model, before):
        figures = {
            name: row.pop(name) for name in ("downloads", "revenue", "previous") if name in row
        }
        yield {**row, "rollup": list(pivots), **figures}


def _rendered(
    table: EstimatesTable, query: EstimatesQuery, model: MarketModel, before: EstimatesTable | None
) -> Iterator[Row]:
    labels = _labels(table, query, model)
    previous = _previous(table, before, query) if before else None
    figures = zip(table.downloads.tolist(), table.cents.tolist(), strict=True)
    for place, (downloads, cents) in enumerate(figures):
        row: Row = {}
        for label in labels:
            row.update(label[place])
        row["downloads"] = downloads
        row["revenue"] = _dollars(cents)
        if previous:
            row["previous"] = previous[place]
        yield row


def _labels(table: EstimatesTable, query: EstimatesQuery, model: MarketModel) -> list[list[Row]]:
    """Per pivot and row the fields that tell the pivot."""
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
    return labels


def _previous(table: EstimatesTable, before: EstimatesTable, query: EstimatesQuery) -> list[Row]:
    """Per row what the window before says; its first period stands beside the first, and so on."""
    asked = query.of_previous()
    starts = _periods(asked)
    figures = zip(before.downloads.tolist(), before.cents.tolist(), strict=True)
    known = dict(zip(_keys(before, asked), figures, strict=True))
    dated = list(table.columns).index("date") if "date" in table.columns else None
    rows = []
    for key in _keys(table, query):
        downloads, cents = known.get(key, (0, 0))
        place = 0 if dated is None else key[dated]
        start = date.fromordinal(int(starts[min(place, len(starts) - 1)]))
        told = {"start_date": f"{start}T00:00:00", "downloads": downloads}
        rows.append({**told, "revenue": _dollars(cents)})
    return rows


def _keys(table: EstimatesTable, query: EstimatesQuery) -> list[Key]:
    """What identifies a row within its window: the pivots, a date by its period's place."""
    columns = [
        (np.searchsorted(_periods(query), column) if pivot == "date" else column).tolist()
        for pivot, column in table.columns.items()
    ]
    return list(zip(*columns, strict=True)) if columns else [()] * len(table.downloads)


def _periods(query: EstimatesQuery) -> Whole:
    """The first days of the window's periods, as ordinals."""
    days = map(date.fromordinal, range(query.start.toordinal(), query.end.toordinal() + 1))
    return np.unique([period_start(day, query.granularity).toordinal() for day in days])


def _span(ordinal: int, query: EstimatesQuery) -> Row:
    start = date.fromordinal(ordinal)
    end = period_end(start, query.granularity)
    return {"start_date": f"{start}T00:00:00", "end_date": f"{end}T00:00:00"}


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
