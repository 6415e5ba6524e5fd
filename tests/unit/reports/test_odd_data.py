"""Reality is odder than the demonstration: every edition stays sensible in both languages."""

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

import report_editions
from reading import stumbles
from report_editions import LABELS
from shortdrama.core.errors import ReportWithheld
from shortdrama.reports.page import Page
from shortdrama.reports.words.formats import LocaleName

LOCALES: tuple[LocaleName, ...] = ("en", "zh")
NOW = "geography = 'World ex-China' and period_label = '2025-W39'"
BEFORE = "geography = 'World ex-China' and period_label = '2025-W38'"

WEEKLY = {
    "no week before": [
        "delete from marts.rpt_market_size_weekly where period_label = '2025-W38'",
        "delete from marts.rpt_app_leaderboard_weekly where period_label = '2025-W38'",
        f"update marts.rpt_market_size_weekly set revenue_growth_pct = null,"
        f" downloads_growth_pct = null, active_apps_change = null where {NOW}",
        "update marts.rpt_market_size_weekly set revenue_growth_pct = null"
        " where period_label = '2025-W39'",
        "update marts.rpt_app_leaderboard_weekly set movement = null, revenue_rank_change = null",
    ],
    "the first week on file": [
        "delete from marts.rpt_market_size_weekly where period_label <> '2025-W39'",
        "delete from marts.rpt_app_leaderboard_weekly where period_label = '2025-W38'",
        "update marts.rpt_market_size_weekly set revenue_growth_pct = null,"
        " downloads_growth_pct = null, active_apps_change = null",
        "update marts.rpt_app_leaderboard_weekly set movement = null",
    ],
    "nothing moved": [
        "update marts.rpt_market_size_weekly as now set revenue_usd = was.revenue_usd,"
        " downloads = was.downloads, revenue_growth_pct = 0.0301, downloads_growth_pct = -0.04,"
        " revenue_per_download_usd = was.revenue_per_download_usd"
        " from marts.rpt_market_size_weekly as was where now.period_label = '2025-W39'"
        " and was.period_label = '2025-W38' and was.geography = now.geography",
        "update marts.rpt_app_leaderboard_weekly as now set revenue_usd = was.revenue_usd"
        " from marts.rpt_app_leaderboard_weekly as was where now.period_label = '2025-W39'"
        " and was.period_label = '2025-W38' and was.app_id = now.app_id",
    ],
    "all apps and countries fall": [
        "update marts.rpt_market_size_weekly set revenue_usd = revenue_usd * 0.5,"
        " revenue_growth_pct = -50 where period_label = '2025-W39'",
        "update marts.rpt_app_leaderboard_weekly set revenue_usd = revenue_usd * 0.5"
        " where period_label = '2025-W39'",
    ],
    "a single app": [
        "delete from marts.rpt_app_leaderboard_weekly where app_name <> 'ReelShort'",
    ],
    "no apps at all": ["delete from marts.rpt_app_leaderboard_weekly"],
    "refunds": [
        "update marts.rpt_app_leaderboard_weekly set revenue_usd = -1234.5"
        " where app_name in ('ReelShort', 'DramaBox')",
        f"update marts.rpt_market_size_weekly set revenue_usd = -51, revenue_growth_pct = -100.1,"
        f" revenue_per_download_usd = -0.01 where {NOW}",
    ],
    "nobody downloads": [
        f"update marts.rpt_market_size_weekly set downloads = 0, downloads_growth_pct = -100,"
        f" revenue_per_download_usd = null where {NOW}",
    ],
    "a country leaves": [
        "delete from marts.rpt_market_size_weekly"
        " where geography = 'US' and period_label = '2025-W39'",
    ],
    "one country": [
        "delete from marts.rpt_market_size_weekly"
        " where geography_level = 'country' and geography <> 'US'",
    ],
    "no country": ["delete from marts.rpt_market_size_weekly where geography_level = 'country'"],
    "unknown shares and publishers": [
        "update marts.rpt_app_leaderboard_weekly set revenue_share_pct = null, publisher = null",
        "update marts.rpt_market_size_weekly set revenue_share_pct = null",
    ],
    "the list changed": [
        f"update marts.rpt_market_size_weekly set revenue_usd = revenue_usd + 5000000,"
        f" universe_added_apps = 2,"
        f" universe_removed_apps = 1, universe_change_revenue_usd = 5000000 where {NOW}",
        "update marts.rpt_app_leaderboard_weekly set universe_change = 'added', movement = null"
        " where app_name = 'ReelShort' and period_label = '2025-W39'",
        "delete from marts.rpt_app_leaderboard_weekly"
        " where app_name = 'ReelShort' and period_label = '2025-W38'",
    ],
    "many entrants": [
        "update marts.rpt_app_leaderboard_weekly set movement = 'entrant',"
        " previous_revenue_rank = null, revenue_rank_change = null"
        " where period_label = '2025-W39' and revenue_rank between 3 and 9",
        "delete from marts.rpt_app_leaderboard_weekly where period_label = '2025-W38'"
        " and revenue_rank between 3 and 9",
    ],
    "the order changed": [
        "update marts.rpt_app_leaderboard_weekly set revenue_rank_change = 1, movement = 'up'"
        " where period_label = '2025-W39' and revenue_rank in (3, 5)",
        "update marts.rpt_app_leaderboard_weekly set revenue_rank_change = -1, movement = 'down'"
        " where period_label = '2025-W39' and revenue_rank in (4, 6)",
    ],
    "equal weeks": ["update marts.rpt_market_size_weekly set revenue_usd = 51000000"],
    "nothing but the market": [
        "delete from marts.rpt_market_size_quarterly",
        "delete from marts.fct_market_forecasts",
        "delete from marts.rpt_forecast_revisions",
        "delete from marts.rpt_vendor_reconciliation",
        "delete from marts.fct_market_events",
    ],
    "figures that are off": ["update marts.rpt_vendor_reconciliation set status = 'off'"],
}
MONTHLY = {
    "the first month on file": [
        "delete from marts.rpt_market_size_monthly where period_label <> '2025-09'",
        "delete from marts.rpt_app_leaderboard_monthly where period_label = '2025-08'",
        "delete from marts.rpt_market_concentration_monthly where period_label <> '2025-09'",
        "update marts.rpt_market_size_monthly set revenue_growth_pct = null,"
        " downloads_growth_pct = null, active_apps_change = null",
        "update marts.rpt_app_leaderboard_monthly set movement = null",
    ],
    "nothing but the market": [
        "delete from marts.rpt_market_size_quarterly",
        "delete from marts.fct_market_forecasts",
        "delete from marts.rpt_forecast_context",
        "delete from marts.rpt_market_concentration_monthly",
        "delete from marts.rpt_minis_landscape",
        "delete from marts.rpt_monetisation_breakeven",
        "delete from marts.rpt_estimate_revisions",
        "delete from marts.fct_market_events",
    ],
    "a forecast that can be compared": [
        "update marts.rpt_forecast_context set comparable = true, reason = null,"
        " difference_pct = -18.84 where publisher = 'Owl & Co'",
    ],
    "every reason": [
        "update marts.rpt_forecast_context set reason = 'lower_bound' where publisher = 'Omdia'",
        "update marts.rpt_forecast_context set reason = 'window' where publisher = 'Owl & Co'",
        "update marts.rpt_forecast_context set reason = 'new' where year = 2030",
    ],
    "no unit brings anything": [
        "update marts.rpt_monetisation_breakeven set break_even_units = null"
        " where scenario_id like '%worst' or scenario_id like 'subscription%'",
    ],
    "a licence that pays for everything": [
        "update marts.rpt_monetisation_breakeven set break_even_units = 0"
        " where scenario_id = 'ad_share.best'",
    ],
    "Minis without prices": [
        "update marts.rpt_minis_landscape set unlock_price_low_usd = null,"
        " unlock_price_high_usd = null, monthly_price_low_usd = null,"
        " monthly_price_high_usd = null, discount_high_ratio = null",
    ],
    "Minis that nobody counted": [
        "update marts.rpt_minis_landscape set drama_apps = null, game_apps = null",
        "delete from marts.rpt_minis_leaders",
    ],
    "Minis that are free": [
        "update marts.rpt_minis_landscape set unlock_price_low_usd = 0, unlock_price_high_usd = 0,"
        " unlock_price_has_lower_bound = false, monthly_price_low_usd = null",
    ],
    "leaders as a class": [
        "update marts.rpt_minis_leaders set certainty = 'class' where status = 'absent'",
    ],
    "concentration without revenue": [
        "update marts.rpt_market_concentration_monthly set hhi = null, cr3_pct = null,"
        " cr5_pct = null, cr10_pct = null, concentration_band = null",
    ],
    "no revision": [
        "update marts.rpt_estimate_revisions set revenue_revision_pct = 0,"
        " first_said_revenue_usd = newest_revenue_usd",
    ],
}
PULSE = {
    "the first pull": [
        "update marts.rpt_hashtag_momentum set views_change_7d = null,"
        " views_change_7d_pct = null, views_change_28d_pct = null, is_breakout = null",
    ],
    "another country than the US": [
        "delete from marts.rpt_hashtag_momentum where country_code = 'US'",
    ],
    "one hashtag": [
        "delete from marts.rpt_hashtag_momentum where hashtag_name <> 'shortdrama'",
    ],
    "no hashtag of Minis": [
        "delete from marts.rpt_hashtag_momentum where hashtag_name like '%minis%'",
    ],
    "no views": ["update marts.rpt_hashtag_momentum set views = 0, views_change_7d = 0,"
                 " views_change_7d_pct = null, drama_views = 0, game_views = null"],
    "no games": ["delete from marts.rpt_hashtag_momentum where kind = 'game'",
                 "update marts.rpt_hashtag_momentum set game_views = null"],
    "nothing moved": ["update marts.rpt_hashtag_momentum set views_change_7d = 0,"
                      " views_change_7d_pct = 0, is_breakout = false"],
    "nothing about Minis": [
        "delete from marts.rpt_minis_landscape",
        "delete from marts.rpt_minis_entry",
        "delete from marts.fct_minis_search_interest",
        "delete from marts.rpt_monetisation_breakeven",
    ],
    "a source without reviewed words": [
        "update marts.rpt_minis_entry set source = 'Some Paper of 2026-02-01'",
    ],
}  # fmt: skip
CASES = [
    (report_id, case, changes)
    for report_id, cases in zip(LABELS, (WEEKLY, MONTHLY, PULSE), strict=True)
    for case, changes in cases.items()
]


