"""Whether two snapshots say the same about some days and countries, whatever else differs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from shortdrama.core.windows import Window
from shortdrama.warehouse.compare.slices import slice_digests
from snapshots import Lake

FACT = "fct_app_estimates_daily"
MONTHS = "rpt_market_size_monthly"
WINDOW = Window(start=date(2025, 8, 10), end=date(2025, 9, 30))


def fact(**cells: Any) -> str:
    """Three days of two countries; `cells` replaces downloads, as `US_2025_08_10=5`."""
    rows = [
        (place, day, cells.get(f"{place}_{day.replace('-', '_')}", 1), cells.get("load", "a"))
        for place in ("US", "ZZ")
        for day in ("2025-08-09", "2025-08-10", "2025-10-01")
    ]
    values = ", ".join(f"('{place}', date '{day}', {n}, '{load}')" for place, day, n, load in rows)
    return (
        f"select * from (values {values}) as rows (country_code, estimated_on, downloads, load_id)"
    )


def months(august: int = 1, september: int = 1, region: int = 1) -> str:
    return f"""
        select * from (values
            ('US', date '2025-08-01', date '2025-08-31', {august}),
            ('US', date '2025-09-01', date '2025-09-30', {september}),
            ('North America', date '2025-09-01', date '2025-09-30', {region})
        ) as rows (geography, period_start_on, period_end_on, revenue_usd)
    """


@pytest.fixture
def digests(lake: Lake) -> Any:
    def of(marts: dict[str, str], countries: Sequence[str] = ()) -> dict[str, str]:
        manifest = lake.publish("2025-12-10", marts)
        return slice_digests(
            manifest, "appfigures.estimates", WINDOW, countries, lake.settings.s3, lake.store
        )

    return of


def test_only_days_within_the_window_count(digests: Any) -> None:
    same = digests({FACT: fact()})
    assert digests({FACT: fact(US_2025_08_09=5, US_2025_10_01=7)}) == same
    assert digests({FACT: fact(US_2025_08_10=5)}) != same


def test_which_load_a_row_is_from_does_not_count(digests: Any) -> None:
    assert digests({FACT: fact(load="b")}) == digests({FACT: fact()})


def test_a_period_counts_if_it_is_wholly_within(digests: Any) -> None:
    same = digests({MONTHS: months()})
    assert same.keys() == {MONTHS}
    assert digests({MONTHS: months(august=5)}) == same, "it begins before the window"
    assert digests({MONTHS: months(september=5)}) != same
    assert digests({MONTHS: months(region=5)}) != same


def test_with_countries_only_their_rows_count(digests: Any) -> None:
    same = digests({FACT: fact(), MONTHS: months()}, ["US"])
    assert digests({FACT: fact(ZZ_2025_08_10=5), MONTHS: months(region=5)}, ["US"]) == same
    assert digests({FACT: fact(US_2025_08_10=5), MONTHS: months()}, ["US"])[FACT] != same[FACT]
    assert digests({FACT: fact(), MONTHS: months(september=5)}, ["US"])[MONTHS] != same[MONTHS]


def test_a_row_that_is_gone_counts(digests: Any) -> None:
    fewer = f"{fact()} where not (country_code = 'US' and estimated_on = date '2025-08-10')"
    assert digests({FACT: fewer}) != digests({FACT: fact()})


def test_marts_without_days_and_of_other_datasets_are_left_out(digests: Any) -> None:
    apps = "select 1 as app_id"
    hashtags = "select 'x' as hashtag_id, 'US' as country_code, date '2025-09-01' as as_of_on"
    assert digests({"dim_app": apps, "fct_hashtag_snapshots": hashtags, "ops_loads": apps}) == {}
