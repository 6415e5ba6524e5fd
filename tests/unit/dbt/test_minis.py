"""The marts of TikTok Minis, from the files of published facts."""

from datetime import date
from decimal import Decimal
from typing import Any


def test_the_landscape_holds_the_published_numbers(build: Any) -> None:
    assert build.query(
        "select as_of_on, market, drama_apps, game_apps, named_drama_apps "
        "from marts.rpt_minis_landscape order by as_of_on"
    ) == [(date(2025, 5, 31), "World", 3, 8, 0), (date(2026, 1, 11), "World", 13, 28, 2)]


def test_prices_keep_their_bounds(build: Any) -> None:
    assert build.one(
        "select unlock_price_low_usd, unlock_price_has_lower_bound, unlock_10_usd_and_more_offers, "
        "monthly_price_low_usd, monthly_price_high_usd, discount_low_ratio, "
        "free_episodes_min, free_episodes_max "
        "from marts.rpt_minis_landscape where as_of_on = '2026-01-11'"
    ) == (10, True, 1, 40, 80, Decimal("0.1"), 8, 10)


def test_only_a_source_makes_a_leader_present_in_minis(build: Any) -> None:
    assert build.query(
        "select leader, source from marts.rpt_minis_leaders "
        "where month_start_on = '2026-01-01' and route = 'minis' and status = 'present'"
    ) == [("ShortMax", "Business Insider 2025-12-26 names it among the partners of Minis")]
    assert build.one(
        "select leaders_present, leaders_absent, leaders_unknown "
        "from marts.rpt_minis_landscape where as_of_on = '2026-01-11'"
    ) == (1, 2, 3)


def test_the_leaders_that_are_named_as_absent_have_routes_that_are_said_of_their_class(
    build: Any,
) -> None:
    assert build.query(
        "select leader, route, status, certainty from marts.rpt_minis_leaders "
        "where month_start_on = '2026-01-01' and published_on = '2026-01-11' order by all"
    ) == [
        (leader, *said)
        for leader in ("DramaBox", "ReelShort")
        for said in (
            ("minis", "absent", "secondary"),
            ("official_account", "present", "class"),
            ("series", "present", "class"),
        )
    ]


def test_published_facts_about_minis_are_reconciled_as_reviewed(build: Any) -> None:
    statuses = build.query(
        "select fact_id, status from marts.rpt_vendor_reconciliation "
        "where fact_id like 'tm-%' and comparable order by fact_id"
    )
    assert statuses == [
        ("tm-2025-dramas", "match"),
        ("tm-2025-dramas-grey", "match"),
        ("tm-2025-games", "match"),
        ("tm-2025-games-grey", "match"),
        ("tm-discount", "match"),
        ("tm-monthly-high", "match"),
        ("tm-monthly-low", "match"),
        ("tm-unlock-price", "bound_holds"),
    ]
    assert build.query(
        "select fact_id from marts.rpt_vendor_reconciliation "
        "where fact_id like 'tm-%' and status <> expected_status"
    ) == []  # fmt: skip


def test_search_interest_has_growth_and_views_with_their_bounds(build: Any) -> None:
    assert build.query(
        "select window_end_on, growth_pct, growth_is_lower_bound, hashtag_views, "
        "hashtag_views_is_lower_bound from marts.fct_minis_search_interest order by growth_pct"
    ) == [
        (date(2026, 1, 5), Decimal(300), True, None, None),
        (date(2026, 1, 5), None, None, 10_000_000, True),
    ]


def test_what_is_needed_and_what_was_seen_stand_side_by_side(build: Any) -> None:
    assert build.query(
        "select item, value_low, value, value_high, unit from marts.rpt_minis_entry "
        "where month_start_on = '2026-01-01' and topic in ('supply', 'price') and unit is not null "
        "order by item"
    ) == [
        ("drama_apps", None, 13, None, "apps"),
        ("game_apps", None, 28, None, "apps"),
        ("leaders_absent", None, 2, None, "apps"),
        ("leaders_present", None, 1, None, "apps"),
        ("leaders_unknown", None, 3, None, "apps"),
        ("month_discount", Decimal("0.1"), Decimal("0.1"), Decimal("0.1"), "ratio"),
        ("month_price", 40, None, 80, "USD"),
        ("unlock_price", 10, 10, 10, "USD"),
    ]
    assert build.query(
        "select entry.item, entry.value = base.break_even_units "
        "from marts.rpt_minis_entry as entry "
        "inner join marts.rpt_monetisation_breakeven as base "
        "on base.scenario_id = entry.item || '.base' "
        "where entry.month_start_on = '2026-01-01' and entry.topic = 'reach_needed' "
        "group by all order by all"
    ) == [("ad_share", True), ("paid_unlock", True), ("subscription", True)]


def test_what_nobody_published_is_said_in_both_languages(build: Any) -> None:
    unknown = build.query(
        "select statement_en, statement_zh, source from marts.rpt_minis_entry "
        "where month_start_on = '2026-01-01' and topic = 'unknown'"
    )
    assert len(unknown) == 4
    assert all(english and chinese and source for english, chinese, source in unknown)
