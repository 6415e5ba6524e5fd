"""Figures of the marts on the small market, done in the head beforehand."""

from datetime import date
from decimal import Decimal
from typing import Any

from shortdrama.core.settings import AppfiguresSettings
from shortdrama_local.simulator.countries import CODES

Q2_DAYS, Q3_DAYS = 91, 92


def quarter(build: Any, label: str, geography: str) -> dict[str, Any]:
    columns = (
        "active_apps, downloads, revenue_usd, revenue_share_pct, downloads_growth_pct, "
        "revenue_growth_pct, completeness_ratio, maturity, is_sample"
    )
    row = build.one(
        f"select {columns} from marts.rpt_market_size_quarterly "
        "where period_label = ? and geography = ?",
        label,
        geography,
    )
    return dict(zip(columns.split(", "), row, strict=True))


def test_world_ex_china_is_the_world_call_less_china(build: Any) -> None:
    second = quarter(build, "2025Q2", "World ex-China")
    assert second["active_apps"] == 2  # Hongguo earns in China alone, Idle nowhere
    assert second["downloads"] == Q2_DAYS * 230
    assert second["revenue_usd"] == Q2_DAYS * 1900


def test_a_restated_month_replaces_figures_and_drops_what_vanished(build: Any) -> None:
    third = quarter(build, "2025Q3", "World ex-China")
    assert third["downloads"] == 62 * 270 + 30 * 260
    assert third["revenue_usd"] == 62 * 1980 + 30 * 2060
    assert build.query(
        "select max(estimated_on) from marts.fct_app_estimates_daily where app_id = 'ua_gone'"
    ) == [(date(2025, 8, 31),)]


def test_a_replay_of_an_old_answer_changes_nothing(build: Any) -> None:
    loads = build.query("select distinct load_id from marts.fct_app_estimates_daily order by 1")
    assert [load for (load,) in loads] == [
        "estimates-q2",
        "estimates-q3",
        "estimates-same-instant",
        "estimates-september",
    ]


def test_of_two_loads_of_one_instant_the_later_in_the_ledger_decides(build: Any) -> None:
    assert build.query(
        "select app_id, downloads, revenue_usd from marts.fct_app_estimates_daily "
        "where country_code = 'US' and estimated_on = '2025-09-30'"
    ) == [("ua_box", 31, Decimal("201.00"))]


def test_growth_compares_whole_and_settled_periods(build: Any) -> None:
    july = build.one(
        "select revenue_growth_pct from marts.rpt_market_size_monthly "
        "where period_label = '2025-07' and geography = 'World ex-China'"
    )
    base, now = 30 * 1900, 31 * 1980
    assert july == (round(Decimal(100 * (now - base)) / base, 4),)
    first, provisional = (quarter(build, q, "World ex-China") for q in ("2025Q2", "2025Q3"))
    assert first["revenue_growth_pct"] is None
    assert provisional["maturity"] == "provisional"
    assert provisional["revenue_growth_pct"] is None


def test_shares_are_of_world_ex_china(build: Any) -> None:
    whole = 62 * 1980 + 30 * 2060
    india = quarter(build, "2025Q3", "IN")
    assert india["revenue_share_pct"] == round(Decimal(100 * Q3_DAYS * 70) / whole, 4)
    assert quarter(build, "2025Q3", "CN")["revenue_share_pct"] is None


def test_countries_and_other_add_up_to_world_ex_china(build: Any) -> None:
    for mart in ("weekly", "monthly", "quarterly"):
        differing = build.query(
            f"""
            select period_label
            from marts.rpt_market_size_{mart}
            where geography <> 'CN' and geography_level in ('world_ex_china', 'country', 'other')
            group by period_label
            having
                sum(case when geography = 'World ex-China' then -revenue_usd else revenue_usd end) <> 0
                or sum(case when geography = 'World ex-China' then -downloads else downloads end) <> 0
            """  # noqa: E501
        )
        assert differing == [], mart


def test_a_day_younger_than_three_days_makes_its_periods_provisional(build: Any) -> None:
    assert quarter(build, "2025Q2", "World")["maturity"] == "settled"
    assert quarter(build, "2025Q3", "World")["maturity"] == "provisional"
    assert build.query(
        "select distinct estimated_on from marts.fct_app_estimates_daily "
        "where maturity = 'provisional'"
    ) == [(date(2025, 9, 30),)]


def test_weeks_are_iso_weeks_and_know_how_complete_they_are(build: Any) -> None:
    weeks = build.query(
        "select period_label, period_start_on, period_end_on, completeness_ratio "
        "from marts.rpt_market_size_weekly where geography = 'US' order by period_start_on"
    )
    assert weeks[0] == (
        "2025-W14", date(2025, 3, 31), date(2025, 4, 6), Decimal("0.857143")
    )  # fmt: skip
    assert weeks[1][3] == 1
    assert weeks[-1] == (
        "2025-W40", date(2025, 9, 29), date(2025, 10, 5), Decimal("0.285714")
    )  # fmt: skip


