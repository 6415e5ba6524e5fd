"""A mistake that the vendor made and took back: for three weeks a settled month is told wrongly.

While September 2025 is processed again, an app's figures come out too high, and another app's App
Store figures are counted once more under a listing that was withdrawn in August. Then the month is
told as before. All of this is invented. It is small enough that the published figures stay within
their tolerances, and the 298 apps of the quarter stay 298: the withdrawn app was active in July.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from shortdrama_local.simulator.apps import Product
from shortdrama_local.simulator.model import Integers, MonthBlock
from shortdrama_local.simulator.months import parse_month

MONTH = parse_month("2025-09")
SINCE, UNTIL = date(2026, 1, 20), date(2026, 2, 10)
"""First day on which the month is told wrongly, and the first on which it is told rightly again."""

INFLATED, FACTOR = "DramaWave", 1.05
DOUBLED, COUNTED_AS = "Poppy Shorts", "Poppy Drama"


def with_mistakes(block: MonthBlock, products: Sequence[Product], today: date) -> MonthBlock:
    """The block as the vendor has it on that day; `products` are the model's."""
    if block.month != MONTH or not SINCE <= today < UNTIL:
        return block
    return _with_double(_inflated(block, products), products)


def _inflated(block: MonthBlock, products: Sequence[Product]) -> MonthBlock:
    indexes = [product.index for product in products if product.app.name == INFLATED]
    factors = np.where(np.isin(block.products, indexes), FACTOR, 1.0)[:, None]

    def times(figures: Integers) -> Integers:
        return np.rint(figures * factors).astype(figures.dtype)

    return replace(block, downloads=times(block.downloads), cents=times(block.cents))


def _with_double(block: MonthBlock, products: Sequence[Product]) -> MonthBlock:
    """Each series of the doubled app once more, under the other app's product of that store."""
    others = {product.store: product for product in products if product.app.name == COUNTED_AS}
    pairs = {
        product.index: others[product.store].index
        for product in products
        if product.app.name == DOUBLED and product.store in others
    }
    double = block.only(np.isin(block.products, list(pairs)))
    under = np.array([pairs[index] for index in double.products.tolist()], block.products.dtype)
    return MonthBlock(
        block.month,
        np.concatenate([block.products, under]),
        np.concatenate([block.countries, double.countries]),
        np.concatenate([block.downloads, double.downloads]),
        np.concatenate([block.cents, double.cents]),
    )
