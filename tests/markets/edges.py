"""Loads of single countries: added, removed, for one day, for half a week, without the world.

Every country has the same figures on every day, so that any sum can be done in the head. The world,
China, the US and Japan are covered throughout; what else there is has a period of its own:

- KR: one day in February (a backfill).
- GB: Monday to Thursday of the week of 3 March.
- CA and BR: added on 16 April; CA is in one store only, and BR the only country of its region.
- XX: from May to June; no list of countries has it.
- NG: June and July, covered without a row.
- JP: removed after 10 August.
- CN is not covered on the last day of August.
- October: the world alone.
- November: the world and China in its first half, the US in its second.
"""

from datetime import date

from markets.small import Figures, Load, estimates, products

APPLE, GOOGLE, OTHER_APP = 1, 2, 3
LISTED = {
    APPLE: ("reel", "Reel", "Reel", "apple"),
    GOOGLE: ("reel", "Reel", "Reel", "google_play"),
    OTHER_APP: ("box", "Box", "Box", "apple"),
}
USD = {
    "ZZ": 1000, "CN": 100, "US": 200, "CA": 50, "JP": 80, "KR": 30, "GB": 40, "BR": 20, "XX": 10,
}  # fmt: skip
"""Revenue of a day; downloads are a tenth."""

FIGURES: Figures = {
    (product, country): (usd // 20, f"{usd // 2}.00")
    for country, usd in USD.items()
    for product in ((APPLE, OTHER_APP) if country == "CA" else (GOOGLE, OTHER_APP))
}
SAID_AT = "2026-01-10T06:00:00"


def _days(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


def _load(name: str, first: str, last: str, *countries: str) -> Load:
    return estimates(f"estimates-{name}", SAID_AT, _days(first, last), FIGURES, countries)


def edges() -> list[Load]:
    """The loads, in the order of the ledger."""
    return [
        products("products", SAID_AT, LISTED),
        _load("world", "2025-01-01", "2025-10-12", "ZZ"),
        _load("china", "2025-01-01", "2025-08-30", "CN"),
        _load("china-september", "2025-09-01", "2025-09-30", "CN"),
        _load("us", "2025-01-01", "2025-09-30", "US"),
        _load("japan", "2025-01-01", "2025-08-10", "JP"),
        _load("korea", "2025-02-10", "2025-02-10", "KR"),
        _load("britain", "2025-03-03", "2025-03-06", "GB"),
        _load("canada-and-brazil", "2025-04-16", "2025-09-30", "CA", "BR"),
        _load("nowhere", "2025-05-01", "2025-06-30", "XX"),
        _load("nigeria", "2025-06-01", "2025-07-31", "US", "NG"),
        _load("november", "2025-11-01", "2025-11-15", "ZZ", "CN"),
        _load("november-us", "2025-11-16", "2025-11-30", "US"),
    ]
