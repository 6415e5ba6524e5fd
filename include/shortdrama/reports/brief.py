"""What the weekly market brief says, before any words, locale or layout.

Money is USD and never mixed over vendors or bases; `_pct` is 0-100; None means that the mart has no
figure (nothing to compare with, or a period that is not complete).
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.overrides import Override
from shortdrama.lake.warned import Warned

REQUIRED = ESTIMATES.id
"""Without this dataset the brief has no figures."""
CHART_WEEKS = 13


def _day(value: object) -> object:
    """If a dataset's as-of is an instant, its day counts."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return value[:10]
    return value


class Frozen(BaseModel):
    """A value that does not change once made."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class DatasetState(Frozen):
    """How fresh a dataset was when the snapshot was built; None: nothing accepted yet.

    `refused_since` has the reasons of loads that were refused after the last accepted load.
    """

    as_of: Annotated[date | None, BeforeValidator(_day)] = None
    accepted_at: datetime | None = None
    refused_since: tuple[str, ...] = ()


class SnapshotFacts(Frozen):
    """What a brief needs from a snapshot's manifest; other fields are ignored."""

    snapshot_id: str
    created_at: datetime
    is_sample: bool
    datasets: Mapping[str, DatasetState]
    warnings: tuple[Warned, ...] = ()
    overrides: tuple[Override, ...] = ()


class Basis(Frozen):
    """Whose figures these are, and how we know that the revenue is net of store fees."""

    vendor: str
    evidence: Literal["stated", "inferred", "assumed"]


class MarketFigures(Frozen):
    """The market outside China in one period. Growth compares with the period before."""

    label: str
    starts_on: date
    ends_on: date
    active_apps: int
    active_apps_change: int | None = None
    downloads: int
    downloads_growth_pct: Decimal | None
    revenue_usd: Decimal
    revenue_growth_pct: Decimal | None
    revenue_per_download_usd: Decimal | None
    revenue_per_download_growth_pct: Decimal | None = None
    completeness_ratio: Decimal
    maturity: Literal["settled", "provisional"]


class WeekRevenue(Frozen):
    """One bar of the chart."""

    starts_on: date
    revenue_usd: Decimal


class LeaderboardRow(Frozen):
    """One app of the leaderboard; `rank_change` is positive when it moved up."""

    rank: int
    app_name: str
    publisher: str | None
    revenue_usd: Decimal
    share_pct: Decimal | None
    movement: Literal["entrant", "up", "down", "same"] | None
    rank_change: int | None


class CountryRow(Frozen):
    """One country; `share_pct` is its share of the revenue of the world without China."""

    country_code: str
    revenue_usd: Decimal
    share_pct: Decimal | None
    revenue_growth_pct: Decimal | None


class ForecastFigure(Frozen):
    """What a publisher says about one year."""

    year: int
    value_usd: Decimal
    value_kind: Literal["actual", "estimate", "forecast"]
    value_basis: str
    basis_evidence: str


class FastRatio(Frozen):
    """Microdrama revenue ÷ revenue of FAST channels, which may be from an older vintage."""

    year: int
    ratio: Decimal
    fast_published_on: date


class Forecast(Frozen):
    """The newest vintage of a publisher's forecast for the world, China included."""

    publisher: str
    published_on: date
    figures: tuple[ForecastFigure, ...]
    fast: FastRatio | None


class Reconciliation(Frozen):
    """How many published figures were compared with ours, by result."""

    match: int = 0
    bound_holds: int = 0
    off: int = 0
    not_comparable: int = 0
    no_data: int = 0

    @property
    def compared(self) -> int:
        """Facts for which a comparison was possible."""
        return self.match + self.bound_holds + self.off


class WeeklyBrief(Frozen):
    """The content of one edition; the same for all locales and recipients."""

    made_at: datetime
    snapshot: SnapshotFacts
    basis: Basis
    week: MarketFigures
    quarter: MarketFigures | None
    chart: tuple[WeekRevenue, ...]
    leaderboard: tuple[LeaderboardRow, ...]
    countries: tuple[CountryRow, ...]
    forecast: Forecast | None
    reconciliation: Reconciliation

    @property
    def decisions(self) -> tuple[Override, ...]:
        """People's decisions since the week began, oldest first.

        An older decision was made before the week had any figures; it is only in the manifest.
        """
        recent = (
            override
            for override in self.snapshot.overrides
            if override.at.date() >= self.week.starts_on
        )
        return tuple(sorted(recent, key=lambda override: override.at))

    @property
    def as_of(self) -> date | None:
        """The newest day of the estimates in it."""
        estimates = self.snapshot.datasets.get(REQUIRED)
        return estimates.as_of if estimates else None


def snapshot_facts(manifest: Mapping[str, Any] | object) -> SnapshotFacts:
    """Read a snapshot's manifest, given as a model or as a mapping."""
    return SnapshotFacts.model_validate(manifest)
