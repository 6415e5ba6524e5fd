"""What Appfigures says about itself: stores, countries, categories, and what the account may use.

The vendor's own client reads stores for their countries, categories and whether they have ranks,
and features to know what the account may ask. The features named here are our guess.
"""

from typing import Any

from shortdrama_local.simulator.apps import STOREFRONTS
from shortdrama_local.simulator.countries import COUNTRIES
from shortdrama_local.simulator.ranks import CATEGORIES

Answer = dict[str, Any]

STORE_NAMES = {"apple": "Apple App Store", "google_play": "Google Play"}

ACCESSIBLE = ("ranks", "estimates.download", "estimates.revenue", "leaderboard.report")


def countries() -> Answer:
    """By ISO code; the codes that Apple gives to its stores are not known here."""
    return {
        country.code: {"iso": country.code, "name": country.name, "apple_store_no": None}
        for country in COUNTRIES
    }


def categories() -> Answer:
    """By category id."""
    return {str(category["id"]): _category(store) for store, category in CATEGORIES.items()}


def stores() -> Answer:
    """By store, each with all countries and the one category that is simulated."""
    return {
        store: {
            "id": store,
            "name": name,
            "storefronts": [STOREFRONTS[store]],
            "countries": list(countries().values()),
            "categories": [_category(store)],
            "supported_features": ["ranks"],
        }
        for store, name in STORE_NAMES.items()
    }


def features() -> list[Answer]:
    """What the account may use, each with what limits it (nothing)."""
    return [
        {"feature": feature, "status": "accessible", "constraints": []} for feature in ACCESSIBLE
    ]


def _category(store: str) -> Answer:
    category = CATEGORIES[store]
    return {
        "id": category["id"],
        "name": category["name"],
        "store": store,
        "storefront": STOREFRONTS[store],
        "device": category["device"],
        "parent_id": None,
        "parent": None,
        "subcategories": ["free", "topgrossing"],
        "active": True,
        "hidden": False,
    }
