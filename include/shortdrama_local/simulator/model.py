"""The market that the simulator shows: daily app × country × store series, in whole units.

Calibrated to published figures (`calibration` says which rows): the monthly and quarterly totals of
2025Q2 and 2025Q3, world ex-China; the number of active apps; the revenue or downloads of the
leading apps; the figures of US, IN and ID. Invented: every other share of an app or a country, the
split by store, the shape of days within a month, China, and everything outside those two quarters,
which is extrapolated at steady growth. These are the settled figures; `restatement` says what is
told of them while they are young.

Kept off, and why: rows marked doubtful; gross figures (the series is net of store fees); other
vendors (their scope differs); lower bounds of a quarter, which are not aimed at but tested to hold.
The published number of apps of 2023Q1 lies before the model's start, January 2024.

Nothing depends on the window asked for or on the process: a month is a pure function of its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shortdrama.core.settings import PUBLISHED_FIGURES
from shortdrama_local.simulator.apps import (
    APPLE,
    App,
    Product,
    catalogue,
    products_of,
)
from shortdrama_local.simulator.calibration import Calibration, Metric, calibration
from shortdrama_local.simulator.countries import COUNTRIES
from shortdrama_local.simulator.demand import Demand
from shortdrama_local.simulator.hashing import centred, uniform
from shortdrama_local.simulator.months import (
    MODEL_START,
    days_in,
    first_day,
    month_of,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]

WEEKDAYS: dict[Metric, tuple[float, ...]] = {
    "downloads": (0.95, 0.93, 0.94, 0.96, 1.02, 1.11, 1.09),
    "revenue": (0.94, 0.92, 0.93, 0.96, 1.04, 1.12, 1.09),
}
"""Monday to Sunday; weekends are higher (invented)."""

UNITS: dict[Metric, int] = {"downloads": 1, "revenue": 100}
"""Smallest units: single downloads, cents."""

CACHED_MONTHS = 18


@dataclass(frozen=True)
class MonthBlock:
    """One month: a row per series (product × country), a column per day.

    `products` and `countries` are indexes into the model's; `downloads` and `cents` are integers.
    """

    month: int
    products: Integers
    countries: Integers
    downloads: Integers
    cents: Integers

    @property
    def first_ordinal(self) -> int:
        """Proleptic ordinal of the month's first day."""
        return first_day(self.month).toordinal()

    def only(self, series: NDArray[np.bool_]) -> "MonthBlock":
        """The rows of the chosen series."""
        return MonthBlock(
            self.month,
            self.products[series],
            self.countries[series],
            self.downloads[series],
            self.cents[series],
        )


