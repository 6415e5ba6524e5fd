"""Every figure of an edition is in the marts: recomputed by SQL and formats of the tests' own."""

import duckdb
import pytest

import report_editions
from report_editions import LABELS
from shortdrama.reports.words.formats import LocaleName
from traced_reports import known
from tracing import TOKEN, texts

LOCALES: tuple[LocaleName, ...] = ("en", "zh")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("report_id", LABELS)
def test_every_figure_is_explained_by_the_marts(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, locale: LocaleName
) -> None:
    page = report_editions.edition(report_marts, report_id, locale)
    found = known(report_marts, report_id, locale, report_editions.manifest())
    assert found.unexplained(page) == []
    figures = sum(len(TOKEN.findall(text)) for _, text in texts(page))
    assert figures > 100


def changed(mart: str, change: str, where: str) -> str:
    return f"update marts.{mart} set {change} where {where}"


HERE = "geography = 'World ex-China'"
WEEKLY = [
    changed("rpt_market_size_weekly", "revenue_usd = revenue_usd * 1.3",
            f"{HERE} and period_label = '2025-W39'"),
    changed("rpt_market_size_weekly", "revenue_growth_pct = 7.7",
            f"{HERE} and period_label = '2025-W39'"),
    changed("rpt_market_size_weekly", "downloads = downloads * 2",
            f"{HERE} and period_label = '2025-W39'"),
    changed("rpt_market_size_weekly", "revenue_usd = revenue_usd * 1.1",
            f"{HERE} and period_label = '2025-W37'"),
    changed("rpt_market_size_weekly", "active_apps = 555",
            f"{HERE} and period_label = '2025-W39'"),
    changed("rpt_app_leaderboard_weekly", "revenue_usd = revenue_usd * 2",
            "app_name = 'NetShort' and period_label = '2025-W39'"),
    changed("rpt_app_leaderboard_weekly", "revenue_share_pct = 77",
            "app_name = 'DramaBox' and period_label = '2025-W39'"),
    changed("rpt_market_size_weekly", "revenue_usd = revenue_usd + 3000000",
            "geography = 'FR' and period_label = '2025-W39'"),
    changed("rpt_market_size_quarterly", "revenue_usd = 1", "period_label = '2025Q3'"),
    changed("fct_market_forecasts", "value = value * 3", "year = 2026"),
    changed("rpt_vendor_reconciliation", "status = 'no_data'", "status = 'match'"),
]  # fmt: skip
MONTHLY = [
    changed("rpt_market_concentration_monthly", "cr5_pct = 12", "period_label = '2025-09'"),
    changed("rpt_market_concentration_monthly", "hhi = 12", "period_label = '2025-09'"),
    changed("rpt_forecast_context", "our_run_rate_usd = 5",
            "our_run_rate_usd is not null"),
    changed("rpt_forecast_context", "forecast_usd = 5", "publisher = 'Media Partners Asia'"),
    changed("rpt_estimate_revisions", "first_said_revenue_usd = 5",
            "month_start_on = '2025-08-01'"),
    changed("rpt_minis_landscape", "drama_apps = 99", "drama_apps = 13"),
    changed("rpt_minis_landscape", "monthly_price_low_usd = 55", "drama_apps = 13"),
    changed("rpt_monetisation_breakeven", "break_even_units = 77777777",
            "scenario_id = 'paid_unlock.base'"),
    changed("rpt_minis_landscape", "game_apps = 77", "drama_apps = 13"),
    changed("dim_monetisation_assumption", "high = 0.77", "assumption_id = 'fee'"),
    changed("rpt_market_size_monthly", "revenue_growth_pct = 9",
            f"{HERE} and period_label = '2025-09'"),
]  # fmt: skip
PULSE = [
    changed("rpt_hashtag_momentum", "views = 123456789",
            "hashtag_name = 'tiktokminis' and country_code = 'US'"),
    changed("rpt_hashtag_momentum", "views_change_7d_pct = 77.7",
            "hashtag_name = 'reelshort' and country_code = 'US'"),
    changed("rpt_hashtag_momentum", "posts = 99",
            "hashtag_name = 'tiktokminis' and country_code = 'US'"),
    changed("rpt_hashtag_momentum", "views_change_7d = 935546",
            "hashtag_name = 'flickreels' and country_code = 'US'"),
    changed("rpt_hashtag_momentum", "views = 5",
            "hashtag_name = 'shortdrama' and country_code = 'BR'"),
    changed("dim_monetisation_assumption", "low = 0.77", "assumption_id = 'fee'"),
    changed("rpt_monetisation_breakeven", "break_even_units = 11",
            "scenario_id = 'ad_share.best'"),
    changed("fct_minis_search_interest", "growth_pct = 12", "growth_pct is not null"),
    changed("rpt_minis_entry", "value = 777777", "item like 'tags of%'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("report_id", "sql"),
    [
        *(("weekly_brief", sql) for sql in WEEKLY),
        *(("monthly_report", sql) for sql in MONTHLY),
        *(("minis_pulse", sql) for sql in PULSE),
    ],
)
def test_a_changed_figure_is_found_out(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, sql: str
) -> None:
    """The edition of the marts as they were does not fit the marts as they are."""
    page = report_editions.edition(report_marts, report_id, "en")
    (affected,) = report_marts.execute(sql).fetchall()[0]
    assert affected
    found = known(report_marts, report_id, "en", report_editions.manifest())
    assert found.unexplained(page)
