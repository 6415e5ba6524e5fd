"""Where products stand in the Entertainment charts of each country and store.

A chart is ordered by the model's settled daily figures: downloads make the free chart, revenue the
top-grossing one. Among the products of the model stand others, of which only the number above a
figure is known: by a power law (invented), scaled to the country and the store.
"""

from functools import lru_cache
from threading import Lock
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from shortdrama_local.simulator.apps import APPLE
from shortdrama_local.simulator.calibration import Metric
from shortdrama_local.simulator.countries import CHINA, COUNTRIES, Country
from shortdrama_local.simulator.demand import CHINA_SIZE
from shortdrama_local.simulator.model import CACHED_MONTHS, MarketModel

Subtype = Literal["free", "topgrossing"]
SUBTYPES: tuple[Subtype, ...] = get_args(Subtype)
METRICS: dict[Subtype, Metric] = {"free": "downloads", "topgrossing": "revenue"}

LONGEST_CHART = 1_000

HEAD: dict[Metric, float] = {"downloads": 40_000.0, "revenue": 8_000_000.0}
"""Daily downloads, or cents, of the largest other app per percent of the world's market."""

Positions = NDArray[np.int16]


class Charts:
    """Daily positions of all products, made per month and kept like the model's months."""

    def __init__(self, model: MarketModel) -> None:
        self._model = model
        self._is_apple = np.array([product.store == APPLE for product in model.products])
        self._lock = Lock()
        self._cached = lru_cache(maxsize=CACHED_MONTHS)(self._positions)

    def month(self, month: int) -> dict[Subtype, Positions]:
        """Positions by product × country × day of the month, from 1; 0 is not ranked."""
        with self._lock:
            return self._cached(month)

    def _positions(self, month: int) -> dict[Subtype, Positions]:
        block = self._model.month(month)
        figures = {"downloads": block.downloads, "revenue": block.cents}
        shape = (len(self._model.products), len(COUNTRIES), block.downloads.shape[1])
        charts: dict[Subtype, Positions] = {}
        for subtype, metric in METRICS.items():
            values = np.zeros(shape, dtype=np.int32)
            values[block.products, block.countries] = figures[metric]
            positions = np.zeros(shape, dtype=np.int16)
            for of_apple in (True, False):
                store = self._is_apple == of_apple
                positions[store] = _ranked(values[store], _heads(metric, of_apple=of_apple))
            charts[subtype] = positions
        return charts


@lru_cache(maxsize=1)
def charts_of(model: MarketModel) -> Charts:
    """The charts of a model, so that applications on one model share them."""
    return Charts(model)


def _ranked(values: NDArray[np.int32], heads: NDArray[np.float64]) -> Positions:
    """Positions along the first axis; among equals the product listed first stands higher."""
    order = np.argsort(-values, axis=0, kind="stable")
    above = np.empty_like(order)
    np.put_along_axis(above, order, np.arange(len(values))[:, None, None], axis=0)
    others = np.ceil(heads[None, :, None] / np.maximum(values, 1)) - 1
    positions = 1 + above + np.clip(others, 0, LONGEST_CHART)
    ranked = (values > 0) & (positions <= LONGEST_CHART)
    return np.where(ranked, positions, 0).astype(np.int16)


def _heads(metric: Metric, *, of_apple: bool) -> NDArray[np.float64]:
    """Per country what the largest other app of the store has in a day."""

    def size(country: Country) -> float:
        if country.code == CHINA:
            return 100 * CHINA_SIZE[metric]
        return float(getattr(country, metric))

    apple = np.array([getattr(country, f"apple_{metric}") for country in COUNTRIES])
    sizes = np.array([size(country) for country in COUNTRIES])
    return np.asarray(HEAD[metric] * sizes * (apple if of_apple else 1 - apple))