class MarketModel:
    """Apps, products and their daily estimates; months are made when first asked for, then kept."""

    def __init__(self, market: Calibration) -> None:
        self._market = market
        self.apps: tuple[App, ...] = catalogue(market.active_apps())
        self.products: tuple[Product, ...] = products_of(self.apps)
        self.product_by_id = {product.id: product for product in self.products}
        self._demand = Demand(self.apps, market)
        self._apple = np.array([product.store == APPLE for product in self.products])
        self._app_of = np.array([product.app.index for product in self.products])
        self._product_keys = np.array([product.id for product in self.products], dtype=np.uint64)
        self._app_keys = np.array([app.key for app in self.apps], dtype=np.uint64)
        self._lock = Lock()
        self._cached = lru_cache(maxsize=CACHED_MONTHS)(self._generate)

    def month(self, month: int) -> MonthBlock:
        """The month's block; empty before the model's start."""
        with self._lock:
            return self._cached(month)

    def blocks(self, start: date, end: date) -> Iterator[MonthBlock]:
        """The blocks of the months that a window touches, oldest first."""
        for month in range(max(month_of(start), MODEL_START), month_of(end) + 1):
            yield self.month(month)

    def _generate(self, month: int) -> MonthBlock:
        expected = {
            metric: self._by_product(metric, self._demand.monthly(metric, month))
            for metric in UNITS
        }
        products, countries = np.nonzero(expected["downloads"] + expected["revenue"])
        active = self._active_days(month)[products]
        series = {
            metric: self._rounded(
                metric,
                expected[metric][products, countries],
                self._day_weights(metric, month, products, countries) * active,
                products,
                countries,
            )
            for metric in UNITS
        }
        return MonthBlock(month, products, countries, series["downloads"], series["revenue"])

    def _by_product(self, metric: Metric, matrix: Floats) -> Floats:
        """Split app × country over the app's products; a single-store app keeps all in one."""
        odds = np.array([getattr(country, f"apple_{metric}") for country in COUNTRIES])
        bias = np.exp(0.5 * centred(self._app_keys, 21))[:, None]
        apple = odds * bias / (odds * bias + (1 - odds))
        apple = np.where(self._sold_by(apple=False)[:, None], apple, 1.0)
        apple = np.where(self._sold_by(apple=True)[:, None], apple, 0.0)
        share = np.where(self._apple[:, None], apple[self._app_of], 1 - apple[self._app_of])
        return np.asarray(matrix[self._app_of] * share)

    def _sold_by(self, *, apple: bool) -> NDArray[np.bool_]:
        sold = np.zeros(len(self.apps), dtype=bool)
        sold[self._app_of[self._apple == apple]] = True
        return sold

    def _active_days(self, month: int) -> NDArray[np.bool_]:
        """Per product and day of the month: whether the app is out and not withdrawn."""
        days = np.arange(days_in(month)) + first_day(month).toordinal()
        first = np.array([product.app.released_on.toordinal() for product in self.products])
        last = np.array(
            [(product.app.withdrawn_on or date.max).toordinal() for product in self.products]
        )
        return np.asarray((days >= first[:, None]) & (days <= last[:, None]))

    def _day_weights(
        self, metric: Metric, month: int, products: Integers, countries: Integers
    ) -> Floats:
        """How a month divides over its days: trend × weekday × noise of product and series."""
        first = first_day(month)
        dates = [first + timedelta(days=day) for day in range(days_in(month))]
        days = np.array([day.toordinal() for day in dates], dtype=np.uint64)
        weekday = np.array([WEEKDAYS[metric][day.weekday()] for day in dates])
        keys, purpose = self._product_keys[:, None], UNITS[metric]
        product_noise = 1 + 0.10 * centred(keys, days[None, :], purpose)
        series_noise = 1 + 0.12 * centred(
            keys[products], countries[:, None], days[None, :], purpose
        )
        trend = self._trend(metric, month, len(dates))
        return np.asarray(trend * weekday * product_noise[products] * series_noise)

    def _trend(self, metric: Metric, month: int, days: int) -> Floats:
        """The market's daily level, so that months join without a step in between."""
        around = range(month - 1, month + 2)
        middles = [first_day(m).toordinal() + days_in(m) / 2 for m in around]
        levels = [np.log(self._market.total(metric, m) / days_in(m)) for m in around]
        ordinals = first_day(month).toordinal() + np.arange(days) + 0.5
        return np.asarray(np.exp(np.interp(ordinals, middles, levels)))

    def _rounded(
        self,
        metric: Metric,
        totals: Floats,
        weights: Floats,
        products: Integers,
        countries: Integers,
    ) -> Integers:
        """Whole units per day by cumulative rounding.

        A series' month is off by less than one unit, and which way is a coin weighed by its key,
        so that thousands of small series add up without a bias.
        """
        progress = weights.cumsum(axis=1)
        progress *= (totals * UNITS[metric] / progress[:, -1])[:, None]
        offset = uniform(self._product_keys[products], countries, 31, UNITS[metric])[:, None]
        steps = np.floor(np.hstack([np.zeros_like(offset), progress]) + offset)
        return np.diff(steps, axis=1).astype(np.int32)


def market_model(published_figures: Path = PUBLISHED_FIGURES) -> MarketModel:
    """The market calibrated to a file of published figures."""
    return MarketModel(calibration(published_figures))