def test_the_leaderboard_ranks_apps_over_stores_and_marks_entrants(build: Any) -> None:
    assert build.query(
        "select revenue_rank, app_name, revenue_usd, movement "
        "from marts.rpt_app_leaderboard_monthly "
        "where period_label = '2025-07' and geography = 'World ex-China' order by revenue_rank"
    ) == [
        (1, "ReelShort", Decimal(31 * 1400), "same"),
        (2, "DramaBox", Decimal(31 * 500), "same"),
        (3, "Solo Drama 2", Decimal(31 * 60), "entrant"),
        (4, "Vanisher", Decimal(31 * 20), "entrant"),
    ]


def test_a_product_that_is_no_longer_listed_keeps_its_app(build: Any) -> None:
    assert build.query(
        "select app_id, app_name, stores, first_seen_on from marts.dim_app "
        "where app_id in ('ua_box', 'ua_reel', 'product:4') order by app_id"
    ) == [
        ("product:4", "Solo Drama 2", "google_play", date(2025, 7, 1)),
        ("ua_box", "DramaBox", "apple", date(2025, 4, 1)),
        ("ua_reel", "ReelShort", "apple, google_play", date(2025, 4, 1)),
    ]


def test_the_mended_workbook_decides_its_vintage(build: Any) -> None:
    assert build.query(
        "select vintage_label, year, value, load_id from marts.fct_market_forecasts "
        "where geography = 'World' and segment = 'microdramas' and metric = 'revenue' "
        "order by published_on, year"
    ) == [
        ("2025-10", 2025, Decimal(11_000_000_000), "omdia-october"),
        ("2026-02", 2025, Decimal(11_000_000_000), "omdia-february"),
        ("2026-02", 2026, Decimal(14_000_000_000), "omdia-february"),
    ]


def test_the_ratio_to_fast_says_which_vintage_it_is_from(build: Any) -> None:
    assert build.query(
        "select published_on, fast_published_on, round(ratio_to_fast, 2) "
        "from marts.rpt_forecast_revisions where ratio_to_fast is not null order by published_on"
    ) == [
        (date(2025, 10, 14), date(2025, 10, 14), Decimal("1.90")),
        (date(2026, 2, 23), date(2025, 10, 14), Decimal("1.90")),
    ]


def test_the_newest_snapshot_of_a_day_decides_which_hashtags_were_seen(build: Any) -> None:
    assert build.query(
        "select hashtag_name, views, curve_json, audience_ages_json "
        "from marts.fct_hashtag_snapshots"
    ) == [("shortdrama", 7, '[{"curve_on":"2025-09-29","relative_value":1.0}]', "[]")]


def test_a_tag_that_is_no_longer_listed_keeps_its_daily_views(build: Any) -> None:
    day = date(2025, 9, 29)
    assert build.query(
        "select viewed_on, views, provider, load_id, version_number"
        " from marts.fct_hashtag_views_daily order by views"
    ) == [
        (day, 100, "business", "hashtags-first", 1),
        (day, 700, "business", "hashtags-again", 2),
    ]
    assert build.query(
        "select views, known_to_at is null from marts.fct_hashtag_views_versions order by views"
    ) == [(100, True), (500, False), (700, True)]


def test_every_fact_is_reconciled_and_forecasts_match(build: Any) -> None:
    facts = build.one("select count(*) from seeds.published_figures")
    assert build.one("select count(*) from marts.rpt_vendor_reconciliation") == facts
    assert build.query(
        "select fact_id, status from marts.rpt_vendor_reconciliation "
        "where vendor = 'Omdia' and status <> expected_status"
    ) == []  # fmt: skip


def test_what_is_not_comparable_has_a_reason_and_no_percentage(build: Any) -> None:
    assert build.query(
        "select fact_id from marts.rpt_vendor_reconciliation "
        "where not comparable "
        "and (reason is null or our_value is not null or difference_pct is not null)"
    ) == []  # fmt: skip
    assert build.query(
        "select fact_id, reason from marts.rpt_vendor_reconciliation "
        "where fact_id in ('af-2025m06-downloads', 'af-2024q1-revenue', 'st-2025q3-revenue', "
        "'de-2025m07-downloads-v1', 'af-2024q1-apps') order by fact_id"
    ) == [
        ("af-2024q1-apps", "no_data"),
        ("af-2024q1-revenue", "basis"),
        ("af-2025m06-downloads", "doubtful"),
        ("de-2025m07-downloads-v1", "superseded"),
        ("st-2025q3-revenue", "vendor"),
    ]


def test_figures_that_are_not_as_expected_warn_and_do_not_fail(build: Any) -> None:
    status = build.results["test.shortdrama.reconciliation_as_expected"]
    assert status == "warn"  # the small market is far from the published figures


def test_every_country_of_the_settings_and_the_simulator_has_a_region(build: Any) -> None:
    known = dict(build.query("select country_code, region from marts.dim_country"))
    assert set(CODES) | set(AppfiguresSettings().countries) <= set(known)
    assert known["NA"] == "Middle East and Africa"  # Namibia's code is no missing value
    assert [code for code, region in known.items() if region == "China"] == ["CN"]
    assert [code for code, region in known.items() if region == "World"] == ["ZZ"]


