"""Products and unified apps as Appfigures renders them, and its pages.

An app is known from its release on, so nothing after the clock's date is listed; a withdrawn app
stays, inactive.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from shortdrama_local.simulator.apps import (
    APPLE,
    STOREFRONTS,
    App,
    Product,
)
from shortdrama_local.simulator.hashing import key_of
from shortdrama_local.simulator.model import MarketModel
from shortdrama_local.simulator.months import month_of
from shortdrama_local.simulator.ranks import CATEGORIES
from shortdrama_local.simulator.vendor_error import bad_request

Answer = dict[str, Any]

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
        "bundle_identifier": product.vendor_identifier if is_apple else None,
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


def expanded(expand: str) -> set[str]:
    """The parts that `expand` lists, joined by commas; `estimates` are both of them."""
    parts = {part.strip().replace("-", "_") for part in expand.split(",")}
    if "estimates" in parts:
        parts |= {"downloads_estimate", "revenue_estimate"}
    return parts


class UnifiedApps:
    """Unified apps by name, id or product, with worldwide estimates of the last full month."""

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

    def find(self, unified_app_id: str, today: date) -> App | None:
        """The released app of that id."""
        return next((app for app in self.named("", today) if app.id == unified_app_id), None)

    def render(self, apps: Sequence[App], today: date, expand: str) -> list[Answer]:
        """Search results for the apps, with the parts that `expand` lists (joined by commas)."""
        parts = expanded(expand or USUAL_PARTS)
        downloads, revenue = self._last_full_month(today)
        results = []
        for app in apps:
            result: Answer = {"unified_app_id": app.id}
            if "unified_app" in parts:
                result["unified_app"] = self._unified_app(app, today, parts)
            if "unified_app_intelligence_metadata_minimal" in parts:
                result["unified_app_intelligence_metadata_minimal"] = self._common(app, today)
            if "product" in parts:
                result["product"] = product_object(self._products[app.index][0], today)
            if "downloads_estimate" in parts:
                result["downloads_estimate"] = _estimate(downloads[app.index])
            if "revenue_estimate" in parts:
                money = {**_estimate(revenue[app.index]), "currency_code": "USD"}
                result["revenue_estimate"] = money
            results.append(result)
        return results

    def whole(self, app: App, today: date, expand: str) -> Answer:
        """The app by itself, with the parts that `expand` lists."""
        return self._unified_app(app, today, expanded(expand))

    def _common(self, app: App, today: date) -> Answer:
        products = self._products[app.index]
        return {
            "id": app.id,
            "name": app.name,
            "publisher": app.publisher,
            "active": is_active(app, today),
            "storefronts": [STOREFRONTS[product.store] for product in products],
            "member_product_ids": [product.id for product in products],
        }

    def _unified_app(self, app: App, today: date, parts: set[str]) -> Answer:
        found = self._common(app, today)
        products = self._products[app.index]
        if "product" in parts:
            found["publisher_id"] = _publisher_id(app)
            found["member_products"] = [_member(product, today) for product in products]
        if "unified_category" in parts:
            category = {"id": "entertainment", "name": "Entertainment"}
            found["categories"] = [{"unified_category": category, "main": True}]
        if "unified_app_intelligence" in parts:
            found["unified_app_intelligence"] = {}
        if "unified_app_intelligence_metadata" in parts:
            found["unified_app_intelligence_metadata"] = {
                "member_product_ids": [product.id for product in products],
                "release_date": f"{app.released_on}T00:00:00",
                "updated_date": f"{app.released_on}T00:00:00",
                "monetization_strategies": ["in_app_purchases"],
                "us_price": 0,
            }
        return found

    def _last_full_month(self, today: date) -> tuple[list[int], list[int]]:
        block = self._model.month(month_of(today) - 1)
        apps = np.array([product.app.index for product in self._model.products])[block.products]
        size = len(self._model.apps)
        downloads = np.bincount(apps, weights=block.downloads.sum(axis=1), minlength=size)
        dollars = np.bincount(apps, weights=block.cents.sum(axis=1), minlength=size) // 100
        return downloads.astype(np.int64).tolist(), dollars.astype(np.int64).tolist()


def _publisher_id(app: App) -> int:
    return key_of(app.publisher) % 10**9


def _member(product: Product, today: date) -> Answer:
    """The product as it stands in its unified app."""
    category = CATEGORIES[product.store]
    place = {"id": category["id"], "name": category["name"], "parent_id": None}
    return {
        **product_object(product, today),
        "publisher": product.app.publisher,
        "publisher_id": _publisher_id(product.app),
        "us_price": 0,
        "categories": [{"category": place, "main": True}],
    }


def matching(products: Iterable[Product], filters: str, text: str, today: date) -> list[Product]:
    """The products whose name holds the text, less what a filter string leaves out.

    Such as `hidden:false;inactive:false;types:app;storefronts:apple:ios`; nothing is hidden here,
    all are apps, and where they come from (`sources`) is not simulated.
    """
    wanted = dict(part.strip().partition(":")[::2] for part in filters.split(";") if part.strip())
    if unknown := wanted.keys() - {"hidden", "inactive", "types", "sources", "storefronts"}:
        raise bad_request(f"filter {sorted(unknown)[0]!r} is unknown")
    types = wanted.get("types", "app").split(",")
    storefronts = wanted.get("storefronts", ",".join(STOREFRONTS.values())).split(",")
    return [
        product
        for product in products
        if text.casefold() in product.app.name.casefold()
        and "app" in types
        and STOREFRONTS[product.store] in storefronts
        and (wanted.get("inactive") != "false" or is_active(product.app, today))
    ]


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
