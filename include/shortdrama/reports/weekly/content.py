"""What the weekly brief says, before any words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.apps import Apps, apps
from shortdrama.reports.facts.countries import Country, countries
from shortdrama.reports.facts.events import Event, events
from shortdrama.reports.facts.forecasts import Vintage, newest_vintage
from shortdrama.reports.facts.market import Market, Period, latest_quarter, market
from shortdrama.reports.facts.reconciliation import Reconciliation, reconciliation
from shortdrama.reports.facts.required import required_period, required_vendor
from shortdrama.reports.facts.rows import Frozen
from shortdrama.reports.facts.scope import ESTIMATES, FORECASTS, PRODUCTS, VENDOR
from shortdrama.reports.facts.snapshot import SnapshotFacts, snapshot_facts
from shortdrama.reports.facts.vendors import Vendor, permission, quotable
from shortdrama.reports.periods import IsoWeek, week_due_on
from shortdrama.reports.reports import Period as AnyPeriod

CHART_WEEKS = 13
NEW_FOR = timedelta(days=7)
"""A vintage is shown in the first edition after it was accepted."""
SHOWN = (ESTIMATES, PRODUCTS)


class WeeklyContent(Frozen):
    """One edition, the same for all locales and recipients."""

    made_at: datetime
    label: str
    snapshot: SnapshotFacts
    vendor: Vendor
    shows_apps: bool
    """Whether figures of single apps may be passed on."""
    market: Market
    apps: Apps
    countries: tuple[Country, ...]
    quarter: Period | None
    vintage: Vintage | None
    vintage_is_new: bool
    left_out: tuple[str, ...]
    """Publishers whose figures may not be passed on."""
    reconciliation: Reconciliation
    events: tuple[Event, ...]

    @property
    def moved_pct(self) -> Mapping[str, Decimal]:
        """How far revenue and downloads moved, percent."""
        return self.market.moved_pct

    @property
    def dated_events(self) -> tuple[Event, ...]:
        """Events of which the week is known; the others are told by the month."""
        return tuple(one for one in self.events if one.date_precision in ("day", "week"))

    @property
    def chart(self) -> tuple[Period, ...]:
        """The complete weeks among the last thirteen."""
        first = self.market.now.starts_on - timedelta(weeks=CHART_WEEKS - 1)
        return tuple(week for week in self.market.complete if week.starts_on >= first)

    @property
    def shown_datasets(self) -> tuple[str, ...]:
        """Datasets whose figures are in it; the first is that of the headline."""
        return (*SHOWN, FORECASTS) if self.vintage and self.vintage_is_new else SHOWN

    @property
    def next_on(self) -> date | None:
        """When the next edition comes; None when this one was made after that day."""
        due = week_due_on(IsoWeek.containing(self.market.now.ends_on + timedelta(days=1)))
        return due if due > self.made_at.date() else None


def compose(
    connection: DuckDBPyConnection, manifest: object, period: AnyPeriod, made_at: datetime
) -> WeeklyContent:
    """The content of a week's edition.

    Raises ReportWithheld when the week is not completely covered, or when nobody has reviewed that
    the vendor's sums may be shared.
    """
    week = IsoWeek.parse(period.label)
    facts = snapshot_facts(manifest)
    vendor = required_vendor(connection, VENDOR, week, facts)
    now = required_period(connection, "weekly", week, ESTIMATES)
    whole = market(connection, "weekly", now)
    allowed = permission(connection, VENDOR, is_sample=facts.is_sample)
    first_shown = now.starts_on - timedelta(weeks=CHART_WEEKS - 1)
    vintage = newest_vintage(connection, made_at.date())
    quotes = quotable(connection, [vintage.publisher] if vintage else [], is_sample=facts.is_sample)
    return WeeklyContent(
        made_at=made_at,
        label=week.label,
        snapshot=facts,
        vendor=vendor,
        shows_apps=allowed.rows,
        market=whole,
        apps=apps(connection, "weekly", whole) if allowed.rows else Apps(apps=()),
        countries=countries(connection, "weekly", whole),
        quarter=latest_quarter(connection, made_at.date()),
        vintage=None if quotes.left_out else vintage,
        left_out=quotes.left_out,
        vintage_is_new=_is_new(facts, made_at),
        reconciliation=reconciliation(connection),
        events=events(connection, first_shown, now.ends_on),
    )


def _is_new(facts: SnapshotFacts, made_at: datetime) -> bool:
    state = facts.datasets.get(FORECASTS)
    return bool(state and state.accepted_at and made_at - state.accepted_at < NEW_FOR)
