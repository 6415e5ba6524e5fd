"""What the published marts say about a week, in SQL; each function answers one part of the brief.

Connections have the snapshot's views as `marts.<name>`.
"""

from datetime import datetime, timedelta
from typing import Any

from duckdb import DuckDBPyConnection

from shortdrama.core.errors import ReportWithheld
from shortdrama.reports.brief import (
    CHART_WEEKS,
    REQUIRED,
    Basis,
    CountryRow,
    FastRatio,
    Forecast,
    ForecastFigure,
    LeaderboardRow,
    MarketFigures,
    Reconciliation,
    SnapshotFacts,
    WeeklyBrief,
    WeekRevenue,
)
from shortdrama.reports.periods import IsoWeek

SCOPE = {"vendor": "Appfigures", "basis": "net", "geography": "World ex-China"}
"""The only vendor, basis and geography of the headline figures: nothing else is mixed in."""

LEADERBOARD_ROWS = 10
COUNTRY_ROWS = 5
FORECAST_PUBLISHER = "Omdia"

Rows = list[dict[str, Any]]


def weekly_brief(
    connection: DuckDBPyConnection, facts: SnapshotFacts, week: IsoWeek, made_at: datetime
) -> WeeklyBrief:
    """The whole content of a week's brief; raises ReportWithheld when the week is not covered."""
    return WeeklyBrief(
        made_at=made_at,
        snapshot=facts,
        week=week_figures(connection, week),
        basis=basis(connection),
        quarter=latest_quarter(connection),
        chart=chart_weeks(connection, week),
        leaderboard=leaderboard(connection, week),
        countries=top_countries(connection, week),
        forecast=newest_forecast(connection),
        reconciliation=reconciliation(connection),
    )


def week_figures(connection: DuckDBPyConnection, week: IsoWeek) -> MarketFigures:
    """The headline figures of the week; raises ReportWithheld unless every day has data."""
    found = _rows(
        connection,
        """
        select
            week.period_label as label,
            week.period_start_on as starts_on,
            week.period_end_on as ends_on,
            week.active_apps,
            week.active_apps - base.active_apps as active_apps_change,
            week.downloads,
            week.downloads_growth_pct,
            week.revenue_usd,
            week.revenue_growth_pct,
            week.revenue_per_download_usd,
            cast(
                100 * week.revenue_per_download_usd / nullif(base.revenue_per_download_usd, 0) - 100
                as decimal(12, 4)
            ) as revenue_per_download_growth_pct,
            week.completeness_ratio,
            week.maturity
        from marts.rpt_market_size_weekly as week
        left join marts.rpt_market_size_weekly as base
            on base.period_end_on = week.period_start_on - interval 1 day
            and base.completeness_ratio = 1
            and base.maturity = 'settled'
            and (base.vendor, base.revenue_basis, base.geography, base.currency)
                = (week.vendor, week.revenue_basis, week.geography, week.currency)
        where (week.vendor, week.revenue_basis, week.geography) = ($vendor, $basis, $geography)
            and week.period_label = $week
        """,
        **SCOPE,
        week=week.label,
    )
    if not found:
        raise _withheld(week, f"has no figures at all for {week.window}")
    figures = MarketFigures.model_validate(found[0])
    if figures.completeness_ratio < 1:
        days = round(figures.completeness_ratio * week.window.days)
        raise _withheld(week, f"covers only {days} of the 7 days of {week.window}")
    if figures.maturity != "settled":
        raise _withheld(week, f"was asked for {week.window} before the vendor had all of it")
    return figures


def basis(connection: DuckDBPyConnection) -> Basis:
    """What the vendor counts as revenue, and how we know."""
    found = _rows(
        connection,
        """
        select vendor, basis_evidence as evidence
        from marts.dim_vendor
        where (vendor, revenue_basis) = ($vendor, $basis)
        """,
        vendor=SCOPE["vendor"],
        basis=SCOPE["basis"],
    )
    if not found:
        raise LookupError(
            f"marts.dim_vendor has no row for {SCOPE['vendor']} with {SCOPE['basis']} revenue:"
            " the brief cannot say what its revenue means; add the vendor's row to the seed"
        )
    return Basis.model_validate(found[0])


def latest_quarter(connection: DuckDBPyConnection) -> MarketFigures | None:
    """The newest quarter whose every day is settled, if the snapshot has one."""
    found = _rows(
        connection,
        """
        select
            period_label as label, period_start_on as starts_on, period_end_on as ends_on,
            active_apps, downloads, downloads_growth_pct, revenue_usd, revenue_growth_pct,
            revenue_per_download_usd, completeness_ratio, maturity
        from marts.rpt_market_size_quarterly
        where (vendor, revenue_basis, geography) = ($vendor, $basis, $geography)
            and completeness_ratio = 1
            and maturity = 'settled'
        order by period_start_on desc
        limit 1
        """,
        **SCOPE,
    )
    return MarketFigures.model_validate(found[0]) if found else None


