"""What a far larger market would take: rows, objects, ledger, calls, hours and dollars.

Pure arithmetic over unit costs that were measured here (docs/performance.md) and public prices; it
runs nothing. Times beyond what was measured are extrapolated in a straight line. Calls are those of
store estimates, by far the largest dataset. `python benchmarks/scale.py` prints the Markdown tables
of docs/scale.md.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from math import ceil

from shortdrama.core.windows import MAX_DAYS_PER_PULL, Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.ledger import Coverage, LoadRecord

MILLION = 1_000_000
GB = 1_000_000_000
DAYS_PER_YEAR = 365
MONTHS_PER_YEAR = 12
TOUCHED_DAYS = 61
"""A pull of 35 days touches two months, which are written again."""


@dataclass(frozen=True)
class Market:
    """What is observed: apps, each on `stores`, in `countries` and the world, for `years`.

    Every day pulls `trailing_days` again. `share` of all cells (product, country, day) have an
    estimate.
    """

    years: int = 10
    apps: int = 2_000
    stores: int = 2
    countries: int = 150
    trailing_days: int = 35
    share: float = 1.0

    @property
    def days(self) -> int:
        """All days."""
        return self.years * DAYS_PER_YEAR

    @property
    def rows_per_day(self) -> float:
        """Estimates of one day."""
        return self.apps * self.stores * (self.countries + 1) * self.share


@dataclass(frozen=True)
class Units:
    """Measured costs of one machine with two cores; bytes are of packed objects."""

    pull_seconds: float = 0.94
    """Per million rows: 3,289,920 rows in 3.1 s, pulled and conformed, from a server that answers
    at once."""
    gate_seconds: float = 0.71
    """Per million rows: 990,824 rows in 0.7 s."""
    build_start_seconds: float = 12.6
    """Of any build; with the next, a line through 3.32 million rows in 23 s and 32.99 in 116 s."""
    fact_seconds: float = 3.13
    """Per million rows of the fact."""
    version_seconds: float = 0.54
    """Per million rows of loads beyond those: 72 million loaded and 15.5 kept took 92 s."""
    landing_bytes: float = 15.6
    """Per row, like the next two: 33,901 estimates of the demo's week."""
    raw_bytes: float = 4.4
    published_bytes: float = 4.3
    warehouse_bytes: float = 50.5
    """Per row of the fact: 1,590 MiB of private file at 33 million."""
    objects_per_call: int = 2
    objects_per_load: int = 4
    """The landing's manifest, the raw object, and the outcomes of pull and gate."""


@dataclass(frozen=True)
class Prices:
    """US dollars, Amazon's list prices in us-east-1 in June 2026; docs/scale.md has the sources."""

    gb_month: float = 0.023
    put: float = 0.005 / 1_000
    machine_hour: float = 0.0816
    """An m7g.large: two cores, as where was measured, and 8 GB."""


CALLS_PER_DAY = 1_000
"""The vendor's quota."""


@dataclass(frozen=True)
class Estimate:
    """What a market takes, after all its years."""

    fact_rows: float
    loaded_rows: float
    objects: int
    landing_gb: float
    raw_gb: float
    published_gb: float
    warehouse_gb: float
    ledger_mb: float
    calls_per_day: int
    history_calls: int
    history_quota_days: int
    load_minutes: float
    day_build_minutes: float
    refresh_hours: float
    storage_dollars_per_month: float
    storage_dollars: float
    requests_dollars: float
    compute_dollars: float


def estimate(market: Market, units: Units | None = None, prices: Prices | None = None) -> Estimate:
    """What the market takes if its history is pulled once and then every day for all years."""
    unit, price = units or Units(), prices or Prices()
    places = market.countries + 1
    fact = market.rows_per_day * market.days
    a_load = market.rows_per_day * market.trailing_days
    loaded = fact + a_load * market.days
    windows = ceil(market.days / MAX_DAYS_PER_PULL)
    history_calls = windows * places
    a_day_calls = ceil(market.trailing_days / MAX_DAYS_PER_PULL) * places
    loads = windows + market.days
    objects = (
        history_calls + a_day_calls * market.days
    ) * unit.objects_per_call + loads * unit.objects_per_load
    touched = market.rows_per_day * TOUCHED_DAYS
    # The loads of the last 61 days and of the 35 after each of them say something about them.
    read = a_load * (TOUCHED_DAYS + market.trailing_days)
    load_seconds = a_load / MILLION * (unit.pull_seconds + unit.gate_seconds)
    day_seconds = _build_seconds(touched, read, unit)
    stored = (loaded * (unit.landing_bytes + unit.raw_bytes) + fact * unit.published_bytes) / GB
    months = market.years * MONTHS_PER_YEAR
    return Estimate(
        fact_rows=fact,
        loaded_rows=loaded,
        objects=objects,
        landing_gb=loaded * unit.landing_bytes / GB,
        raw_gb=loaded * unit.raw_bytes / GB,
        published_gb=fact * unit.published_bytes / GB,
        warehouse_gb=fact * unit.warehouse_bytes / GB,
        ledger_mb=loads * _record_bytes(places) / MILLION,
        calls_per_day=a_day_calls,
        history_calls=history_calls,
        # What the daily pull leaves of the quota; none is left if it needs more than there is.
        history_quota_days=ceil(history_calls / max(CALLS_PER_DAY - a_day_calls, 1)),
        load_minutes=load_seconds / 60,
        day_build_minutes=day_seconds / 60,
        refresh_hours=_build_seconds(fact, loaded, unit) / 3_600,
        storage_dollars_per_month=stored * price.gb_month,
        # It grows by the same each month.
        storage_dollars=stored * price.gb_month * months / 2,
        requests_dollars=objects * price.put,
        compute_dollars=(load_seconds + day_seconds) * market.days / 3_600 * price.machine_hour,
    )


