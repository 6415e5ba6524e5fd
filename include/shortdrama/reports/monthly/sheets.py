"""The exact figures of a monthly edition."""

from shortdrama.reports.facts.concentration import Concentration
from shortdrama.reports.facts.forecasts import Context
from shortdrama.reports.facts.revisions import Revision
from shortdrama.reports.monthly.content import MonthlyContent
from shortdrama.reports.page import Sheet
from shortdrama.reports.sentences.forecasts import why_not
from shortdrama.reports.sentences.sheets import (
    apps_sheet,
    breakeven_sheet,
    countries_sheet,
    headings,
    market_sheet,
)
from shortdrama.reports.words.voice import Voice


def sheets(v: Voice, content: MonthlyContent) -> tuple[Sheet, ...]:
    """The market and its parts, forecasts, break-even and revisions."""
    found = [
        market_sheet(v, "sheet.months", content.chart),
        *apps_sheet(v, content.apps),
        countries_sheet(v, content.countries),
    ]
    if content.quarter is not None:
        found.append(market_sheet(v, "sheet.quarter", (content.quarter,)))
    if content.concentration is not None:
        found.append(_concentration(v, content.concentration))
    if content.context:
        found.append(_forecasts(v, content.context))
    if content.breakeven:
        found.append(breakeven_sheet(v, content.breakeven))
    if content.revisions:
        found.append(_revisions(v, content.revisions))
    return tuple(found)


def _concentration(v: Voice, found: Concentration) -> Sheet:
    months = [month for month in (found.before, found.now) if month is not None]
    return Sheet(
        v.t("sheet.concentration"),
        headings(v, "period", "cr3", "cr5", "cr10", "hhi", "earning"),
        tuple(
            (
                v.f.period_label(one.label),
                one.cr3_pct,
                one.cr5_pct,
                one.cr10_pct,
                one.hhi,
                one.earning_apps,
            )
            for one in months
        ),
    )


def _forecasts(v: Voice, rows: tuple[Context, ...]) -> Sheet:
    return Sheet(
        v.t("sheet.forecasts"),
        headings(v, "forecaster", "published", "year", "forecast", "run_rate", "why_not"),
        tuple(
            (
                row.publisher,
                v.f.month(row.published_on),
                row.year,
                row.forecast_usd,
                row.our_run_rate_usd,
                None if row.comparable else why_not(v, row),
            )
            for row in rows
        ),
    )


def _revisions(v: Voice, rows: tuple[Revision, ...]) -> Sheet:
    return Sheet(
        v.t("sheet.revisions"),
        headings(v, "month", "first_said", "now_said", "revision", "revision_pct"),
        tuple(
            (
                row.month_start_on,
                row.first_said_revenue_usd,
                row.newest_revenue_usd,
                row.revenue_revision_usd,
                row.revenue_revision_pct,
            )
            for row in rows
        ),
    )
