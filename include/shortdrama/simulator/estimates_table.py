"""Estimates of the model, selected and summed by the pivots of a query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from shortdrama.simulator.apps import STORES
from shortdrama.simulator.estimates_query import EstimatesQuery, Pivot, period_start
from shortdrama.simulator.model import MarketModel, MonthBlock

Whole = NDArray[np.int64]

_BITS: dict[Pivot, int] = {"product": 16, "country": 8, "storefront": 2, "date": 24}
"""A row's pivots are packed into one integer, so that grouping and ordering is one sort."""


@dataclass(frozen=True)
class EstimatesTable:
    """Rows in the order of their pivots; a pivot's column holds indexes, or ordinals of dates."""

    columns: dict[Pivot, Whole]
    downloads: Whole
    cents: Whole

    def with_negative_downloads(self, rows: int = 25) -> "EstimatesTable":
        """The fault: the first rows have downloads below zero."""
        downloads = self.downloads.copy()
        downloads[:rows] = -np.maximum(downloads[:rows], 1)
        return EstimatesTable(self.columns, downloads, self.cents)


def estimates_table(
    model: MarketModel, query: EstimatesQuery, last_days: Mapping[str, date]
) -> EstimatesTable:
    """Sum what the query selects; `last_days` is the last day that each store has figures for.

    Combinations without downloads and revenue are absent.
    """
    select = partial(_selected, model, query, last_days)
    nothing = np.zeros((3, 0), dtype=np.int64)
    parts = [select(block) for block in model.blocks(query.start, query.end)]
    keys, downloads, cents = _summed(np.concatenate([nothing, *parts], axis=1))
    columns: dict[Pivot, Whole] = {}
    for pivot in reversed(query.pivots):
        columns[pivot] = keys & ((1 << _BITS[pivot]) - 1)
        keys = keys >> _BITS[pivot]
    return EstimatesTable(columns, downloads, cents)


def _selected(
    model: MarketModel, query: EstimatesQuery, last_days: Mapping[str, date], block: MonthBlock
) -> Whole:
    """One month's packed keys, downloads and cents, a row of each."""
    stores = np.array([STORES.index(product.store) for product in model.products])
    series = np.ones(len(block.products), dtype=bool)
    if query.products is not None:
        series &= np.isin(block.products, query.products)
    if query.countries is not None:
        series &= np.isin(block.countries, query.countries)
    if query.stores is not None:
        wanted = [STORES.index(store) for store in query.stores]
        series &= np.isin(stores[block.products], wanted)
    products, countries = block.products[series], block.countries[series]
    downloads, cents = block.downloads[series], block.cents[series]

    days = block.first_ordinal + np.arange(downloads.shape[1])
    last = np.array([last_days[store].toordinal() for store in STORES])[stores[products]]
    in_window = (days >= query.start.toordinal()) & (days <= query.end.toordinal())
    told = in_window & (days <= last[:, None])
    row, day = np.nonzero(((downloads != 0) | (cents != 0)) & told)

    periods = [
        period_start(date.fromordinal(int(ordinal)), query.granularity).toordinal()
        for ordinal in days
    ]
    columns: dict[Pivot, Whole] = {
        "product": products[row].astype(np.int64),
        "country": countries[row].astype(np.int64),
        "storefront": stores[products][row].astype(np.int64),
        "date": np.array(periods)[day],
    }
    keys = np.zeros(len(row), dtype=np.int64)
    for pivot in query.pivots:
        keys = keys << _BITS[pivot] | columns[pivot]
    return _summed(np.stack([keys, downloads[row, day], cents[row, day]]))


def _summed(table: Whole) -> Whole:
    """Sums per key, ordered by key; exact, because cents stay far below 2^53."""
    keys, group = np.unique(table[0], return_inverse=True)
    sums = [np.bincount(group, weights=values, minlength=len(keys)) for values in table[1:]]
    return np.stack([keys, *(values.astype(np.int64) for values in sums)])
