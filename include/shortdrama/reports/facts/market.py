"""The size of the market in a period, and how high that is."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, first, read
from shortdrama.reports.facts.scope import MARKET, PeriodKind

COMPLETE = "completeness_ratio = 1 and maturity = 'settled'"


class Period(Frozen):
    """The market in one period. Growth compares the same apps with the period just before."""

    label: str
    starts_on: date
    ends_on: date
    active_apps: int
    active_apps_change: int | None = None
    downloads: int
    downloads_growth_pct: Decimal | None = None
    revenue_usd: Decimal
    revenue_growth_pct: Decimal | None = None
    revenue_per_download_usd: Decimal | None = None
    universe_added_apps: int | None = None
    universe_removed_apps: int | None = None
    universe_change_revenue_usd: Decimal | None = None
    completeness_ratio: Decimal
    maturity: Literal["settled", "provisional"]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.ends_on - self.starts_on).days + 1


class Market(Frozen):
    """A period, the complete periods on file up to it (the oldest first, itself the last)."""

    now: Period
    complete: tuple[Period, ...]

    @property
    def moved_pct(self) -> Mapping[str, Decimal]:
        """How far revenue and downloads moved, percent; empty without a period to compare with."""
        moves = {
            "revenue": self.now.revenue_growth_pct,
            "downloads": self.now.downloads_growth_pct,
        }
        return {name: abs(value) for name, value in moves.items() if value is not None}

    @property
    def before(self) -> Period | None:
        """The period just before, if it is complete."""
        earlier = [one for one in self.complete if (self.now.starts_on - one.ends_on).days == 1]
        return earlier[0] if earlier else None

    @property
    def change_usd(self) -> Decimal | None:
        """Change of revenue since the period before, without apps added or removed by the list."""
        if self.before is None or self.now.revenue_growth_pct is None:
            return None
        whole = self.now.revenue_usd - self.before.revenue_usd
        return whole - (self.now.universe_change_revenue_usd or 0)

    @property
    def per_download_growth_pct(self) -> Decimal | None:
        """Change of revenue per download since the period before, percent.

        None if the list of apps changed in between: the two would not be about the same apps.
        """
        if self.before is None or self.now.universe_change_revenue_usd:
            return None
        now, then = self.now.revenue_per_download_usd, self.before.revenue_per_download_usd
        if now is None or then is None or now <= 0 or then <= 0:
            return None
        return 100 * now / then - 100

    @property
    def per_day_growth_pct(self) -> Decimal | None:
        """Growth of revenue per day, percent; None where both periods have as many days."""
        growth = self.now.revenue_growth_pct
        if self.before is None or growth is None or self.now.days == self.before.days:
            return None
        return (100 + growth) * self.before.days / self.now.days - 100

    @property
    def rank(self) -> int:
        """Place of the period's revenue among the complete periods on file, 1 is the highest."""
        return 1 + sum(one.revenue_usd > self.now.revenue_usd for one in self.complete)

    @property
    def is_record(self) -> bool:
        """Whether every other complete period on file had less revenue."""
        as_high = sum(one.revenue_usd >= self.now.revenue_usd for one in self.complete)
        return as_high <= 1

    @property
    def highest(self) -> Period:
        """The complete period with the most revenue, the latest of equals."""
        return max(self.complete, key=lambda one: (one.revenue_usd, one.starts_on))


FIELDS = """
    period_label as label, period_start_on as starts_on, period_end_on as ends_on,
    active_apps, active_apps_change, downloads, downloads_growth_pct,
    revenue_usd, revenue_growth_pct, revenue_per_download_usd,
    universe_added_apps, universe_removed_apps, universe_change_revenue_usd,
    completeness_ratio, maturity
"""
IN_MARKET = "(vendor, revenue_basis, geography) = ($vendor, $basis, $geography)"


def period(connection: DuckDBPyConnection, kind: PeriodKind, label: str) -> Period | None:
    """A period of the market outside China, complete or not."""
    return first(
        read(
            connection,
            Period,
            f"""
            select {FIELDS}
            from marts.rpt_market_size_{kind}
            where {IN_MARKET} and period_label = $label
            """,  # noqa: S608 - names of our own
            **MARKET,
            label=label,
        )
    )


def market(connection: DuckDBPyConnection, kind: PeriodKind, now: Period) -> Market:
    """A period among all complete ones up to it."""
    complete = read(
        connection,
        Period,
        f"""
        select {FIELDS}
        from marts.rpt_market_size_{kind}
        where {IN_MARKET} and {COMPLETE} and period_start_on <= $starts_on
        order by period_start_on
        """,  # noqa: S608 - names of our own
        **MARKET,
        starts_on=now.starts_on,
    )
    return Market(now=now, complete=complete)


def latest_quarter(connection: DuckDBPyConnection, until: date) -> Period | None:
    """The newest complete quarter that ended by `until`, if the snapshot has one."""
    return first(
        read(
            connection,
            Period,
            f"""
            select {FIELDS}
            from marts.rpt_market_size_quarterly
            where {IN_MARKET} and {COMPLETE} and period_end_on <= $until
            order by period_start_on desc
            limit 1
            """,  # noqa: S608 - names of our own
            **MARKET,
            until=until,
        )
    )
