"""Estimates of the model, selected and summed by the pivots of a query."""

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from shortdrama_local.simulator.apps import STORES
from shortdrama_local.simulator.estimates_query import EstimatesQuery, Pivot, period_start
from shortdrama_local.simulator.mistakes import with_mistakes
from shortdrama_local.simulator.model import MarketModel, MonthBlock
from shortdrama_local.simulator.restatement import as_told

Whole = NDArray[np.int64]

_BITS: dict[Pivot, int] = {"product": 16, "country": 8, "storefront": 2, "date": 24}
"""A row's pivots are packed into one integer, so that grouping and ordering is one sort."""


@dataclass(frozen=True)
class EstimatesTable:
    """Rows in the order of their pivots; a pivot's column holds indexes, or ordinals of dates."""

    columns: dict[Pivot, Whole]
    downloads: Whole
    cents: Whole

    def rolled_up(self, pivots: tuple[Pivot, ...]) -> tuple["EstimatesTable", Whole]:
        """Sums by the first of the pivots only, and the place of each group's last row."""
        is_last = np.zeros(len(self.downloads), dtype=bool)
        is_last[-1:] = True
        for pivot in pivots:
            is_last[:-1] |= np.diff(self.columns[pivot]) != 0
        ends = np.flatnonzero(is_last)
        downloads, cents = (
            np.diff(np.concatenate([[0], values.cumsum()[ends]]))
            for values in (self.downloads, self.cents)
        )
        columns = {pivot: self.columns[pivot][ends] for pivot in pivots}
        return EstimatesTable(columns, downloads, cents), ends


def estimates_table(model: MarketModel, query: EstimatesQuery, today: date) -> EstimatesTable:
    """Sum what the query selects, as it is told today.

    Combinations without downloads and revenue are absent.
    """
    select = partial(_selected, model, query, today)
    nothing = np.zeros((3, 0), dtype=np.int64)
    parts = [select(block) for block in model.blocks(query.start, query.end)]
    keys, downloads, cents = _summed(np.concatenate([nothing, *parts], axis=1))
    columns: dict[Pivot, Whole] = {}
    for pivot in reversed(query.pivots):
        columns[pivot] = keys & ((1 << _BITS[pivot]) - 1)
        keys = keys >> _BITS[pivot]
    return EstimatesTable(columns, downloads, cents)


def _selected(model: MarketModel, query: EstimatesQuery, today: date, block: MonthBlock) -> Whole:
    """One month's packed keys, downloads and cents, a row of each."""
    block = with_mistakes(block, model.products, today)
    stores = np.array([STORES.index(product.store) for product in model.products])
    series = np.ones(len(block.products), dtype=bool)
    if query.products is not None:
        series &= np.isin(block.products, query.products)
    if query.countries is not None:
        series &= np.isin(block.countries, query.countries)
    if query.stores is not None:
        wanted = [STORES.index(store) for store in query.stores]
        series &= np.isin(stores[block.products], wanted)
    told = as_told(block.only(series), model.products, today)
    products, countries = told.products, told.countries
    downloads, cents = told.downloads, told.cents

    days = block.first_ordinal + np.arange(downloads.shape[1])
    in_window = (days >= query.start.toordinal()) & (days <= query.end.toordinal())
    row, day = np.nonzero(((downloads != 0) | (cents != 0)) & in_window)

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
