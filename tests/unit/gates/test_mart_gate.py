"""A red mart is refused by the expectation meant for it; good marts go on."""

from datetime import date

import duckdb
import pytest

from shortdrama.gates import mart_gate
from shortdrama.gates.mart_gate import MartContext, audit_mart, audit_marts
from shortdrama.gates.suites import Suite

BETWEEN = "expect_column_values_to_be_between"
LOADED = frozenset(
    {"appfigures.estimates", "appfigures.products", "omdia.forecasts", "tiktok.hashtags"}
)

MARKET_SIZE = """
    select date '2025-07-01' as period_start_on, date '2025-09-30' as period_end_on,
        '2025Q3' as period_label, geography, 'Appfigures' as vendor, 'net' as revenue_basis,
        'USD' as currency, 298 as active_apps, downloads, (10 * downloads)::decimal(18,2) as
        revenue_usd, 10::decimal(18,4) as revenue_per_download_usd,
        share::decimal(9,4) as revenue_share_pct, share::decimal(9,4) as downloads_share_pct,
        12.2::decimal(12,4) as downloads_growth_pct, 12.8::decimal(12,4) as revenue_growth_pct,
        1::decimal(9,6) as completeness_ratio, 'settled' as maturity, true as is_sample
    from (values ('World', 200, null), ('World ex-China', 180, 100), ('CN', 20, null),
        ('US', 100, 55.6), ('Other', 80, 44.4)) as g(geography, downloads, share)
"""

LEADERBOARD = """
    with entries as (
        select date '2025-07-01' as period_start_on, date '2025-07-31' as period_end_on,
            '2025-07' as period_label, geography, 'Appfigures' as vendor,
            'net' as revenue_basis, 'USD' as currency, 'ua_' || i as app_id, '短剧' as app_name,
            'Publisher' as publisher, i::integer as revenue_rank,
            (10 * downloads)::decimal(18,2) as revenue_usd, 5::decimal(9,4) as revenue_share_pct,
            downloads, i::integer as downloads_rank,
            null::integer as previous_revenue_rank, null::integer as revenue_rank_change,
            null::varchar as movement, 1::decimal(9,6) as completeness_ratio, true as is_sample
        from range(1, 21) as r(i),
            (values ('World', 10), ('US', 5), ('CN', 1)) as g(geography, downloads)
    )
    select * from entries
    union all
    select * replace (
        'ua_gone' as app_id, null as revenue_rank, null as revenue_usd,
        null as revenue_share_pct, null as downloads, null as downloads_rank,
        1 as previous_revenue_rank, 'exit' as movement)
    from entries where revenue_rank = 1
"""

