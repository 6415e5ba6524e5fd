from datetime import date
from decimal import Decimal

import duckdb
import pytest

from shortdrama.core.errors import ReportWithheld
from shortdrama.reports import queries
from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.periods import IsoWeek

WEEK = IsoWeek(2025, 39)


def test_the_headline_is_one_vendors_net_revenue_outside_china(example_brief: WeeklyBrief) -> None:
    week = example_brief.week
    assert (week.starts_on, week.ends_on) == (date(2025, 9, 22), date(2025, 9, 28))
    assert week.revenue_usd == Decimal("51240000.00")
    assert (week.active_apps, week.active_apps_change) == (284, 1)
    assert week.revenue_per_download_growth_pct == Decimal("0.2370")
    assert example_brief.basis.evidence == "inferred"


def test_without_a_complete_week_before_there_is_nothing_to_compare_with(
    example_marts: duckdb.DuckDBPyConnection,
) -> None:
    first = queries.week_figures(example_marts, IsoWeek(2025, 26))
    assert first.active_apps_change is None
    assert first.revenue_per_download_growth_pct is None
    assert first.revenue_growth_pct is None


@pytest.mark.parametrize(
    ("week", "reason"),
    [
        (IsoWeek(2025, 40), "covers only 2 of the 7 days"),
        (IsoWeek(2025, 41), "before the vendor had all of it"),
        (IsoWeek(2025, 20), "no figures at all"),
    ],
)
def test_a_week_that_is_not_covered_withholds_the_report(
    example_marts: duckdb.DuckDBPyConnection, week: IsoWeek, reason: str
) -> None:
    with pytest.raises(ReportWithheld, match=reason) as withheld:
        queries.week_figures(example_marts, week)
    assert withheld.value.dataset == "appfigures.estimates"
    assert f"start={week.window.start}, end={week.window.end}" in str(withheld.value)


def test_the_quarter_is_the_newest_complete_one(example_brief: WeeklyBrief) -> None:
    quarter = example_brief.quarter
    assert quarter is not None
    assert (quarter.label, quarter.active_apps) == ("2025Q3", 298)


def test_no_complete_quarter_is_no_error(example_marts: duckdb.DuckDBPyConnection) -> None:
    example_marts.execute(
        "delete from marts.rpt_market_size_quarterly where completeness_ratio = 1"
    )
    assert queries.latest_quarter(example_marts) is None


def test_the_chart_has_the_thirteen_weeks_up_to_this_one(example_brief: WeeklyBrief) -> None:
    starts = [week.starts_on for week in example_brief.chart]
    assert (len(starts), starts[0], starts[-1]) == (13, date(2025, 6, 30), date(2025, 9, 22))


def test_an_incomplete_week_is_not_drawn(example_marts: duckdb.DuckDBPyConnection) -> None:
    example_marts.execute(
        "update marts.rpt_market_size_weekly set completeness_ratio = 0.9"
        " where period_label = '2025-W35'"
    )
    starts = [week.starts_on for week in queries.chart_weeks(example_marts, WEEK)]
    assert len(starts) == 12
    assert date(2025, 8, 25) not in starts


def test_the_leaderboard_has_ten_apps_in_order(example_brief: WeeklyBrief) -> None:
    assert [row.rank for row in example_brief.leaderboard] == list(range(1, 11))
    assert example_brief.leaderboard[0].app_name == "ReelShort"


def test_only_countries_are_among_the_countries(example_brief: WeeklyBrief) -> None:
    assert [row.country_code for row in example_brief.countries] == ["US", "JP", "GB", "BR", "DE"]


def test_the_forecast_is_the_newest_vintage_for_the_world(example_brief: WeeklyBrief) -> None:
    forecast = example_brief.forecast
    assert forecast is not None
    assert forecast.published_on == date(2026, 2, 23)
    assert [(figure.year, figure.value_usd) for figure in forecast.figures] == [
        (2025, Decimal(11_000_000_000)),
        (2026, Decimal(14_000_000_000)),
    ]


def test_the_ratio_to_fast_names_the_vintage_of_the_figure_for_fast(
    example_brief: WeeklyBrief,
) -> None:
    assert example_brief.forecast is not None
    fast = example_brief.forecast.fast
    assert fast is not None
    assert (fast.year, fast.ratio, fast.fast_published_on) == (
        2025, Decimal("1.8966"), date(2025, 10, 14),
    )  # fmt: skip


def test_a_lake_without_forecasts_has_a_brief_without_one(
    example_marts: duckdb.DuckDBPyConnection,
) -> None:
    example_marts.execute("truncate marts.fct_market_forecasts")
    assert queries.newest_forecast(example_marts) is None


def test_the_reconciliation_counts_what_could_be_compared(example_brief: WeeklyBrief) -> None:
    result = example_brief.reconciliation
    assert (result.match, result.bound_holds, result.off, result.not_comparable) == (3, 2, 0, 1)
    assert result.compared == 5


def test_a_vendor_without_a_known_basis_is_an_error(
    example_marts: duckdb.DuckDBPyConnection,
) -> None:
    example_marts.execute("delete from marts.dim_vendor where vendor = 'Appfigures'")
    with pytest.raises(LookupError, match=r"dim_vendor has no row for Appfigures"):
        queries.basis(example_marts)
