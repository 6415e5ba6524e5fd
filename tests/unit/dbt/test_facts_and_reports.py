"""Facts and reports of one snapshot are held against each other, whichever of them is wrong."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shortdrama.gates import mart_gate
from shortdrama.gates.mart_gate import MartContext, audit_marts
from shortdrama.gates.results import Finding

LOADED = frozenset({"appfigures.estimates", "appfigures.products"})
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
def marts(build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The marts of the small market, to be broken; they are hardly gated alone here."""
    monkeypatch.setattr(mart_gate, "gated_marts", lambda: ["dim_vendor"])
    shutil.copy(build.warehouse, tmp_path / "market.duckdb")
    with duckdb.connect(str(tmp_path / "market.duckdb")) as connection:
        yield connection


def unlike(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """What refuses because marts differ from each other."""
    result = audit_marts(connection, "B1", MartContext("real", LOADED, BUILT_ON))
    return [one for one in result.critical if one.suite.startswith("marts.")]


def test_facts_and_reports_of_one_build_agree(marts: duckdb.DuckDBPyConnection) -> None:
    assert unlike(marts) == []
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
    said = [finding.text for finding in unlike(marts)]
    assert any(period in text for text in said), said


def test_a_difference_refuses_and_says_what_differs(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(DEFECTS["revenue differs by a cent"][0])
    (finding,) = (one for one in unlike(marts) if one.name.endswith("(periods_unlike_facts)"))
    assert "e.g. mart rpt_market_size_monthly, month 2025-08, geography US" in finding.text


def test_without_any_load_there_is_nothing_to_hold_against_each_other(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    # But for what reviewed lists and the pipeline's own records say.
    for (mart,) in marts.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
        " and not regexp_matches(table_name, '^ops_|monetisation')"
    ).fetchall():
        marts.execute(f"delete from marts.{mart}")
    marts.execute("delete from raw.load_coverage")
    result = audit_marts(marts, "B1", MartContext("real", frozenset(), BUILT_ON))
    assert not [one for one in result.findings if "unlike" in one.name]
