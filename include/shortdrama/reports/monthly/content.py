"""What the monthly market report says, before any words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.apps import Apps, apps
from shortdrama.reports.facts.breakeven import Assumption, Needed, assumptions, breakeven
from shortdrama.reports.facts.concentration import Concentration, concentration
from shortdrama.reports.facts.countries import Country, countries
from shortdrama.reports.facts.events import Event, events
from shortdrama.reports.facts.forecasts import Context, Vintage, context, newest_vintage
from shortdrama.reports.facts.market import Market, Period, latest_quarter, market
from shortdrama.reports.facts.minis import PRESS, Minis, minis
from shortdrama.reports.facts.reconciliation import Reconciliation, reconciliation
from shortdrama.reports.facts.required import required_period, required_vendor
from shortdrama.reports.facts.revisions import Revision, revisions
from shortdrama.reports.facts.rows import Frozen
from shortdrama.reports.facts.scope import ESTIMATES, FORECASTS, GEOGRAPHY, MINIS, PRODUCTS, VENDOR
from shortdrama.reports.facts.snapshot import SnapshotFacts, snapshot_facts
from shortdrama.reports.facts.vendors import Vendor, permission, quotable
from shortdrama.reports.periods import Month
from shortdrama.reports.reports import Period as AnyPeriod

CHART_MONTHS = 13
DAYS_AFTER = 6
"""From the month's last day to the 6th."""


class MonthlyContent(Frozen):
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
    concentration: Concentration | None
    quarter: Period | None
    vintage: Vintage | None
    context: tuple[Context, ...]
    minis: Minis | None
    left_out: tuple[str, ...]
    """Publishers whose figures may not be passed on."""
    breakeven: tuple[Needed, ...]
    assumed: tuple[Assumption, ...]
    revisions: tuple[Revision, ...]
    reconciliation: Reconciliation
    events: tuple[Event, ...]

    @property
    def moved_pct(self) -> Mapping[str, Decimal]:
        """How far revenue and downloads moved, percent."""
        return self.market.moved_pct

    @property
    def chart(self) -> tuple[Period, ...]:
        """The complete months among the last thirteen."""
        return self.market.complete[-CHART_MONTHS:]

    @property
    def shown_datasets(self) -> tuple[str, ...]:
        """Datasets whose figures are in it; the first is that of the headline."""
        shown = [ESTIMATES, PRODUCTS]
        if self.vintage or self.context:
            shown.append(FORECASTS)
        if self.minis:
            shown.append(MINIS)
        return tuple(shown)

    @property
    def next_on(self) -> date | None:
        """When the next edition comes; None when this one was made after that day."""
        next_month = self.market.now.ends_on + timedelta(days=32)
        due = next_month.replace(day=DAYS_AFTER)
        return due if due > self.made_at.date() else None


def compose(
    connection: DuckDBPyConnection, manifest: object, period: AnyPeriod, made_at: datetime
) -> MonthlyContent:
    """The content of a month's edition.

    Raises ReportWithheld when the month is not completely covered, or when nobody has reviewed
    that the vendor's sums may be shared.
    """
    month = Month.parse(period.label)
    facts = snapshot_facts(manifest)
    vendor = required_vendor(connection, VENDOR, month, facts)
    whole = market(connection, "monthly", required_period(connection, "monthly", month, ESTIMATES))
    allowed = permission(connection, VENDOR, is_sample=facts.is_sample)
    known_by = made_at.date()
    vintage, found_minis = newest_vintage(connection, known_by), minis(connection, known_by)
    said = [row for row in context(connection, (GEOGRAPHY,), known_by) if row.year >= month.year]
    publishers = [row.publisher for row in said]
    publishers += [vintage.publisher] if vintage else []
    publishers += [PRESS] if found_minis else []
    quotes = quotable(connection, publishers, is_sample=facts.is_sample)
    return MonthlyContent(
        made_at=made_at,
        label=month.label,
        snapshot=facts,
        vendor=vendor,
        shows_apps=allowed.rows,
        market=whole,
        apps=apps(connection, "monthly", whole) if allowed.rows else Apps(apps=()),
        countries=countries(connection, "monthly", whole),
        concentration=concentration(
            connection, month.label, whole.before.label if whole.before else None
        ),
        quarter=latest_quarter(connection, known_by),
        vintage=vintage if vintage and vintage.publisher in quotes.allowed else None,
        context=tuple(row for row in said if row.publisher in quotes.allowed),
        minis=found_minis if PRESS in quotes.allowed else None,
        left_out=quotes.left_out,
        breakeven=breakeven(connection),
        assumed=assumptions(connection),
        revisions=revisions(connection, month.window.start),
        reconciliation=reconciliation(connection),
        events=events(connection, whole.complete[-CHART_MONTHS:][0].starts_on, month.window.end),
    )
