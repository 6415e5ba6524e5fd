"""The days of a month that fills are held against the same days as they are published."""

from collections.abc import Iterator

import duckdb
import pytest

from shortdrama.gates.profiles import mart_profile
from shortdrama.gates.suites import Suite, audit_profile

SUITE = "marts.9_published"
WORLD, COUNTRY = "same_days_world_factor", "same_days_country_factor"
FACTS = """
    select 'ua_' || app as app_id, country_code, cast(day as date) as estimated_on,
        cast(downloads as bigint) as downloads, cast(2 * downloads as decimal(18, 2)) as revenue_usd
    from range(1, 5) as a(app),
        (values ('ZZ', 100000), ('US', 40000), ('JP', 10000), ('MT', 500)) as c(country_code, downloads),
        generate_series(date '2025-07-01', date '2025-08-20', interval 1 day) as d(day)
"""  # noqa: E501
SIZES = """
    select geography, date '2025-07-01' as period_start_on, 'provisional' as maturity,
        1.0 as completeness_ratio
    from unnest(['World', 'US', 'JP', 'MT']) as g(geography)
"""
AUGUST = "estimated_on between '2025-08-01' and '2025-08-13'"


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Marts that are those that are published."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as previous")
        connection.execute("create schema marts; create schema raw")
        for schema in ("marts", "previous"):
            connection.execute(f"create table {schema}.fct_app_estimates_daily as {FACTS}")
            connection.execute(f"create table {schema}.rpt_market_size_monthly as {SIZES}")
            connection.execute(
                f"create table {schema}.dim_app as select 'ua_' || app as app_id, true as"
                " in_universe, null::date as in_universe_from_on, null::date as in_universe_to_on"
                " from range(1, 5) as a(app)"
            )
        connection.execute(
            "create table previous.withdrawn_loads"
            " (dataset varchar, load_id varchar, start_on date, end_on date)"
        )
        connection.execute(
            "create table raw.load_coverage as select 'appfigures.estimates' as dataset,"
            " country_code, date '2025-07-01' as start_on, date '2025-08-20' as end_on"
            " from unnest(['ZZ', 'US', 'JP', 'MT']) as c(country_code)"
        )
        yield connection


def multiply(country: str, factor: float, days: str = AUGUST) -> str:
    return (
        f"update marts.fct_app_estimates_daily set downloads = {factor} * downloads"
        f" where country_code = '{country}' and {days}"
    )


def found(marts: duckdb.DuckDBPyConnection) -> list[tuple[str | None, str]]:
    findings = audit_profile(Suite.load(SUITE), mart_profile(marts, SUITE))
    return [(finding.column, finding.severity) for finding in findings]


@pytest.mark.parametrize(
    ("country", "factor", "said"),
    [
        ("ZZ", 1.14, []),
        ("ZZ", 1.16, [(WORLD, "warning")]),
        ("ZZ", 1.29, [(WORLD, "warning")]),
        ("ZZ", 1.31, [(WORLD, "critical"), (WORLD, "warning")]),
        ("ZZ", 0.5, [(WORLD, "critical"), (WORLD, "warning")]),
        ("JP", 1.29, []),
        ("JP", 1.31, [(COUNTRY, "warning")]),
        ("JP", 1.59, [(COUNTRY, "warning")]),
        ("JP", 1.61, [(COUNTRY, "critical"), (COUNTRY, "warning")]),
        ("JP", 0.5, [(COUNTRY, "critical"), (COUNTRY, "warning")]),
        ("JP", 0, [(COUNTRY, "critical"), (COUNTRY, "warning")]),
        ("MT", 1.9, []),
    ],
)
def test_both_sides_of_each_limit(
    marts: duckdb.DuckDBPyConnection,
    country: str,
    factor: float,
    said: list[tuple[str, str]],
) -> None:
    marts.execute(multiply(country, factor))
    assert found(marts) == said


UNUSUAL = {
    "nothing is published yet": "delete from previous.fct_app_estimates_daily",
    "the newest week moves": multiply("ZZ", 3, "estimated_on >= '2025-08-14'"),
    "a country is new": "delete from previous.fct_app_estimates_daily where country_code = 'JP'",
    "a backfill brings days that were not there before": (
        "delete from previous.fct_app_estimates_daily"
        " where country_code in ('JP', 'ZZ') and estimated_on < '2025-08-08'"
    ),
    "a country's days are no longer covered": (
        "delete from raw.load_coverage where country_code = 'JP';"
        " delete from marts.fct_app_estimates_daily where country_code = 'JP'"
    ),
    "a load of these days was revoked": (
        multiply("JP", 0.4) + "; insert into previous.withdrawn_loads values"
        " ('appfigures.estimates', 'L0', '2025-08-01', '2025-08-20')"
    ),
    "the reviewed file leaves an app out": (
        "delete from marts.fct_app_estimates_daily where app_id in ('ua_1', 'ua_2');"
        " update marts.dim_app set in_universe = false where app_id in ('ua_1', 'ua_2')"
    ),
    "a settled month, which the suite of all marts compares": (
        multiply("JP", 3, "estimated_on < '2025-08-01'")
        + "; update marts.rpt_market_size_monthly set maturity = 'settled';"
        " update previous.rpt_market_size_monthly set maturity = 'settled'"
    ),
}


@pytest.mark.parametrize("change", UNUSUAL)
def test_what_has_another_reason_is_no_finding(
    marts: duckdb.DuckDBPyConnection, change: str
) -> None:
    marts.execute(UNUSUAL[change])
    assert found(marts) == []


def test_a_finding_names_the_country_and_the_month(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(multiply("JP", 0.5))
    (sample,) = mart_profile(marts, SUITE)[f"{COUNTRY}_samples"]
    assert (sample["country_code"], str(sample["month_start_on"])[:7]) == ("JP", "2025-08")
