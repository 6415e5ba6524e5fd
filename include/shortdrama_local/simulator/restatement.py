"""What Appfigures says about a day depends on when it is asked.

A day is told first when its store's lag is over, with an error; each revision brings it nearer to
the model's figure, which it keeps from its last revision on. Google Play is told and revised two
days later than Apple. All of this is invented, but for the lag.

Now and then a product vanishes from a day that was told before, and never comes back to it. Only
small apps do, and only days after the published quarters, so that these keep their totals.

Each series deviates by itself: the world is the sum of its countries whenever it is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from shortdrama_local.simulator.apps import APPLE, GOOGLE, Product
from shortdrama_local.simulator.hashing import centred, uniform
from shortdrama_local.simulator.model import Integers, MonthBlock

DAYS_MISSING = {APPLE: 1, GOOGLE: 2}
"""Days before the clock's date that a store has no estimates of yet."""

REVISED_AT = (4, 7, 11, 16, 22, 28)
"""Ages in days at which a day of Apple is revised."""

DEVIATIONS = (0.15, 0.11, 0.08, 0.05, 0.03, 0.015, 0.0)
"""How far a figure may be off, before the first revision and after each."""

GOOGLE_LATER_DAYS = 2
SETTLED_AFTER_DAYS = REVISED_AT[-1] + GOOGLE_LATER_DAYS
"""From this age on a figure stays; only vanishings may still come."""

VANISHING = 1 / 2_000
"""The part of small apps' product-days that vanish."""

VANISHED_AGES = range(5, 41)
FIRST_VANISHING_DAY = date(2025, 10, 1)


def as_told(block: MonthBlock, products: Sequence[Product], today: date) -> MonthBlock:
    """The block as it is told on a day; `products` are the model's. What is not told is zero."""
    days = block.first_ordinal + np.arange(block.downloads.shape[1])
    ages = today.toordinal() - days
    is_google = np.array([product.store == GOOGLE for product in products])[block.products]
    missing = np.where(is_google, DAYS_MISSING[GOOGLE], DAYS_MISSING[APPLE])
    hidden = ages <= missing[:, None]
    if days[-1] >= FIRST_VANISHING_DAY.toordinal():
        hidden |= (_vanishing_ages(products, days) <= ages)[block.products]

    young = ages < SETTLED_AFTER_DAYS
    settling = ages[young] - GOOGLE_LATER_DAYS * is_google[:, None]
    revision = np.searchsorted(REVISED_AT, settling, side="right")
    ids = np.array([product.id for product in products], dtype=np.uint64)[block.products]

    def restated(settled: Integers, purpose: int) -> Integers:
        told = settled.copy()
        noise = centred(ids[:, None], block.countries[:, None], days[young], revision, purpose)
        told[:, young] = np.rint(told[:, young] * (1 + np.take(DEVIATIONS, revision) * noise))
        told[hidden] = 0
        return told

    return replace(block, downloads=restated(block.downloads, 51), cents=restated(block.cents, 52))


def vanishes_on(product: Product, day: date) -> date | None:
    """The date from which a product's figures of a day are gone, if they ever are."""
    age = int(_vanishing_ages([product], np.array([day.toordinal()]))[0, 0])
    return day + timedelta(days=age) if age in VANISHED_AGES else None


def _vanishing_ages(products: Sequence[Product], days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per product and day the age at which it vanishes; out of reach where it never does."""
    never = np.iinfo(np.int64).max
    ids = np.array([product.id for product in products], dtype=np.uint64)[:, None]
    small = np.array([product.app.leader is None for product in products])[:, None]
    struck = (
        small & (days >= FIRST_VANISHING_DAY.toordinal()) & (uniform(ids, days, 53) < VANISHING)
    )
    ages = VANISHED_AGES.start + np.floor(uniform(ids, days, 54) * len(VANISHED_AGES))
    return np.where(struck, ages.astype(np.int64), never)