def chart_weeks(connection: DuckDBPyConnection, week: IsoWeek) -> tuple[WeekRevenue, ...]:
    """The complete weeks among the last 13, oldest first; a week without data is left out."""
    found = _rows(
        connection,
        """
        select period_start_on as starts_on, revenue_usd
        from marts.rpt_market_size_weekly
        where (vendor, revenue_basis, geography) = ($vendor, $basis, $geography)
            and completeness_ratio = 1
            and maturity = 'settled'
            and period_start_on between $first and $last
        order by period_start_on
        """,
        **SCOPE,
        first=week.window.start - timedelta(weeks=CHART_WEEKS - 1),
        last=week.window.start,
    )
    return tuple(WeekRevenue.model_validate(row) for row in found)


def leaderboard(connection: DuckDBPyConnection, week: IsoWeek) -> tuple[LeaderboardRow, ...]:
    """The ten apps that earned most in the week, without apps that have left the market."""
    found = _rows(
        connection,
        """
        select
            revenue_rank as rank, app_name, publisher, revenue_usd,
            revenue_share_pct as share_pct, movement, revenue_rank_change as rank_change
        from marts.rpt_app_leaderboard_weekly
        where (vendor, revenue_basis, geography) = ($vendor, $basis, $geography)
            and period_label = $week
            and revenue_rank is not null
        order by revenue_rank, app_id
        limit $rows
        """,
        **SCOPE,
        week=week.label,
        rows=LEADERBOARD_ROWS,
    )
    return tuple(LeaderboardRow.model_validate(row) for row in found)


def top_countries(connection: DuckDBPyConnection, week: IsoWeek) -> tuple[CountryRow, ...]:
    """The five countries outside China with the most revenue in the week."""
    found = _rows(
        connection,
        """
        select
            geography as country_code, revenue_usd, revenue_share_pct as share_pct,
            revenue_growth_pct
        from marts.rpt_market_size_weekly
        where (vendor, revenue_basis) = ($vendor, $basis)
            and geography_level = 'country'
            and geography <> 'CN'
            and period_label = $week
        order by revenue_usd desc, geography
        limit $rows
        """,
        vendor=SCOPE["vendor"],
        basis=SCOPE["basis"],
        week=week.label,
        rows=COUNTRY_ROWS,
    )
    return tuple(CountryRow.model_validate(row) for row in found)


def newest_forecast(connection: DuckDBPyConnection) -> Forecast | None:
    """Omdia's newest vintage for the world; its figure for FAST may be from an older one."""
    scope = {"publisher": FORECAST_PUBLISHER, "geography": "World", "segment": "microdramas"}
    figures = _rows(
        connection,
        """
        select
            published_on, year, value as value_usd, value_kind, value_basis, basis_evidence
        from marts.fct_market_forecasts
        where (publisher, geography, segment) = ($publisher, $geography, $segment)
            and metric = 'revenue'
            and unit = 'USD'
        qualify published_on = max(published_on) over ()
        order by year
        """,
        **scope,
    )
    if not figures:
        return None
    ratios = _rows(
        connection,
        """
        select year, ratio_to_fast as ratio, fast_published_on
        from marts.rpt_forecast_revisions
        where (publisher, geography, segment) = ($publisher, $geography, $segment)
            and metric = 'revenue'
            and ratio_to_fast is not null
        order by published_on desc, year desc
        limit 1
        """,
        **scope,
    )
    return Forecast(
        publisher=FORECAST_PUBLISHER,
        published_on=figures[0]["published_on"],
        figures=tuple(ForecastFigure.model_validate(row) for row in figures),
        fast=FastRatio.model_validate(ratios[0]) if ratios else None,
    )


def reconciliation(connection: DuckDBPyConnection) -> Reconciliation:
    """How our figures compare with the published ones."""
    found = _rows(
        connection,
        "select status, count(*) as facts from marts.rpt_vendor_reconciliation group by status",
    )
    return Reconciliation.model_validate({row["status"]: row["facts"] for row in found})


def _withheld(week: IsoWeek, reason: str) -> ReportWithheld:
    return ReportWithheld(
        week.label,
        REQUIRED,
        reason,
        f"Pull it again for {week.window} (start={week.window.start}, end={week.window.end}), wait"
        " until the marts are published, and run the report again; if a load of these days is in"
        " quarantine, its reasons say what to correct",
    )


def _rows(connection: DuckDBPyConnection, sql: str, **parameters: object) -> Rows:
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