def names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Names from data: they may be of either language."""
    found = connection.execute(
        """
        select app_name from marts.rpt_app_leaderboard_weekly
        union select publisher from marts.rpt_app_leaderboard_weekly
        union select app_name from marts.rpt_app_leaderboard_monthly
        union select '#' || hashtag_name from marts.rpt_hashtag_momentum
        union select title_zh from marts.fct_market_events
        union select title_en from marts.fct_market_events
        union select leader from marts.rpt_minis_leaders
        union select unnest(regexp_extract_all(statement_zh, '#\\w+')) from marts.rpt_minis_entry
        """
    ).fetchall()
    short = ["NetStory", "New Reading", "Farsun", "MoboReader", "Stary", "Holywater"]
    return [name for (name,) in found if name] + short


def edition(
    connection: duckdb.DuckDBPyConnection, report_id: str, locale: LocaleName, **changes: Any
) -> Page:
    return report_editions.edition(connection, report_id, locale, **changes)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("report_id", LABELS)
def test_the_demonstration_reads_well(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, locale: LocaleName
) -> None:
    known = names(report_marts)
    assert stumbles(edition(report_marts, report_id, locale), known) == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("report_id", "changes"),
    [pytest.param(report, changes, id=f"{report}: {case}") for report, case, changes in CASES],
)
def test_odd_data_reads_well(
    report_marts: duckdb.DuckDBPyConnection,
    report_id: str,
    changes: list[str],
    locale: LocaleName,
) -> None:
    known = names(report_marts)
    for sql in changes:
        report_marts.execute(sql)
    assert stumbles(edition(report_marts, report_id, locale), known) == []


@pytest.mark.parametrize("report_id", LABELS)
def test_the_same_content_is_the_same_page(
    report_marts: duckdb.DuckDBPyConnection, report_id: str
) -> None:
    first = edition(report_marts, report_id, "zh")
    assert edition(report_marts, report_id, "zh") == first


@pytest.mark.parametrize(
    ("report_id", "label", "reason"),
    [
        ("weekly_brief", "2025-W40", "covers only 2 of the 7 days"),
        ("weekly_brief", "2024-W01", "no figures at all"),
        ("monthly_report", "2025-10", "no figures at all"),
        ("minis_pulse", "2026-02-24", "has no figures of 2026-02-24"),
    ],
)
def test_an_edition_without_its_days_is_withheld(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, label: str, reason: str
) -> None:
    with pytest.raises(ReportWithheld, match=reason):
        edition(report_marts, report_id, "en", label=label)


def test_a_week_across_the_year_says_which_year(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    """The week of the record is in another year than the edition."""
    report_marts.execute(
        "update marts.rpt_market_size_weekly set period_start_on = '2026-01-05',"
        f" period_end_on = '2026-01-11', period_label = '2026-W02' where {NOW}"
    )
    made_at = datetime(2026, 1, 15, 8, tzinfo=UTC)
    page = edition(report_marts, "weekly_brief", "en", label="2026-W02", made_at=made_at)
    assert "(8–14 Sept 2025)" in page.answer.context
