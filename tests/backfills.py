"""Plans without a lake."""

from datetime import date, timedelta
from typing import Any

from shortdrama.backfill.plan import Asked, Budget, Known
from shortdrama.core.windows import Window
from shortdrama.lake.records import Coverage

TODAY = date(2026, 2, 25)
COUNTRIES = ("ZZ", "US", "BR")


def days(start: str, end: str) -> Window:
    return Window(start=date.fromisoformat(start), end=date.fromisoformat(end))


def coverage(start: str, end: str, *countries: str) -> Coverage:
    return Coverage(window=days(start, end), countries=countries or COUNTRIES)


def asked(start: str, end: str, **changes: Any) -> Asked:
    return Asked(dataset="appfigures.estimates", window=days(start, end), reason="why", **changes)


def known(**changes: Any) -> Known:
    """One call per country, and no quota that anybody knows."""
    facts: dict[str, Any] = {
        "today": TODAY,
        "countries": COUNTRIES,
        "budget": Budget(),
        "calls_of": lambda _, countries: len(countries),
    }
    return Known(**(facts | changes))


def slices(window: Window, countries: tuple[str, ...]) -> set[tuple[date, str]]:
    return {
        (window.start + timedelta(days=number), country)
        for number in range(window.days)
        for country in countries
    }
