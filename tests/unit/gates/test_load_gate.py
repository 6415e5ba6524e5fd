"""Each defective load is refused by the expectation meant for it; no good one is refused."""

from datetime import date

import pytest

from shortdrama.datasets import DATASETS
from shortdrama.gates.suites import MAX_SAMPLES
from shortdrama.lake.ledger import Coverage
from shortdrama.windows import Window

ESTIMATES, PRODUCTS = "appfigures.estimates", "appfigures.products"
RANKS = "appfigures.ranks"
HASHTAGS, FORECASTS = "tiktok.hashtags", "omdia.forecasts"
CATALOG, SEARCH = "minis.catalog", "minis.search_interest"
BETWEEN = "expect_column_values_to_be_between"
NOT_NULL = "expect_column_values_to_not_be_null"
IN_SET = "expect_column_values_to_be_in_set"
REGEX = "expect_column_values_to_match_regex"
PAIR = "expect_column_pair_values_a_to_be_greater_than_b"

DEFECTS = {
    "rank_below_the_chart": (
        RANKS,
        "update load set rank = 0 where country_code = 'US'",
        f"{BETWEEN}(rank)",
    ),
    "null_rank": (
        RANKS,
        "update load set rank = null where country_code = 'US'",
        f"{NOT_NULL}(rank)",
    ),
    "unknown_chart": (
        RANKS,
        "update load set subtype = 'trending' where country_code = 'US'",
        f"{IN_SET}(subtype)",
    ),
    "ranked_twice": (
        RANKS,
        "insert into load from load where country_code = 'US' limit 1",
        f"{BETWEEN}(duplicate_keys)",
    ),
    "ranked_outside_window": (
        RANKS,
        "update load set ranked_on = date '2024-07-20' where ranked_on = date '2025-07-20'",
        f"{BETWEEN}(rows_outside_window)",
    ),
    "ranked_in_an_unasked_country": (
        RANKS,
        "update load set country_code = 'DE' where country_code = 'BR'",
        f"{BETWEEN}(unasked_countries)",
    ),
    "day_without_any_rank": (
        RANKS,
        "delete from load where ranked_on = date '2025-07-04'",
        f"{BETWEEN}(settled_days_missing)",
    ),
    "empty_ranks": (RANKS, "delete from load", f"{BETWEEN}(row_count)"),
    "negative_downloads": (
        ESTIMATES,
        "update load set downloads = -512 where country_code = 'US'",
        f"{BETWEEN}(downloads)",
    ),
    "negative_revenue": (
        ESTIMATES,
        "update load set revenue = -0.01 where country_code = 'IN' and product_id = 336744124021",
        f"{BETWEEN}(revenue)",
    ),
    "wrong_currency": (ESTIMATES, "update load set currency = 'EUR'", f"{IN_SET}(currency)"),
    "two_currencies": (
        ESTIMATES,
        "update load set currency = 'EUR' where country_code = 'CN'",
        f"{BETWEEN}(currencies)",
    ),
    "null_key": (
        ESTIMATES,
        "update load set product_id = null where country_code = 'BR'",
        f"{NOT_NULL}(product_id)",
    ),
    "country_name_for_code": (
        ESTIMATES,
        "update load set country_code = 'Brazil' where country_code = 'BR'",
        f"{REGEX}(country_code)",
    ),
    "day_outside_window": (
        ESTIMATES,
        "update load set estimated_on = date '2024-07-20' where estimated_on = date '2025-07-20'",
        f"{BETWEEN}(rows_outside_window)",
    ),
    "duplicate_row": (
        ESTIMATES,
        "insert into load from load where country_code = 'US' limit 1",
        f"{BETWEEN}(duplicate_keys)",
    ),
    "missing_country": (
        ESTIMATES,
        "delete from load where country_code = 'BR'",
        f"{BETWEEN}(missing_countries)",
    ),
    "unasked_country": (
        ESTIMATES,
        "update load set country_code = 'DE' where country_code = 'BR'",
        f"{BETWEEN}(unasked_countries)",
    ),
    "settled_day_missing": (
        ESTIMATES,
        "delete from load where country_code = 'IN' and estimated_on = date '2025-07-09'",
        f"{BETWEEN}(settled_days_missing)",
    ),
    "revenue_of_one_country_tenfold": (
        ESTIMATES,
        "update load set revenue = revenue * 10 where country_code = 'US'",
        f"{BETWEEN}(country_revenue_per_download_max)",
    ),
    "revenue_in_cents": (
        ESTIMATES,
        "update load set revenue = revenue * 100",
        f"{BETWEEN}(world_revenue_per_download_max)",
    ),
    "downloads_tenfold": (
        ESTIMATES,
        "update load set downloads = downloads * 10",
        f"{BETWEEN}(world_revenue_per_download_min)",
    ),
    "countries_above_world_downloads": (
        ESTIMATES,
        "update load set downloads = downloads * 6 where country_code = 'IN'",
        f"{BETWEEN}(countries_to_world_downloads_max)",
    ),
    "countries_above_world_revenue": (
        ESTIMATES,
        "update load set revenue = revenue * 2.2 where country_code = 'US'",
        f"{BETWEEN}(countries_to_world_revenue_max)",
    ),
    "rows_of_another_load": (
        ESTIMATES,
        "update load set load_id = 'L0' where country_code = 'CN'",
        f"{BETWEEN}(foreign_rows)",
    ),
    "sample_mixed_with_real": (
        ESTIMATES,
        "update load set is_sample = false where country_code = 'CN'",
        f"{BETWEEN}(sample_marks)",
    ),
    "empty_estimates": (ESTIMATES, "delete from load", "expect_table_row_count_to_be_between"),
    "text_for_downloads": (
        ESTIMATES,
        "alter table load alter downloads type varchar",
        "schema(downloads)",
    ),
    "float_for_money": (
        ESTIMATES,
        "alter table load alter revenue type double",
        "schema(revenue)",
    ),
    "column_gone": (ESTIMATES, "alter table load drop column currency", "schema(currency)"),
    "column_unknown": (ESTIMATES, "alter table load add column notes varchar", "schema(notes)"),
    "product_without_name": (
        PRODUCTS,
        "update load set name = '  ' where product_id = 336744124007",
        f"{REGEX}(name)",
    ),
    "product_id_zero": (
        PRODUCTS,
        "update load set product_id = 0 where product_id = 336744124007",
        f"{BETWEEN}(product_id)",
    ),
    "unknown_store": (
        PRODUCTS,
        "update load set store = 'steam' where product_id = 336744124007",
        f"{IN_SET}(store)",
    ),
    "product_twice": (
        PRODUCTS,
        "insert into load from load limit 1",
        f"{BETWEEN}(duplicate_keys)",
    ),
    "empty_products": (PRODUCTS, "delete from load", "expect_table_row_count_to_be_between"),
    "curve_above_one": (
        HASHTAGS,
        "update load set curve = [{'curve_on': date '2025-07-20', 'relative_value': 1.000001}]"
        " where hashtag_id = '720' and country_code = 'ID'",
        f"{BETWEEN}(curve_max)",
    ),
    "curve_below_zero": (
        HASHTAGS,
        "update load set curve = [{'curve_on': date '2025-07-20', 'relative_value': -0.1}]",
        f"{BETWEEN}(curve_min)",
    ),
    "curve_after_snapshot": (
        HASHTAGS,
        "update load set curve = [{'curve_on': date '2025-07-22', 'relative_value': 1}]",
        f"{BETWEEN}(curve_points_from_the_future)",
    ),
    "unknown_window": (HASHTAGS, "update load set window_days = 14", f"{IN_SET}(window_days)"),
    "rank_zero": (HASHTAGS, "update load set rank = 0 where rank = 1", f"{BETWEEN}(rank)"),
    "negative_views": (HASHTAGS, "update load set views = -1", f"{BETWEEN}(views)"),
    "tag_with_sign": (
        HASHTAGS,
        "update load set hashtag_name = '#' || hashtag_name",
        f"{REGEX}(hashtag_name)",
    ),
    "snapshot_from_the_future": (
        HASHTAGS,
        "update load set as_of_at = timestamp '2025-07-21 12:00:01'",
        f"{BETWEEN}(rows_from_the_future)",
    ),
    "tag_twice": (HASHTAGS, "insert into load from load limit 1", f"{BETWEEN}(duplicate_keys)"),
    "hashtags_of_one_country": (
        HASHTAGS,
        "delete from load where country_code = 'ID'",
        f"{BETWEEN}(missing_countries)",
    ),
    "empty_hashtags": (HASHTAGS, "delete from load", "expect_table_row_count_to_be_between"),
    "110_dollars_for_11_billion": (
        FORECASTS,
        "update load set value = 110 where cell = 'H8'",
        f"{BETWEEN}(world_revenue_usd_min)",
    ),
    "world_revenue_tenfold": (
        FORECASTS,
        "update load set value = value * 10 where segment = 'microdramas' and unit = 'USD'",
        f"{BETWEEN}(world_revenue_usd_max)",
    ),
    "value_zero": (
        FORECASTS,
        "update load set value = 0 where cell = 'H11'",
        f"{BETWEEN}(value)",
    ),
    "value_missing": (
        FORECASTS,
        "update load set value = null where cell = 'H11'",
        f"{NOT_NULL}(value)",
    ),
    "unit_in_millions": (
        FORECASTS,
        "update load set unit = 'US$m' where cell = 'H12'",
        f"{IN_SET}(unit)",
    ),
    "unknown_geography": (
        FORECASTS,
        "update load set geography = 'Rest of world' where cell = 'H9'",
        f"{REGEX}(geography)",
    ),
    "serial_number_for_year": (FORECASTS, "update load set year = 45944", f"{BETWEEN}(year)"),
    "future_vintage": (
        FORECASTS,
        "update load set published_on = date '2025-07-22'",
        f"{BETWEEN}(vintages_from_the_future)",
    ),
    "two_vintages": (
        FORECASTS,
        "update load set published_on = date '2025-02-14' where cell = 'H12'",
        f"{BETWEEN}(vintages)",
    ),
    "percent_for_share": (
        FORECASTS,
        "update load set value = 83 where metric = 'revenue_share'",
        f"{BETWEEN}(share_max)",
    ),
    "parts_above_world": (
        FORECASTS,
        "update load set value = 2.87e9 where cell = 'H9'",
        f"{BETWEEN}(parts_to_world_max)",
    ),
    "china_above_world": (
        FORECASTS,
        "update load set value = 12e9 where cell = 'H10'",
        f"{BETWEEN}(part_to_world_max)",
    ),
    "us_above_ex_china": (
        FORECASTS,
        "update load set value = 2e9 where cell = 'H11'",
        f"{BETWEEN}(us_to_ex_china_max)",
    ),
    "figure_twice": (
        FORECASTS,
        "insert into load from load where cell = 'H11'",
        f"{BETWEEN}(duplicate_keys)",
    ),
    "empty_workbook": (FORECASTS, "delete from load", "expect_table_row_count_to_be_between"),
    "unknown_kind": (CATALOG, "update load set kind = 'comic'", f"{IN_SET}(kind)"),
    "unknown_evidence": (CATALOG, "update load set evidence = 'seen'", f"{IN_SET}(evidence)"),
    "market_by_name": (CATALOG, "update load set market = 'World'", f"{REGEX}(market)"),
    "offer_without_source": (CATALOG, "update load set source = null", f"{NOT_NULL}(source)"),
    "price_zero": (CATALOG, "update load set unlock_price_usd = 0", f"{BETWEEN}(unlock_price_usd)"),
    "percent_for_discount": (
        CATALOG,
        "update load set discount_ratio = 1.1 where discount_ratio is not null",
        f"{BETWEEN}(discount_ratio)",
    ),
    "price_range_upside_down": (
        CATALOG,
        "update load set monthly_price_high_usd = 39.99 where monthly_price_low_usd is not null",
        f"{PAIR}(monthly_price_high_usd, monthly_price_low_usd)",
    ),
    "catalogue_of_tomorrow": (
        CATALOG,
        "update load set snapshot_on = date '2025-07-22'",
        f"{BETWEEN}(snapshots_from_the_future)",
    ),
    "named_row_of_eleven_apps": (
        CATALOG,
        "update load set apps = 11 where evidence = 'named'",
        f"{BETWEEN}(named_rows_of_other_than_one_app)",
    ),
    "named_row_without_a_name": (
        CATALOG,
        "update load set app_name = null where evidence = 'named'",
        f"{BETWEEN}(named_rows_of_other_than_one_app)",
    ),
    "count_without_a_number": (
        CATALOG,
        "update load set apps = null where evidence = 'count_only'",
        f"{BETWEEN}(count_rows_without_a_count)",
    ),
    "invented_name": (
        CATALOG,
        "update load set app_name = 'Drama 3' where evidence = 'count_only'",
        f"{BETWEEN}(count_rows_without_a_count)",
    ),
    "terms_that_count": (
        CATALOG,
        "update load set apps = 1 where evidence = 'market_terms'",
        f"{BETWEEN}(market_terms_that_count_apps)",
    ),
    "offer_twice": (CATALOG, "insert into load from load limit 1", f"{BETWEEN}(duplicate_keys)"),
    "empty_catalogue": (CATALOG, "delete from load", "expect_table_row_count_to_be_between"),
    "window_upside_down": (
        SEARCH,
        "update load set window_start_on = date '2025-07-21'",
        f"{PAIR}(window_end_on, window_start_on)",
    ),
    "window_that_has_not_ended": (
        SEARCH,
        "update load set window_end_on = date '2025-07-22'",
        f"{BETWEEN}(windows_from_the_future)",
    ),
    "row_without_a_measure": (
        SEARCH,
        "update load set hashtag_views = null, in_top_100 = null",
        f"{BETWEEN}(rows_without_a_measure)",
    ),
    "growth_without_a_base": (
        SEARCH,
        "update load set compared_with = null",
        f"{BETWEEN}(growth_without_a_base)",
    ),
    "fall_by_more_than_all": (
        SEARCH,
        "update load set growth_ratio = -1.5 where growth_ratio is not null",
        f"{BETWEEN}(growth_ratio)",
    ),
    "interest_twice": (SEARCH, "insert into load from load limit 1", f"{BETWEEN}(duplicate_keys)"),
    "empty_interest": (SEARCH, "delete from load", "expect_table_row_count_to_be_between"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defective_load_is_refused_by_the_expectation_meant_for_it(audit, defect):
    dataset_id, statement, expectation = DEFECTS[defect]
    result = audit(dataset_id, statement)
    assert result.refused
    assert expectation in [finding.name for finding in result.critical]


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_a_good_load_passes_without_a_word(audit, dataset_id):
    result = audit(dataset_id)
    assert result.findings == ()
    assert result.rows > 0
    assert result.suites == ("schema", f"{dataset_id}.rows", f"{dataset_id}.load")


UNUSUAL = {
    "app_fell_out_of_the_charts": (
        RANKS,
        "delete from load where product_id = 336744124022 and ranked_on > date '2025-07-04'",
    ),
    "country_without_ranks": (RANKS, "delete from load where country_code = 'BR'"),
    "two_products_on_one_place": (RANKS, "update load set rank = 1"),
    "app_launched_in_the_middle": (
        ESTIMATES,
        "delete from load where product_id = 336744124024 and estimated_on < date '2025-07-11'",
    ),
    "app_gone": (
        ESTIMATES,
        "delete from load where product_id = 336744124024 and estimated_on > date '2025-07-11'",
    ),
    "app_in_one_country_only": (
        ESTIMATES,
        "delete from load where product_id = 336744124024 and country_code not in ('ZZ', 'IN')",
    ),
    "country_without_revenue": (
        ESTIMATES,
        "update load set revenue = 0 where country_code = 'IN'",
    ),
    "month_without_downloads_in_a_country": (
        ESTIMATES,
        "update load set downloads = 0 where country_code = 'US'",
    ),
    "countries_within_rounding_of_the_world": (
        ESTIMATES,
        "update load set downloads = 4420 where country_code = 'ZZ'",
    ),
    "tag_without_curve": (HASHTAGS, "update load set curve = null, audience_ages = []"),
    "chart_without_details": (
        HASHTAGS,
        "update load set posts_all_time = null, views_all_time = null, audience_ages = null",
    ),
    "one_name_under_two_ids": (CATALOG, "update load set app_name = 'X' where apps = 1"),
    "catalogue_without_prices": (
        CATALOG,
        "update load set unlock_price_usd = null, monthly_price_low_usd = null,"
        " monthly_price_high_usd = null",
    ),
    "growth_as_a_percentage": (SEARCH, "update load set growth_ratio = growth_ratio * 100"),
    "workbook_of_the_day": (FORECASTS, "update load set published_on = date '2025-07-21'"),
    "workbook_without_world": (
        FORECASTS,
        "delete from load where geography = 'World' and segment = 'microdramas'",
    ),
    "small_market_long_ago": (
        FORECASTS,
        "insert into load by name select * replace (2020 as year, 2e8 as value, 'C8' as cell)"
        " from load where cell = 'H8'",
    ),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_an_unusual_load_is_not_refused(audit, case):
    assert not audit(*UNUSUAL[case]).refused


def test_a_window_of_one_leap_day_passes(audit):
    leap_day = Window(start=date(2024, 2, 29), end=date(2024, 2, 29))
    result = audit(
        ESTIMATES,
        "delete from load where estimated_on <> date '2025-07-01'",
        "update load set estimated_on = date '2024-02-29'",
        coverage=Coverage(window=leap_day, countries=("ZZ", "US", "IN", "BR", "CN")),
    )
    assert result.findings == ()


def test_days_that_have_not_come_yet_are_not_missing(audit):
    to_august = Window(start=date(2025, 7, 1), end=date(2025, 8, 31))
    result = audit(
        ESTIMATES,
        coverage=Coverage(window=to_august, countries=("ZZ", "US", "IN", "BR", "CN")),
    )
    assert not result.refused


def test_the_newest_days_may_still_be_missing_but_are_told(audit):
    result = audit(ESTIMATES, "delete from load where estimated_on > date '2025-07-18'")
    (warning,) = result.findings
    assert not result.refused
    assert warning.name == f"{BETWEEN}(provisional_days_missing)"
    assert warning.observed == 10  # five countries, 19 and 20 July


def test_few_products_without_unified_apps_are_a_warning(audit):
    result = audit(
        PRODUCTS,
        "delete from load where product_id > 336744124009",
        "update load set unified_app_id = null",
    )
    assert not result.refused
    assert [finding.column for finding in result.warnings] == [
        "row_count",
        "without_unified_app_ratio",
    ]


def test_a_finding_shows_the_key_of_failing_rows(audit):
    result = audit(ESTIMATES, "update load set downloads = -512 where country_code = 'US'")
    finding = next(f for f in result.critical if f.column == "downloads")
    assert (finding.unexpected, finding.checked) == (80, 400)
    assert len(finding.samples) == MAX_SAMPLES
    assert finding.samples[0] == {
        "product_id": 336744124021,
        "country_code": "US",
        "estimated_on": "2025-07-01",
        "downloads": -512,
    }


def test_samples_keep_money_and_large_ids_exact(audit):
    result = audit(
        ESTIMATES,
        "update load set product_id = 9007199254740993, revenue = -1234567890123.45"
        " where product_id = 336744124021 and country_code = 'US'",
    )
    finding = next(f for f in result.critical if f.column == "revenue")
    assert finding.samples[0]["product_id"] == 9007199254740993
    assert finding.samples[0]["revenue"] == "-1234567890123.45"


def test_a_finding_about_the_load_shows_what_it_is_about(audit):
    result = audit(ESTIMATES, "delete from load where country_code in ('BR', 'IN')")
    finding = next(f for f in result.critical if f.column == "missing_countries")
    assert finding.observed == 2
    assert finding.samples == ({"country_code": "BR"}, {"country_code": "IN"})


@pytest.mark.parametrize("slice_rows", [100, 399, 400])
def test_slices_of_any_size_find_the_same(audit, slice_rows):
    defect = "update load set downloads = -1 where estimated_on > date '2025-07-17'"
    whole = audit(ESTIMATES, defect)
    assert audit(ESTIMATES, defect, slice_rows=slice_rows) == whole
    assert next(f.unexpected for f in whole.critical if f.column == "downloads") == 60


def test_a_wrong_schema_is_all_that_is_said_about_a_load(audit):
    result = audit(ESTIMATES, "alter table load alter downloads type varchar")
    (finding,) = result.findings
    assert (finding.observed, finding.expected) == ("VARCHAR", "BIGINT")
    assert result.rows == 400