def _build_seconds(fact: float, loaded: float, unit: Units) -> float:
    versions = max(loaded - fact, 0)
    per_row = fact * unit.fact_seconds + versions * unit.version_seconds
    return unit.build_start_seconds + per_row / MILLION


def _record_bytes(places: int) -> int:
    """The size of a load's entry in the ledger, which names its countries."""
    day = date(2025, 9, 30)
    said_at = datetime(2025, 10, 1, tzinfo=UTC)
    record = LoadRecord(
        load_id="20251001T060000Z-0123456789ab",
        pull_id="20251001T060000Z-0123456789ab",
        dataset=ESTIMATES.id,
        status="accepted",
        key="raw/appfigures/estimates/pulled_on=2025-10-01/20251001T060000Z-0123456789ab.parquet",
        sha256="0" * 64,
        rows=MILLION,
        coverage=Coverage(window=Window(start=day, end=day), countries=("US",) * places),
        said_at=said_at,
        decided_at=said_at,
        is_sample=True,
    )
    return len(record.model_dump_json())


MARKETS = {
    "the demo's apps, 60 countries, 1 year": Market(years=1, apps=298, countries=60, share=0.14),
    "2,000 apps, 150 countries, 10 years, filled as the demo": Market(share=0.14),
    "the same, every cell filled": Market(),
}
"""Of the demo's cells 14% have an estimate: 33,901 of 577 products, 60 countries, 7 days."""


def table(markets: dict[str, Market]) -> str:
    """A Markdown table, a column per market."""
    found = [estimate(market) for market in markets.values()]
    lines = {
        "rows of the fact": [f"{one.fact_rows / MILLION:,.0f} million" for one in found],
        "rows of all loads": [f"{one.loaded_rows / MILLION:,.0f} million" for one in found],
        "objects of landing, raw and outcomes": [f"{one.objects:,}" for one in found],
        "landing": [f"{one.landing_gb:,.2f} GB" for one in found],
        "raw": [f"{one.raw_gb:,.2f} GB" for one in found],
        "a published fact": [f"{one.published_gb:,.2f} GB" for one in found],
        "the private warehouse": [f"{one.warehouse_gb:,.2f} GB" for one in found],
        "the ledger of estimates": [f"{one.ledger_mb:,.2f} MB" for one in found],
        "calls a day, of 1,000": [f"{one.calls_per_day:,}" for one in found],
        "calls for the history": [f"{one.history_calls:,}" for one in found],
        "days of quota for it": [f"{one.history_quota_days:,}" for one in found],
        "a day: pull, conform, gate": [f"{one.load_minutes:,.2f} min" for one in found],
        "a day: build": [f"{one.day_build_minutes:,.1f} min" for one in found],
        "a full refresh": [f"{one.refresh_hours:,.2f} h" for one in found],
        "storage, a month at the end": [f"${one.storage_dollars_per_month:,.2f}" for one in found],
        "storage, all years": [f"${one.storage_dollars:,.2f}" for one in found],
        "writes, all years": [f"${one.requests_dollars:,.2f}" for one in found],
        "machine, all years": [f"${one.compute_dollars:,.2f}" for one in found],
    }
    rows = [f"| | {' | '.join(markets)} |", "|---|" + "---|" * len(markets)]
    rows += [f"| {name} | {' | '.join(values)} |" for name, values in lines.items()]
    return "\n".join(rows)


def sensitivity() -> str:
    """A Markdown table: what one change does to the largest market filled as the demo."""
    base = Market(share=0.14)
    changes = {
        "as above": base,
        "7 days pulled again instead of 35": replace(base, trailing_days=7),
        "300 countries and regions": replace(base, countries=300),
        "10,000 apps": replace(base, apps=10_000),
        "1,000 places, beyond the quota": replace(base, countries=1_000),
    }
    rows = [
        "| | calls a day | a day's build | full refresh | storage a month |",
        "|---|" + "---|" * 4,
    ]
    for name, market in changes.items():
        one = estimate(market)
        rows.append(
            f"| {name} | {one.calls_per_day:,} | {one.day_build_minutes:,.1f} min"
            f" | {one.refresh_hours:,.2f} h | ${one.storage_dollars_per_month:,.2f} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(MARKETS))
    print()
    print(sensitivity())