GOOD = {
    "rpt_market_size_quarterly": MARKET_SIZE,
    "rpt_market_size_monthly": MARKET_SIZE,
    "rpt_app_leaderboard_monthly": LEADERBOARD,
    "rpt_app_leaderboard_weekly": LEADERBOARD,
    "rpt_market_size_weekly": MARKET_SIZE,
    "rpt_vendor_reconciliation": """
        select 'fact-' || status || expected_status as fact_id, 'Appfigures' as vendor,
            'revenue' as metric, 'US' as geography, '2025-07' as period, 95.5 as published_value,
            95.6 as our_value, 'USD' as unit, expected_status, status, null as reason
        from (values ('match', 'match'), ('match', 'no_data'),
            ('not_comparable', 'not_comparable'), ('bound_holds', 'bound_holds')
        ) as f(expected_status, status)
    """,
    "fct_app_estimates_daily": """
        select 'ua_1' as app_id, country_code,
            if(country_code = 'ZZ', 'world', 'country') as geography_level, 'apple' as store,
            day::date as estimated_on, 'Appfigures' as vendor, downloads,
            (10 * downloads)::decimal(18,2) as revenue_usd, 'net' as revenue_basis,
            'USD' as currency
        from (values ('ZZ', 40), ('US', 20), ('CN', 4)) as c(country_code, downloads),
            generate_series(date '2025-07-01', date '2025-07-05', interval 1 day) as d(day)
    """,
    "fct_app_estimates_versions": """
        select 'ua_1' as app_id, 'ZZ' as country_code, 'apple' as store,
            date '2025-07-01' as estimated_on, 'Appfigures' as vendor,
            make_timestamp(2025, 7, 2 + i::integer, 8, 0, 0) as known_from_at,
            if(i = 2, null, make_timestamp(2025, 7, 3 + i::integer, 8, 0, 0)) as known_to_at,
            i = 1 as is_vanished, if(i = 1, null, 100) as downloads,
            if(i = 1, null, 200)::decimal(18,2) as revenue_usd
        from range(3) as r(i)
    """,
    "rpt_estimate_revisions": """
        select date '2025-07-01' as month_start_on, geography_level, 'Appfigures' as vendor,
            'net' as revenue_basis, 10 as first_said_estimates, 9 as newest_estimates,
            'USD' as currency,
            2 as restatements, 1 as vanished_estimates, 220 as first_said_downloads,
            downloads as newest_downloads, 2100::decimal(18,2) as first_said_revenue_usd,
            (10 * downloads)::decimal(18,2) as newest_revenue_usd,
            -10::decimal(12,4) as downloads_revision_pct,
            -5::decimal(12,4) as revenue_revision_pct
        from (values ('world', 200), ('country', 120)) as g(geography_level, downloads)
    """,
    "fct_market_forecasts": """
        select 'Omdia' as publisher, published_on, 'World' as geography, 'microdramas' as segment,
            'revenue' as metric, 'USD' as unit, 2025 as year, 'forecast' as value_kind,
            11e9::decimal(20,4) as value, 'omdia.xlsx' as file_name, 'H8' as cell
        from unnest([date '2025-10-14', date '2026-02-23']) as v(published_on)
    """,
    "rpt_forecast_revisions": """
        select 'Omdia' as publisher, 'World' as geography, 'microdramas' as segment,
            'revenue' as metric, 2025 as year, date '2025-10-14' as published_on,
            11e9::decimal(20,4) as value, 1.9::decimal(9,4) as ratio_to_fast,
            12.2::decimal(12,4) as revision_pct
    """,
    "fct_hashtag_snapshots": """
        select '42' as hashtag_id, 'US' as country_code, 7 as window_days,
            timestamp '2025-07-05 06:00:00' as as_of_at, 3 as rank, 1000 as posts,
            50000 as views, null::bigint as posts_all_time, null::bigint as views_all_time
    """,
    "fct_hashtag_views_daily": """
        select '42' as hashtag_id, 'US' as country_code, date '2025-07-01' as viewed_on,
            'business' as provider, 50000 as views, 3 as chart_rank,
            timestamp '2025-07-05 06:00:00' as said_at
    """,
    "fct_hashtag_views_versions": """
        select '42' as hashtag_id, 'US' as country_code, date '2025-07-01' as viewed_on,
            'business' as provider, make_timestamp(2025, 7, 4 + i::integer, 8, 0, 0)
                as known_from_at,
            if(i = 1, null, make_timestamp(2025, 7, 5 + i::integer, 8, 0, 0)) as known_to_at,
            50000 + i as views, 3 as chart_rank
        from range(2) as r(i)
    """,
    "dim_app": """
        select 'ua_' || i as app_id, true as in_universe, null::date as in_universe_from_on,
            null::date as in_universe_to_on
        from range(1, 21) as r(i)
    """,
    "dim_vendor": """
        select vendor, basis as revenue_basis
        from (values ('Appfigures', 'net'), ('DataEye', null)) as v(vendor, basis)
    """,
}

