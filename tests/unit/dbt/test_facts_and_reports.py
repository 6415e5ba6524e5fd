"""Facts and reports of one snapshot are held against each other, whichever of them is wrong."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shortdrama.gates.mart_gate import MartContext, audit_together
from shortdrama.gates.profiles import mart_profile
from shortdrama.gates.published import attach_published, count_rows

FIGURE = "periods_unlike_facts"
BUILT_ON = date(2026, 2, 25)
AUGUST = "estimated_on between '2025-08-01' and '2025-08-31'"

DEFECTS = {
    "the facts of a month are of a damaged load": (
        f"update marts.fct_app_estimates_daily set downloads = downloads + 1 where {AUGUST}"
        " and country_code = 'US' and app_id = 'ua_box'",
        "2025-08",
    ),
    "an app's revenue fell out of the facts": (
        f"delete from marts.fct_app_estimates_daily where {AUGUST} and app_id = 'ua_hong'",
        "2025-08",
    ),
    "a month of facts is gone": (
        f"delete from marts.fct_app_estimates_daily where {AUGUST}",
        "2025-08",
    ),
    "a month of facts is there twice": (
        "insert into marts.fct_app_estimates_daily"
        f" select * replace ('copy' as app_id) from marts.fct_app_estimates_daily where {AUGUST}",
        "2025-08",
    ),
    "revenue differs by a cent": (
        "update marts.rpt_market_size_monthly set revenue_usd = revenue_usd + 0.01"
        " where geography = 'US' and period_label = '2025-08'",
        "2025-08",
    ),
    "a month of a report is gone": (
        "delete from marts.rpt_market_size_monthly where period_label = '2025-08'",
        "2025-08",
    ),
    "a report has a month too many": (
        "insert into marts.rpt_market_size_monthly select * replace ('2024-08' as period_label,"
        " date '2024-08-01' as period_start_on, date '2024-08-31' as period_end_on)"
        " from marts.rpt_market_size_monthly where geography = 'US' and period_label = '2025-08'",
        "2024-08",
    ),
    "two countries of a report are exchanged": (
        "update marts.rpt_country_monthly set country_code = case country_code when 'US' then 'IN'"
        " else 'US' end where country_code in ('US', 'IN') and period_label = '2025-08'",
        "2025-08",
    ),
    "an app is missing on a leaderboard": (
        "delete from marts.rpt_app_leaderboard_monthly"
        " where app_id = 'ua_box' and geography = 'US' and period_label = '2025-08'",
        "2025-08",
    ),
    "a quarter is of another build": (
        "update marts.rpt_market_size_quarterly set downloads = downloads - 7"
        " where geography = 'World ex-China' and period_label = '2025Q3'",
        "2025Q3",
    ),
    "the rest of the world is wrong": (
        "update marts.rpt_market_size_weekly set downloads = downloads + 1"
        " where geography = 'Other' and period_label = '2025-W33'",
        "2025-W33",
    ),
    "a region is wrong": (
        "update marts.rpt_market_size_monthly set downloads = downloads + 1"
        " where geography = 'North America' and period_label = '2025-08'",
        "2025-08",
    ),
    "revisions are of another build": (
        "update marts.rpt_estimate_revisions set newest_downloads = newest_downloads + 1"
        " where month_start_on = '2025-08-01' and geography_level = 'country'",
        "2025-08",
    ),
    "a report is in another currency": (
        "update marts.rpt_market_size_monthly set currency = 'EUR' where period_label = '2025-08'",
        "2025-08",
    ),
}


@pytest.fixture
def marts(build: Any, tmp_path: Path) -> Any:
    """The marts of the small market, to be broken."""
    shutil.copy(build.warehouse, tmp_path / "market.duckdb")
    with duckdb.connect(str(tmp_path / "market.duckdb")) as connection:
        yield connection


def months(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The periods of which facts and reports differ."""
    attach_published(connection, None, BUILT_ON)
    count_rows(connection, {"dim_app": 1}, None, ())
    profile = mart_profile(connection, "marts")
    found = {sample["month"] for sample in profile[f"{FIGURE}_samples"] or ()}
    assert bool(profile[FIGURE]) == bool(found)
    return found


def test_facts_and_reports_of_one_build_agree(marts: duckdb.DuckDBPyConnection) -> None:
    assert months(marts) == set()
    geographies = marts.execute(
        "select count(distinct geography) from marts.rpt_market_size_monthly"
    ).fetchall()
    assert geographies > [(5,)], "the world, without China, other, regions and countries"


@pytest.mark.parametrize("defect", DEFECTS)
def test_where_they_differ_the_period_is_named(
    marts: duckdb.DuckDBPyConnection, defect: str
) -> None:
    statement, period = DEFECTS[defect]
    assert marts.execute(statement).fetchall() > [(0,)], "the defect changes nothing"
    assert period in months(marts)


def test_a_difference_refuses_and_says_what_differs(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(DEFECTS["revenue differs by a cent"][0])
    context = MartContext("sample", frozenset(), BUILT_ON)
    findings = audit_together(marts, context, {"dim_app": 1}, ())
    (finding,) = (one for one in findings if one.column == FIGURE)
    assert finding.severity == "critical"
    assert "e.g. mart rpt_market_size_monthly, month 2025-08, geography US" in finding.text


def test_without_any_load_there_is_nothing_to_hold_against_each_other(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    for (mart,) in marts.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    ).fetchall():
        marts.execute(f"delete from marts.{mart}")
    marts.execute("delete from raw.load_coverage")
    assert months(marts) == set()
