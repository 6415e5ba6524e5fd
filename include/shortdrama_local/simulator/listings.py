"""Products and unified apps as Appfigures renders them, and its pages.

An app is known from its release on, so nothing after the clock's date is listed; a withdrawn app
stays, inactive.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from shortdrama_local.simulator.apps import (
    APPLE,
    STOREFRONTS,
    App,
    Product,
)
from shortdrama_local.simulator.model import MarketModel
from shortdrama_local.simulator.months import month_of

MOST_PER_PAGE = 500

CENSORED_BELOW = 5_000
"""Smaller monthly estimates of unified apps are told as an upper bound only."""


def known(product: Product, today: date) -> bool:
    """Whether the product has been released by that day."""
    return product.app.released_on <= today


def is_active(app: App, today: date) -> bool:
    """Whether the app is still on sale on that day."""
    return app.withdrawn_on is None or app.withdrawn_on >= today


def product_object(product: Product, today: date) -> dict[str, Any]:
    """The public part of a product object."""
    app, is_apple = product.app, product.store == APPLE
    added_on = app.released_on + timedelta(days=2)
    return {
        "id": product.id,
        "name": app.name,
        "developer": app.publisher,
        "icon": f"https://icons.invalid/{product.id}.png",
        "vendor_identifier": product.vendor_identifier,
        "ref_no": product.vendor_identifier if is_apple else None,
        "sku": None,
        "package_name": None if is_apple else product.vendor_identifier,
        "store_id": 1 if is_apple else 2,
        "store": product.store,
        "storefront": STOREFRONTS[product.store],
        "storefronts": [STOREFRONTS[product.store]],
        "release_date": f"{app.released_on}T00:00:00",
        "added_date": f"{added_on}T00:00:00",
        "updated_date": f"{added_on}T00:00:00",
        "version": "1.0",
        "type": "app",
        "devices": ["handheld", "tablet"] if is_apple else ["handheld"],
        "price": {"price": "0.00", "currency": "USD"},
        "active": is_active(app, today),
    }


USUAL_PARTS = "unified-app,downloads-estimate,revenue-estimate"
"""What a search result holds when nothing else is asked for (our guess)."""

UNIFIED_APP_PARTS = ("unified_app", "unified_app_intelligence_metadata_minimal")
"""Two names under which clients read the same object."""


class UnifiedApps:
    """Search over unified apps, with worldwide estimates of the last full month."""

    def __init__(self, model: MarketModel) -> None:
        self._model = model
        self._products: dict[int, list[Product]] = {}
        for product in model.products:
            self._products.setdefault(product.app.index, []).append(product)

    def named(self, text: str, today: date) -> list[App]:
        """Released apps whose name holds the text, regardless of case."""
        return [
            app
            for app in self._model.apps
            if app.released_on <= today and text.casefold() in app.name.casefold()
        ]

    def render(self, apps: Sequence[App], today: date, expand: str) -> list[dict[str, Any]]:
        """Search results for the apps, with the parts that `expand` lists (joined by commas)."""
        parts = {part.strip().replace("-", "_") for part in (expand or USUAL_PARTS).split(",")}
        downloads, revenue = self._last_full_month(today)
        results = []
        for app in apps:
            result: dict[str, Any] = {
                part: self.unified_app(app, today) for part in UNIFIED_APP_PARTS if part in parts
            }
            if "product" in parts:
                result["product"] = product_object(self._products[app.index][0], today)
            if "downloads_estimate" in parts:
                result["downloads_estimate"] = _estimate(downloads[app.index])
            if "revenue_estimate" in parts:
                money = {**_estimate(revenue[app.index]), "currency_code": "USD"}
                result["revenue_estimate"] = money
            results.append(result)
        return results

    def unified_app(self, app: App, today: date) -> dict[str, Any]:
        """The app over its stores."""
        products = self._products[app.index]
        return {
            "id": app.id,
            "name": app.name,
            "publisher": app.publisher,
            "active": is_active(app, today),
            "storefronts": [STOREFRONTS[product.store] for product in products],
            "member_product_ids": [product.id for product in products],
        }

    def _last_full_month(self, today: date) -> tuple[list[int], list[int]]:
        block = self._model.month(month_of(today) - 1)
        apps = np.array([product.app.index for product in self._model.products])[block.products]
        size = len(self._model.apps)
        downloads = np.bincount(apps, weights=block.downloads.sum(axis=1), minlength=size)
        dollars = np.bincount(apps, weights=block.cents.sum(axis=1), minlength=size) // 100
        return downloads.astype(np.int64).tolist(), dollars.astype(np.int64).tolist()


def _estimate(value: int) -> dict[str, Any]:
    if value < CENSORED_BELOW:
        return {"value": CENSORED_BELOW, "value_constraint": "upper_bound"}
    return {"value": value, "value_constraint": None}


def page_of(
    found: Sequence[Any], count: int, page: int, sent: int
) -> tuple[Sequence[Any], dict[str, dict[str, int]]]:
    """The results of the page that is sent, with the metadata of the page asked for (1-based)."""
    count = min(count, MOST_PER_PAGE)
    metadata = {
        "count": count,
        "page": page,
        "total_count": len(found),
        "total_pages": -(-len(found) // count),
    }
    return found[(sent - 1) * count : sent * count], {"resultset": metadata}
