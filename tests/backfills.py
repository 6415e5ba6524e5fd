"""Plans without a lake, and loads of backfills."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shortdrama.backfill.plan import Asked, Budget, Known
from shortdrama.backfill.record import Backfill
from shortdrama.core.windows import Window
from shortdrama.lake.records import Coverage, LoadRecord

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
TODAY = NOW.date()
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


def load_of(backfill: Backfill, number: int, status: Any = "staged", name: str = "") -> LoadRecord:
    """The verdict about the load of a window."""
    planned = backfill.plan.windows[number]
    load_id = name or f"load-{number}"
    return LoadRecord(
        load_id=load_id,
        pull_id=f"pull-of-{load_id}",
        dataset=backfill.asked.dataset,
        status=status,
        key=f"raw/{load_id}",
        sha256="0",
        rows=1000,
        coverage=Coverage(window=planned.window, countries=planned.countries),
        said_at=NOW,
        decided_at=NOW,
        is_sample=True,
        backfill=backfill.backfill_id,
    )