DEFECTS = {
    "quarter_twice": (
        "insert into marts.rpt_market_size_quarterly from marts.rpt_market_size_quarterly limit 1",
        "expect_compound_columns_to_be_unique"
        "(period_start_on, geography, vendor, revenue_basis, currency)",
    ),
    "market_grows_tenfold": (
        "update marts.rpt_market_size_monthly set revenue_growth_pct = 902.5"
        " where geography = 'World ex-China'",
        f"{BETWEEN}(revenue_growth_pct)",
    ),
    "share_above_100": (
        "update marts.rpt_market_size_monthly set revenue_share_pct = 456 where geography = 'US'",
        f"{BETWEEN}(revenue_share_pct)",
    ),
    "more_days_than_the_period_has": (
        "update marts.rpt_market_size_monthly set completeness_ratio = 2",
        f"{BETWEEN}(completeness_ratio)",
    ),
    "no_market_size": (
        "delete from marts.rpt_market_size_quarterly",
        "expect_table_row_count_to_be_between",
    ),
    "app_without_name": (
        "update marts.rpt_app_leaderboard_monthly set app_name = null where revenue_rank = 3",
        "expect_column_values_to_not_be_null(app_name)",
    ),
    "unknown_movement": (
        "update marts.rpt_app_leaderboard_monthly set movement = 'sideways' where movement is null",
        "expect_column_values_to_be_in_set(movement)",
    ),
    "fact_twice": (
        "insert into marts.fct_app_estimates_daily from marts.fct_app_estimates_daily limit 1",
        f"{BETWEEN}(duplicate_keys)",
    ),
    "negative_fact": (
        "update marts.fct_app_estimates_daily set downloads = -1 where country_code = 'US'",
        f"{BETWEEN}(negative_rows)",
    ),
    "fact_without_app": (
        "update marts.fct_app_estimates_daily set app_id = null where country_code = 'US'",
        f"{BETWEEN}(rows_with_nulls)",
    ),
    "world_called_a_country": (
        "update marts.fct_app_estimates_daily set geography_level = 'country'",
        f"{BETWEEN}(mislabelled_countries)",
    ),
    "gross_blended_with_net": (
        "update marts.fct_app_estimates_daily set revenue_basis = 'gross'"
        " where country_code = 'US'",
        f"{BETWEEN}(blended_vendors)",
    ),
    "no_facts": ("delete from marts.fct_app_estimates_daily", f"{BETWEEN}(row_count)"),
    "known_twice_at_once": (
        "update marts.fct_app_estimates_versions"
        " set known_from_at = '2025-07-02 08:00' where is_vanished",
        f"{BETWEEN}(duplicate_keys)",
    ),
    "two_statements_stand": (
        "update marts.fct_app_estimates_versions set known_to_at = null",
        f"{BETWEEN}(estimates_standing_twice)",
    ),
    "known_until_before_it_was_known": (
        "update marts.fct_app_estimates_versions set known_to_at = known_from_at where is_vanished",
        f"{BETWEEN}(backward_intervals)",
    ),
    "vanished_with_figures": (
        "update marts.fct_app_estimates_versions set downloads = 1 where is_vanished",
        f"{BETWEEN}(blurred_statements)",
    ),
    "negative_version": (
        "update marts.fct_app_estimates_versions set revenue_usd = -2000 where not is_vanished",
        f"{BETWEEN}(negative_rows)",
    ),
    "no_versions": ("delete from marts.fct_app_estimates_versions", f"{BETWEEN}(row_count)"),
    "month_revised_twice": (
        "insert into marts.rpt_estimate_revisions from marts.rpt_estimate_revisions limit 1",
        "expect_compound_columns_to_be_unique"
        "(month_start_on, geography_level, vendor, revenue_basis)",
    ),
    "fewer_than_no_vanished_estimates": (
        "update marts.rpt_estimate_revisions set vanished_estimates = -1",
        f"{BETWEEN}(vanished_estimates)",
    ),
    "no_revisions": (
        "delete from marts.rpt_estimate_revisions",
        "expect_table_row_count_to_be_between",
    ),
    "110_dollars_for_11_billion": (
        "update marts.fct_market_forecasts set value = 110",
        f"{BETWEEN}(value)",
    ),
    "calibration_missed": (
        "update marts.rpt_vendor_reconciliation set status = 'off'"
        " where expected_status = 'bound_holds'",
        "expect_column_pair_values_to_be_equal(status, expected_status)",
    ),
    "gross_compared_with_net": (
        "update marts.rpt_vendor_reconciliation set status = 'match'"
        " where expected_status = 'not_comparable'",
        "expect_column_pair_values_to_be_equal(status, expected_status)",
    ),
    "app_twice": (
        "insert into marts.dim_app from marts.dim_app limit 1",
        "expect_column_values_to_be_unique(app_id)",
    ),
    "out_of_the_universe_before_it_is_in": (
        "update marts.dim_app set in_universe_from_on = '2025-07-02',"
        " in_universe_to_on = '2025-07-01'",
        "expect_column_pair_values_a_to_be_greater_than_b(in_universe_to_on, in_universe_from_on)",
    ),
    "vendor_of_unknown_basis": (
        "update marts.dim_vendor set revenue_basis = 'consumer'",
        "expect_column_values_to_be_in_set(revenue_basis)",
    ),
    "hashtag_with_fewer_than_no_views": (
        "update marts.fct_hashtag_snapshots set views = -1",
        f"{BETWEEN}(views)",
    ),
    "day_of_a_hashtag_twice": (
        "insert into marts.fct_hashtag_views_daily from marts.fct_hashtag_views_daily",
        f"{BETWEEN}(duplicate_keys)",
    ),
    "day_of_a_hashtag_with_fewer_than_no_views": (
        "update marts.fct_hashtag_views_daily set views = -1",
        f"{BETWEEN}(negative_rows)",
    ),
    "views_of_a_day_that_is_not_over": (
        "update marts.fct_hashtag_views_daily set viewed_on = '2025-07-05'",
        f"{BETWEEN}(days_not_over)",
    ),
    "daily_views_standing_twice": (
        "update marts.fct_hashtag_views_versions set known_to_at = null",
        f"{BETWEEN}(views_standing_twice)",
    ),
    "daily_views_known_backwards": (
        "update marts.fct_hashtag_views_versions set known_to_at = '2025-07-01'"
        " where known_to_at is not null",
        f"{BETWEEN}(backward_intervals)",
    ),
    "week_twice": (
        "insert into marts.rpt_market_size_weekly from marts.rpt_market_size_weekly limit 1",
        "expect_compound_columns_to_be_unique"
        "(period_start_on, geography, vendor, revenue_basis, currency)",
    ),
    "app_twice_on_a_leaderboard": (
        "insert into marts.rpt_app_leaderboard_weekly"
        " from marts.rpt_app_leaderboard_weekly limit 1",
        "expect_compound_columns_to_be_unique"
        "(period_start_on, geography, vendor, revenue_basis, app_id)",
    ),
    "vintage_twice": (
        "insert into marts.rpt_forecast_revisions from marts.rpt_forecast_revisions limit 1",
        "expect_compound_columns_to_be_unique"
        "(publisher, geography, segment, metric, year, published_on)",
    ),
}