def test_the_calendar_names_periods_as_the_reports_do(build: Any) -> None:
    assert build.query(
        "select week_label, month_label, quarter_label, iso_weekday, week_start_on "
        "from marts.dim_calendar where date_on = '2026-01-01'"
    ) == [("2026-W01", "2026-01", "2026Q1", 4, date(2025, 12, 29))]
    for cadence in ("week", "month", "quarter"):
        unknown = build.query(
            f"select period_label from marts.rpt_market_size_{cadence}ly "
            f"where period_label not in (select {cadence}_label from marts.dim_calendar)"
        )
        assert unknown == [], cadence


def test_regions_and_other_add_up_to_world_ex_china_and_say_who_is_asked(build: Any) -> None:
    july = "period_label = '2025-07'"
    assert build.query(
        "select geography, geography_level, downloads from marts.rpt_market_size_monthly "
        f"where {july} and geography_level in ('region', 'other', 'world_ex_china') "
        "order by downloads"
    ) == [
        ("South Asia", "region", 31 * 40),  # India alone is asked there
        ("North America", "region", 31 * 96),
        ("Other", "other", 31 * 134),
        ("World ex-China", "world_ex_china", 31 * 270),
    ]


def test_an_app_that_is_gone_has_left_and_has_no_rank(build: Any) -> None:
    weeks = build.query(
        "select period_label, revenue_rank, previous_revenue_rank, revenue_usd, downloads, "
        "movement from marts.rpt_app_leaderboard_weekly where geography = 'US' "
        "and app_id = 'ua_gone' order by period_start_on desc limit 2"
    )
    assert weeks == [
        ("2025-W36", None, 4, None, None, "exit"),  # September was restated without it
        ("2025-W35", 4, 4, Decimal(14), 7, "same"),
    ]


def test_a_chart_that_is_asked_again_forgets_who_has_left_it(build: Any) -> None:
    assert build.query(
        "select app_id, store, chart, chart_rank, maturity from marts.fct_app_ranks_daily "
        "order by chart_rank"
    ) == [
        ("ua_box", "apple", "topgrossing", 1, "settled"),
        ("ua_reel", "apple", "topgrossing", 2, "settled"),
    ]


def test_three_quarters_and_one_quarter_make_an_index_of_6250(build: Any) -> None:
    assert build.one(
        "select hhi, concentration_band, cr3_pct, earning_apps, leading_app_name, "
        "leading_app_share_pct from marts.rpt_market_concentration_monthly "
        "where geography = 'US' and period_label = '2025-05'"
    ) == (Decimal(6250), "high", Decimal(100), 2, "ReelShort", Decimal(75))


def test_a_country_has_its_place_outside_china_and_two_shares(build: Any) -> None:
    rows = build.query(
        "select country_code, region, revenue_rank, revenue_share_pct, revenue_share_of_world_pct, "
        "revenue_usd from marts.rpt_country_monthly where period_label = '2025-05' order by all"
    )
    assert rows == [
        (code, region, rank, _pct(daily, ex_china), _pct(daily, 2600), Decimal(31 * daily))
        for code, region, rank, daily, ex_china in (
            ("CN", "China", None, 700, None),
            ("IN", "South Asia", 2, 70, 1900),
            ("US", "North America", 1, 800, 1900),
        )
    ]


def _pct(part: int, whole: int | None) -> Decimal | None:
    return None if whole is None else round(Decimal(100 * part) / whole, 4)


def test_events_are_as_long_as_their_dates_are_vague(build: Any) -> None:
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92}
    events = build.query(
        "select event_id, date_precision, ends_on - starts_on + 1 from marts.fct_market_events"
    )
    assert {"minis-grey-test", "minis-launch-us", "pinedrama-launch"} <= {row[0] for row in events}
    for event_id, precision, days in events:
        assert 1 <= days <= longest[precision], event_id


def test_publishers_without_a_workbook_are_quoted_with_their_source(build: Any) -> None:
    quoted = build.query(
        "select publisher, count(*), bool_and(load_id is null and source is not null) "
        "from marts.fct_market_forecasts group by publisher order by publisher"
    )
    assert quoted == [
        ("Media Partners Asia", 13, True),
        ("Omdia", 8, False),
        ("Owl & Co", 2, True),
    ]


def test_what_omdia_says_is_beside_our_run_rate_and_not_compared(build: Any) -> None:
    """April to August are whole and settled: 91 days of 2,600 and 62 of 2,680 worldwide."""
    revenue = 91 * 2600 + 62 * 2680
    run_rate = round(Decimal(revenue) * 365 / 153, 2)
    assert build.query(
        "select published_on, our_months, our_revenue_usd, our_run_rate_usd, comparable, reason, "
        "difference_pct from marts.rpt_forecast_context "
        "where publisher = 'Omdia' and geography = 'World' and year = 2025 order by published_on"
    ) == [
        (date(2025, 10, 14), 5, Decimal(revenue), run_rate, False, "scope", None),
        (date(2026, 2, 23), 5, Decimal(revenue), run_rate, False, "scope", None),
    ]
