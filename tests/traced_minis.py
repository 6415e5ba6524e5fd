"""What the reports may say in figures about hashtags and TikTok Minis, by SQL of the tests' own."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import duckdb

from tracing import D, Known, half_up, rows


def minis(found: Known, connection: duckdb.DuckDBPyConnection) -> None:
    found.area = "minis"
    months = rows(
        connection,
        "select * from marts.rpt_minis_landscape where market = 'World' order by month_start_on",
    )
    for one in months:
        found.day(one["as_of_on"], one["month_start_on"])
        found.plain(one["drama_apps"], one["game_apps"])
        found.price(
            one["unlock_price_low_usd"], one["monthly_price_low_usd"],
            one["monthly_price_high_usd"],
        )  # fmt: skip
        found.number(
            one["drama_apps"], one["game_apps"], one["unlock_price_low_usd"],
            one["unlock_price_high_usd"], one["monthly_price_low_usd"],
            one["monthly_price_high_usd"],
        )  # fmt: skip
        if one["discount_high_ratio"] is not None:
            found.whole(100 * one["discount_high_ratio"])
    highest = max(months[-1]["monthly_price_high_usd"], months[-1]["unlock_price_low_usd"])
    step = half_up(highest / 2 / 10) * 10
    found.scale(*(f"{sign}{one}" for one in (0, step, 2 * step) for sign in ("", "US$")))
    found.number(0, step, 2 * step)


def needed(found: Known, connection: duckdb.DuckDBPyConnection) -> None:
    found.area = "needed"
    for one in rows(
        connection,
        """
        select revenue_model, min(break_even_units) as low, max(break_even_units) as high,
            min(production_cost_usd) as cost, max(production_cost_usd) as dear
        from marts.rpt_monetisation_breakeven group by all
        """,
    ):
        (middle,) = connection.execute(
            "select break_even_units from marts.rpt_monetisation_breakeven where scenario_id = ?",
            [f"{one['revenue_model']}.base"],
        ).fetchall()[0]
        found.count(*map(_about, (one["low"], middle, one["high"])))
        found.number(one["low"], middle, one["high"])
    for one in rows(connection, "select * from marts.dim_monetisation_assumption"):
        for end in (one["low"], one["high"]):
            if one["unit"] == "ratio":
                found.whole(100 * end)
            elif end >= 1000:
                found.money(end)
            else:
                found.price(end)
                found.cents(end)
    found.tokens |= {"1,000", "1000"}
    for power in range(11):
        found.scale(found.short(D(10) ** power))
        found.number(10**power)


def _about(size: int) -> Decimal:
    """Below 10,000, two digits that count."""
    return D(f"{size:.1e}") if size < 10**4 else D(size)


def hashtags(found: Known, connection: duckdb.DuckDBPyConnection, on: date) -> None:
    found.area = "tags"
    tags = rows(
        connection,
        "select * from marts.rpt_hashtag_momentum where as_of_on = ? and views is not null"
        " order by views desc",
        on,
    )
    at_home = [tag for tag in tags if tag["country_code"] == "US"]
    for place, tag in enumerate(at_home, start=1):
        found.place(place)
        found.count(tag["views"])
        found.growth(tag["views_change_7d_pct"], tag["views_change_28d_pct"])
    gained = sum(half_up(tag["views_change_7d_pct"] or 0, 1) > 0 for tag in at_home)
    found.plain(gained, len(at_home))
    found.plain(10)
    start = on - timedelta(days=6)
    found.week(start, on)
    broke_out = [tag for tag in at_home if tag["is_breakout"]] or at_home
    mover = max(broke_out, key=lambda tag: abs(tag["views_change_7d"] or 0))
    if mover["views_change_7d"] is not None:
        found.count(mover["views"] - mover["views_change_7d"])
    minis = ("tiktokminis", "minisgames", "minisshorts")
    listed = [
        place
        for place, tag in enumerate(at_home, start=1)
        if place <= 7 or tag is mover or tag["hashtag_name"] in minis
    ]
    for one, two in pairwise(listed):
        found.marks |= {str(one + 1), str(two - 1)} if two - one > 1 else set()
    countries = {tag["country_code"]: tag for tag in tags}
    found.place(*range(1, len(countries) + 1))
    for tag in tags:
        if tag["hashtag_name"] in ("tiktokminis", "shortdrama"):
            found.count(tag["views"])
        if tag["hashtag_name"] == "tiktokminis" and tag["country_code"] == "US":
            found.plain(tag["posts"])
        found.number(
            tag["views"], tag["views_change_7d"], tag["views_change_7d_pct"],
            tag["views_change_28d_pct"], tag["posts"],
            half_up(tag["views_change_7d_pct"] or 0, 1),
        )  # fmt: skip


def entry(found: Known, connection: duckdb.DuckDBPyConnection) -> None:
    found.area = "entry"
    found.name("2025年12月中旬")
    for one in rows(connection, "select * from marts.rpt_minis_entry"):
        found.name(one["statement_en"], one["statement_zh"])
        found.day(one["as_of_on"])
        if one["item"].startswith("tags of "):
            found.count(one["value"])
            found.number(one["value"])
    found.name("AMZ123")
    for one in rows(
        connection, "select * from marts.fct_minis_search_interest where growth_pct is not null"
    ):
        start, end = one["window_start_on"], one["window_end_on"]
        found.name(one["compared_with"])
        found.whole(one["growth_pct"])
        found.day(start, end, end - timedelta(days=0))