@pytest.fixture
def marts(monkeypatch):
    """A warehouse with small good marts; those that are not here are not gated here."""
    monkeypatch.setattr(mart_gate, "gated_marts", lambda: sorted(GOOD))
    monkeypatch.setattr(mart_gate, "joint_suites", list)
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.load_coverage as select 'appfigures.estimates' as dataset,"
            " country_code, date '2025-07-01' as start_on, date '2025-07-05' as end_on"
            " from unnest(['ZZ', 'US', 'CN']) as c(country_code)"
        )
        connection.execute(
            "create table raw.ops_datasets as"
            " select 'appfigures.estimates' as dataset, 3 as stale_after_days"
        )
        connection.execute("create schema marts")
        for mart, query in GOOD.items():
            connection.execute(f"create table marts.{mart} as {query}")
        connection.execute(
            "create table marts.dim_country as select 'US' as country_code, null as region"
        )
        connection.execute(
            "create table marts.rpt_country_monthly as select *, geography as country_code"
            " from marts.rpt_market_size_monthly where length(geography) = 2"
        )
        yield connection


def audit(connection, loaded=LOADED):
    return audit_marts(connection, "B1", MartContext("sample", loaded, date(2025, 7, 6)))


def test_good_marts_pass(marts):
    result = audit(marts)
    assert result.findings == ()
    assert result.suites == (*(f"marts/{mart}" for mart in sorted(GOOD)), "marts")
    assert result.rows == 194


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defective_mart_is_refused_by_the_expectation_meant_for_it(marts, defect):
    statement, expectation = DEFECTS[defect]
    marts.execute(statement)
    (mart,) = [mart for mart in GOOD if f"marts.{mart} " in f"{statement} "]
    findings = audit_mart(marts, mart, Suite.load(f"marts/{mart}").for_lake("sample"))
    assert [finding.name for finding in findings] == [expectation]
    assert findings[0].severity == "critical"


def test_on_a_real_lake_a_missed_published_figure_is_a_warning(marts):
    marts.execute(DEFECTS["calibration_missed"][0])
    mart = "rpt_vendor_reconciliation"
    (warning,) = audit_mart(marts, mart, Suite.load(f"marts/{mart}").for_lake("real"))
    assert warning.severity == "warning"
    assert warning.samples[0]["fact_id"] == "fact-bound_holdsbound_holds"
    assert warning.expected == "equal"


def test_a_day_without_world_total_is_a_warning(marts):
    marts.execute("delete from marts.fct_app_estimates_daily where estimated_on = '2025-07-03'")
    mart = "fct_app_estimates_daily"
    (warning,) = audit_mart(marts, mart, Suite.load(f"marts/{mart}"))
    assert warning.severity == "warning"
    assert warning.name == f"{BETWEEN}(world_days_missing)"
    assert warning.samples == ({"after_on": "2025-07-02", "before_on": "2025-07-04"},)


def test_marts_without_any_load_yet_are_empty_by_right(marts):
    for mart in {*GOOD, "rpt_country_monthly"} - {"rpt_vendor_reconciliation", "dim_vendor"}:
        marts.execute(f"truncate marts.{mart}")
    result = audit(marts, loaded=frozenset())
    assert not result.refused
    assert result.suites == ("marts/dim_vendor", "marts/rpt_vendor_reconciliation", "marts")


def test_an_empty_mart_of_a_loaded_dataset_is_refused_under_the_builds_name(marts):
    marts.execute("delete from marts.fct_market_forecasts")
    result = audit(marts, loaded=frozenset({"omdia.forecasts"}))
    assert result.summary().startswith("marts of build B1 refused: ")
    assert [finding.suite for finding in result.critical] == ["marts/fct_market_forecasts"]
