"""A build is held against what is published: losses and slips are refused, reasons are told."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from shortdrama.core.windows import Window
from shortdrama.gates.mart_gate import MartContext, audit_together
from shortdrama.gates.published import COMPARED, Published
from shortdrama.lake.ledger import Coverage, LoadRecord

BUILT_ON = date(2025, 8, 17)

MARTS = (Path(__file__).parents[2] / "fixtures" / "gated_marts.sql").read_text("utf-8")
ROWS = {"rpt_market_size_monthly": 18, "rpt_vendor_reconciliation": 40}

JUNE_OF_THE_WORLD = "geography in ('World', 'World ex-China') and period_label = '2025-06'"
WITHOUT_DRAMABOX = """
    delete from marts.rpt_app_leaderboard_monthly where app_id = 'dramabox';
    update marts.rpt_market_size_monthly
    set downloads = downloads // 2, revenue_usd = revenue_usd / 2
"""
CHINA_REVOKED = """
    update raw.load_coverage set start_on = '2025-07-01' where country_code = 'CN';
    delete from marts.rpt_market_size_monthly
    where geography in ('CN', 'World ex-China', 'Other') and period_label = '2025-06'
"""

DEFECTS = {
    "month_lost": (
        "delete from marts.rpt_market_size_monthly"
        " where period_label = '2025-06' and geography = 'US'",
        "periods_lost",
    ),
    "world_without_china_lost": (
        "delete from marts.rpt_market_size_monthly where geography = 'World ex-China'",
        "periods_lost",
    ),
    "other_lost": (
        "delete from marts.rpt_market_size_monthly where geography = 'Other'",
        "periods_lost",
    ),
    "week_lost": (
        "delete from marts.rpt_market_size_weekly where period_label = '2025-W27'",
        "periods_lost",
    ),
    "quarter_lost": ("delete from marts.rpt_market_size_quarterly", "periods_lost"),
    "currency_changed": (
        "update marts.rpt_market_size_monthly set currency = 'EUR'",
        "periods_lost",
    ),
    "world_doubled": (
        "update marts.rpt_market_size_monthly set downloads = 2 * downloads"
        f" where {JUNE_OF_THE_WORLD}",
        "settled_world_factor",
    ),
    "settled_month_moved_by_40_percent": (
        "update marts.rpt_market_size_monthly set revenue_usd = 1.4 * revenue_usd"
        f" where {JUNE_OF_THE_WORLD}",
        "settled_world_factor",
    ),
    "settled_month_fell_by_a_quarter": (
        "update marts.rpt_market_size_monthly set revenue_usd = 0.75 * revenue_usd"
        f" where {JUNE_OF_THE_WORLD}",
        "settled_world_factor",
    ),
    "world_without_revenue": (
        f"update marts.rpt_market_size_monthly set revenue_usd = 0 where {JUNE_OF_THE_WORLD}",
        "settled_world_factor",
    ),
    "dramabox_gone_without_a_review": (WITHOUT_DRAMABOX, "settled_world_factor"),
    "country_tenfold": (
        "update marts.rpt_market_size_monthly set downloads = 10 * downloads"
        " where geography = 'US' and period_label = '2025-07'",
        "settled_country_factor",
    ),
    "small_country_grown_large": (
        "update marts.rpt_market_size_monthly set revenue_usd = 1000 * revenue_usd"
        " where geography = 'MT' and period_label = '2025-07'",
        "settled_country_factor",
    ),
    "unsettled_month_tenfold": (
        "update marts.rpt_market_size_monthly set revenue_usd = 10 * revenue_usd"
        " where geography = 'World' and period_label = '2025-08'",
        "unsettled_world_factor",
    ),
    "facts_end_a_week_early": (
        "update marts.fct_app_estimates_daily set estimated_on = '2025-08-08'",
        "days_behind",
    ),
}

WARNINGS = {
    "restated_by_15_percent": (
        "update marts.rpt_market_size_monthly set revenue_usd = 1.15 * revenue_usd"
        f" where {JUNE_OF_THE_WORLD}",
        "settled_world_factor",
    ),
    "country_restated_by_half": (
        "update marts.rpt_market_size_monthly set downloads = 1.5 * downloads"
        " where geography = 'US' and period_label = '2025-07'",
        "settled_country_factor",
    ),
    "provisional_month_restated_by_60_percent": (
        "update marts.rpt_market_size_monthly set revenue_usd = 1.6 * revenue_usd"
        " where geography = 'World' and period_label = '2025-08'",
        "unsettled_world_factor",
    ),
    "china_revoked_before_july": (CHINA_REVOKED, "periods_taken_away"),
    "dramabox_excluded_by_the_reviewed_file": (
        WITHOUT_DRAMABOX
        + "; update marts.dim_app set in_universe = false where app_id = 'dramabox'",
        "universe_change_pct",
    ),
    "newest_day_without_estimates": (
        "update marts.fct_app_estimates_daily set estimated_on = '2025-08-14'",
        "days_behind",
    ),
}

GOOD = {
    "nothing_changed": "select 1",
    "provisional_month_restated_by_30_percent": (
        "update marts.rpt_market_size_monthly set revenue_usd = 1.3 * revenue_usd"
        " where period_label = '2025-08'"
    ),
    "five_more_days_of_august": (
        "update marts.rpt_market_size_monthly set downloads = downloads * 20 // 15,"
        " revenue_usd = revenue_usd * 20 / 15, completeness_ratio = 20.0 / 31"
        " where period_label = '2025-08'"
    ),
    "a_small_country_restated_threefold": (
        "update marts.rpt_market_size_monthly set revenue_usd = 3 * revenue_usd"
        " where geography = 'MT'"
    ),
    "a_new_country": (
        "insert into marts.rpt_market_size_monthly"
        " select * replace ('BR' as geography) from marts.rpt_market_size_monthly"
        " where geography = 'US'"
    ),
    "a_new_app": "insert into marts.dim_app values ('new', true, null, null)",
    "a_new_column": "alter table marts.dim_app add column listed_by varchar",
}


@pytest.fixture
def marts(tmp_path):
    """A build whose marts are those that are published."""
    with duckdb.connect() as connection:
        connection.execute(MARTS)
        connection.execute(f"attach '{tmp_path}/marts.duckdb' as snapshot")
        for mart in COMPARED:
            connection.execute(f"create table snapshot.{mart} as from marts.{mart}")
        connection.execute("detach snapshot")
        yield connection


@pytest.fixture
def published(tmp_path):
    return Published(f"{tmp_path}/marts.duckdb", dict.fromkeys(COMPARED, 1) | ROWS)


def audit(connection, published, rows=ROWS, empty_by_right=()):
    context = MartContext("sample", frozenset(), BUILT_ON, published)
    return audit_together(connection, context, rows, empty_by_right)


def criticals(findings):
    return [finding.column for finding in findings if finding.severity == "critical"]


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defective_build_is_refused_by_the_expectation_meant_for_it(marts, published, defect):
    statements, figure = DEFECTS[defect]
    marts.execute(statements)
    findings = audit(marts, published)
    assert criticals(findings) == [figure]
    assert all(finding.samples for finding in findings if finding.column != "days_behind")


@pytest.mark.parametrize("change", WARNINGS)
def test_a_change_with_a_reason_is_told_and_not_refused(marts, published, change):
    statements, figure = WARNINGS[change]
    marts.execute(statements)
    assert [(f.column, f.severity) for f in audit(marts, published)] == [(figure, "warning")]


@pytest.mark.parametrize("change", GOOD)
def test_a_usual_change_is_no_finding(marts, published, change):
    marts.execute(GOOD[change])
    assert audit(marts, published) == []


def test_the_first_build_ever_has_nothing_to_be_held_against(marts):
    assert audit(marts, None) == []


def test_a_mart_that_is_new_has_nothing_to_be_held_against(marts, published):
    known = {mart: rows for mart, rows in published.rows.items() if mart != "dim_app"}
    assert audit(marts, Published(published.views, known)) == []


def test_a_finding_names_the_months_and_their_figures(marts, published):
    marts.execute(DEFECTS["world_doubled"][0])
    finding = audit(marts, published)[0]
    assert finding.observed == 2
    assert finding.samples[0] == {
        "month": "2025-06",
        "geography": "World",
        "metric": "downloads",
        "previous": 100_000_000,
        "now": 200_000_000,
    }


def test_an_emptied_mart_is_refused_unless_its_datasets_have_no_load_any_more(marts, published):
    emptied = ROWS | {"rpt_vendor_reconciliation": 0}
    assert criticals(audit(marts, published, emptied)) == ["marts_emptied"]
    (warning,) = audit(marts, published, emptied, ["rpt_vendor_reconciliation"])
    assert (warning.column, warning.severity) == ("marts_shrunk", "warning")


def test_a_mart_that_lost_a_fifth_of_its_rows_is_told(marts, published):
    (warning,) = audit(marts, published, ROWS | {"rpt_vendor_reconciliation": 31})
    assert (warning.column, warning.severity) == ("marts_shrunk", "warning")
    assert warning.samples == (
        {"mart": "rpt_vendor_reconciliation", "previous_row_count": 40, "row_count": 31},
    )
    assert audit(marts, published, ROWS | {"rpt_vendor_reconciliation": 32}) == []


def test_months_that_a_revoked_load_took_part_in_may_move(marts, published):
    revoked = LoadRecord(
        load_id="L0",
        pull_id="P0",
        dataset="appfigures.estimates",
        status="revoked",
        key="raw/L0.parquet",
        sha256="",
        rows=1,
        coverage=Coverage(window=Window(start=date(2025, 6, 30), end=date(2025, 6, 30))),
        said_at=datetime(2025, 7, 1, tzinfo=UTC),
        decided_at=datetime(2025, 7, 1, tzinfo=UTC),
        is_sample=True,
    )
    withdrawn = Published(published.views, published.rows, (revoked,))
    marts.execute(DEFECTS["world_doubled"][0])
    (warning,) = audit(marts, withdrawn)
    assert (warning.column, warning.severity) == ("withdrawn_factor", "warning")
    marts.execute(DEFECTS["world_doubled"][0].replace("2025-06", "2025-07"))
    assert criticals(audit(marts, withdrawn)) == ["settled_world_factor"]


def test_a_dataset_that_is_older_than_its_schedule_allows_is_told(marts, published):
    context = MartContext("sample", frozenset(), date(2025, 8, 19), published)
    (warning,) = audit_together(marts, context, ROWS, ())
    assert (warning.column, warning.severity) == ("stale_datasets", "warning")
    assert warning.samples[0]["dataset"] == "appfigures.estimates"
    assert warning.samples[0]["age_days"] == 4
