"""The figures of each report, recomputed from the marts by SQL that only the tests have."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

import traced_minis
from report_editions import LABELS
from shortdrama.reports.words.formats import LocaleName
from tracing import MONTHS, D, Known, half_up, rows

HERE = "vendor = 'Appfigures' and revenue_basis = 'net'"
MARKET = f"{HERE} and geography = 'World ex-China'"
DONE = "completeness_ratio = 1 and maturity = 'settled'"
CONSTANTS = {
    "weekly_brief": ["10", "39", "5"],
    "monthly_report": ["3", "5", "10", "1,000", "1,800", "10,000", "1000", "1800", "10000", "0",
                       "2023"],
    "minis_pulse": ["7", "4", "100"],
}  # fmt: skip
"""Top 10, week 39; the top 3 and 5, the bands of the index and their year; 7 days and 4 weeks,
TikTok's top 100."""
RHYTHM = ("the 6th of each month", "每月6日")


def known(
    connection: duckdb.DuckDBPyConnection,
    report_id: str,
    locale: LocaleName,
    manifest: dict[str, Any],
    label: str | None = None,
) -> Known:
    """Everything that an edition may say in figures; without a label that of `LABELS`."""
    label = label or LABELS[report_id]
    found = Known(locale)
    found.area = "always"
    found.tokens |= set(CONSTANTS[report_id])
    _frame(found, f"{report_id}/{label}", manifest)
    if report_id == "weekly_brief":
        _market(found, connection, "weekly", label)
        _quarter(found, connection)
        _vintage(found, connection)
        _reconciliation(found, connection)
    elif report_id == "monthly_report":
        _market(found, connection, "monthly", label)
        _quarter(found, connection)
        _vintage(found, connection)
        _reconciliation(found, connection)
        _context(found, connection)
        _concentration(found, connection, label)
        _revisions(found, connection, label)
        traced_minis.minis(found, connection)
        traced_minis.needed(found, connection)
    else:
        on = date.fromisoformat(label)
        traced_minis.hashtags(found, connection, on)
        found.day(on)
        traced_minis.minis(found, connection)
        traced_minis.needed(found, connection)
        traced_minis.entry(found, connection)
    return found


def prefixed(table: str, condition: str) -> str:
    return " and ".join(f"{table}.{part}" for part in condition.split(" and "))


def _frame(found: Known, edition: str, manifest: dict[str, Any]) -> None:
    found.name(
        manifest["snapshot_id"], manifest["universe_version"],
        edition, "08:00 UTC", "16:00（北京时间）",
    )  # fmt: skip
    year, _, week = edition.partition("/")[2].partition("-W")
    found.name(f"week {week} of {year}", f"{year}年第{week}周", *RHYTHM)
    found.day(date(2026, 2, 25))
    as_of = date.fromisoformat(manifest["datasets"]["appfigures.estimates"]["as_of"])
    found.plain((date(2026, 2, 25) - as_of).days)
    for state in manifest["datasets"].values():
        found.day(date.fromisoformat(state["as_of"]))


def _market(
    found: Known,
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    label: str,
) -> None:
    found.area, shown = "market", 13
    size, board = f"marts.rpt_market_size_{kind}", f"marts.rpt_app_leaderboard_{kind}"
    periods = rows(
        connection, f"select * from {size} where {MARKET} and {DONE} order by period_start_on"
    )
    periods = [one for one in periods if one["period_label"] <= label]
    now, then = periods[-1], periods[-2]
    assert now["period_label"] == label
    assert now["period_start_on"] - then["period_end_on"] == timedelta(days=1)
    before = then["period_label"]
    _periods(found, periods[-shown:], kind)
    highest = max(periods, key=lambda one: (one["revenue_usd"], one["period_start_on"]))
    found.plain(len(periods), len(periods[-shown:]))
    found.day(periods[0]["period_start_on"])
    days_now, days_then = (
        (one["period_end_on"] - one["period_start_on"]).days + 1 for one in (now, then)
    )
    if days_now != days_then:
        found.plain(days_now, days_then)
        found.growth((100 + now["revenue_growth_pct"]) / days_now * days_then - 100)
    found.plain(1 + sum(one["revenue_usd"] > now["revenue_usd"] for one in periods))
    found.money(now["revenue_usd"], highest["revenue_usd"], periods[-shown:][0]["revenue_usd"])
    found.week(highest["period_start_on"], highest["period_end_on"])
    first = periods[-shown:][0]
    found.growth(100 * now["revenue_usd"] / first["revenue_usd"] - 100)
    days = (now["period_start_on"] - first["period_start_on"]).days
    found.plain(days // 7 if kind == "weekly" else round(days / 30.44))
    found.growth(now["revenue_growth_pct"], now["downloads_growth_pct"])
    found.downloads(now["downloads"])
    each, each_before = now["revenue_per_download_usd"], then["revenue_per_download_usd"]
    found.cents(each)
    found.growth(100 * each / each_before - 100)
    found.plain(now["active_apps"], abs(now["active_apps_change"]))
    change = now["revenue_usd"] - then["revenue_usd"] - now["universe_change_revenue_usd"]
    found.moved_by(change)
    _apps(found, connection, board, label, before, change)
    _countries(found, connection, size, label, before, change)
    start = first["period_start_on"]
    _events(found, connection, start, now["period_end_on"])


def _periods(found: Known, periods: list[dict[str, Any]], kind: str) -> None:
    for one in periods:
        found.day(one["period_start_on"], one["period_end_on"])
        if kind != "weekly":
            found.name(one["period_label"])
        else:
            found.week(one["period_start_on"], one["period_end_on"])
        year, _, week = one["period_label"].partition("-W")
        found.name(one["period_label"], f"{year}年第{week.lstrip('0')}周")
        found.number(
            one["revenue_usd"], one["revenue_growth_pct"], one["downloads"],
            one["downloads_growth_pct"], one["revenue_per_download_usd"], one["active_apps"],
        )  # fmt: skip


def _apps(
    found: Known,
    connection: duckdb.DuckDBPyConnection,
    board: str,
    label: str,
    before: str,
    market: Decimal,
) -> None:
    pairs = rows(
        connection,
        f"""
        select new.*, old.revenue_usd as was, old.revenue_rank as was_rank,
            new.revenue_usd - old.revenue_usd as change
        from {board} as new
        left join {board} as old
            on old.app_id = new.app_id and old.period_label = ? and old.geography = new.geography
        where {prefixed("new", MARKET)} and new.period_label = ?
        order by new.revenue_rank
        """,
        before,
        label,
    )
    top = [one for one in pairs if one["revenue_rank"] <= 10]
    found.plain(len(top))
    found.share(sum((one["revenue_share_pct"] for one in top), D(0)))
    found.money(*(one["revenue_usd"] for one in top[:2]))
    for one in top:
        found.name(one["app_name"])
        found.place(one["revenue_rank"])
        found.column(one["revenue_usd"])
        found.share(one["revenue_share_pct"])
        found.number(
            one["revenue_rank"], one["was_rank"], one["revenue_usd"], one["was"],
            one["revenue_share_pct"], one["downloads"], one["change"],
        )  # fmt: skip
        if one["change"] is not None:
            found.growth(100 * one["change"] / one["was"])
            found.number(half_up(100 * one["change"] / one["was"], 4))
    known = [one for one in pairs if one["change"] is not None]
    for end in (max, min):
        one = end(known, key=lambda pair: pair["change"])
        found.name(one["app_name"])
        found.moved_by(one["change"])
        found.growth(100 * one["change"] / one["was"])
        found.whole(100 * one["change"] / market if market else None)
        found.whole(one["revenue_share_pct"])
        found.number(
            one["revenue_rank"], one["was_rank"], one["revenue_usd"], one["was"],
            one["revenue_share_pct"], one["downloads"], one["change"],
            half_up(100 * one["change"] / one["was"], 4),
        )  # fmt: skip


def _countries(
    found: Known,
    connection: duckdb.DuckDBPyConnection,
    size: str,
    label: str,
    before: str,
    market: Decimal,
) -> None:
    found.area = "countries"
    pairs = rows(
        connection,
        f"""
        select new.*, old.revenue_usd as was,
            new.revenue_usd - old.revenue_usd - new.universe_change_revenue_usd as change
        from {size} as new
        left join {size} as old on old.geography = new.geography and old.period_label = ?
        where {prefixed("new", HERE)} and new.geography_level = 'country' and new.geography <> 'CN'
            and new.period_label = ?
        order by new.revenue_usd desc
        """,
        before,
        label,
    )
    found.plain(min(len(pairs), 5))
    for place, one in enumerate(pairs, start=1):
        found.money(one["revenue_usd"] if place <= 3 else None)
        if place <= 5:
            found.place(place)
            found.column(one["revenue_usd"])
            found.share(one["revenue_share_pct"])
        found.growth(one["revenue_growth_pct"])
        found.number(
            one["revenue_usd"], one["was"], one["change"], one["revenue_growth_pct"],
            one["revenue_share_pct"], one["downloads"],
        )  # fmt: skip
    moved = sorted(pairs, key=lambda one: -abs(one["change"]))[:6]
    found.bars([one["change"] for one in moved])
    found.plain(len(moved), len(pairs))
    found.share(sum(one["revenue_share_pct"] for one in pairs))
    found.whole(moved[0]["revenue_share_pct"])
    found.moved_by(moved[0]["change"])
    found.whole(100 * moved[0]["change"] / market if market else None)


def _events(found: Known, connection: duckdb.DuckDBPyConnection, start: date, end: date) -> None:
    for one in rows(connection, "select * from marts.fct_market_events"):
        found.name(one["title_en"], one["title_zh"])
        found.week(one["starts_on"], one["ends_on"])
    found.marks |= {"1", "2", "3"}


def _quarter(found: Known, connection: duckdb.DuckDBPyConnection) -> None:
    found.area = "quarter"
    (one,) = rows(
        connection,
        f"select * from marts.rpt_market_size_quarterly where {MARKET} and {DONE}"
        " order by period_start_on desc limit 1",
    )
    found.name(one["period_label"])
    found.day(one["period_start_on"])
    found.money(one["revenue_usd"])
    found.growth(one["revenue_growth_pct"], one["downloads_growth_pct"])
    found.downloads(one["downloads"])
    found.plain(one["active_apps"])
    _periods(found, [one], "quarterly")


def _vintage(found: Known, connection: duckdb.DuckDBPyConnection) -> None:
    found.area = "forecasts"
    figures = rows(
        connection,
        """
        select * from marts.fct_market_forecasts
        where publisher = 'Omdia' and geography = 'World' and segment = 'microdramas'
            and metric = 'revenue'
            and published_on = (select max(published_on) from marts.fct_market_forecasts
                where publisher = 'Omdia')
        """,
    )
    for one in figures:
        found.day(one["published_on"])
        found.plain(one["year"])
        found.money(one["value"])
    for one in rows(
        connection,
        "select * from marts.rpt_forecast_revisions where ratio_to_fast is not null",
    ):
        found.plain(one["year"])
        found.tokens.add(f"{half_up(one['ratio_to_fast'], 1)}")
        found.day(one["fast_published_on"])


def _reconciliation(found: Known, connection: duckdb.DuckDBPyConnection) -> None:
    found.area = "pipeline"
    (counts,) = connection.execute(
        """
        select
            count(*) filter (status = 'match'), count(*) filter (status = 'bound_holds'),
            count(*) filter (status = 'off'),
            count(*) filter (status in ('match', 'bound_holds', 'off')),
            count(*) filter (status not in ('match', 'bound_holds', 'off'))
        from marts.rpt_vendor_reconciliation
        """
    ).fetchall()
    found.plain(*counts)


def _context(found: Known, connection: duckdb.DuckDBPyConnection) -> None:
    found.area = "forecasts"
    for one in rows(
        connection,
        """
        select * from marts.rpt_forecast_context
        where geography = 'World ex-China' and is_newest_vintage and year >= 2025
        """,
    ):
        found.day(one["published_on"])
        found.plain(one["year"])
        found.money(one["forecast_usd"])
        if one["our_run_rate_usd"] is not None:
            found.money(one["our_run_rate_usd"])
            found.plain(one["our_months"])
        found.number(one["forecast_usd"], one["our_run_rate_usd"], one["year"])


def _concentration(found: Known, connection: duckdb.DuckDBPyConnection, label: str) -> None:
    found.area = "concentration"
    then, now = rows(
        connection,
        f"select * from marts.rpt_market_concentration_monthly where {MARKET}"
        " and period_label <= ? order by period_label desc limit 2",
        label,
    )[::-1]
    found.share(now["cr3_pct"], now["cr5_pct"], now["cr10_pct"])
    found.plain(half_up(now["hhi"]))
    index = half_up(now["hhi"] - then["hhi"])
    if index:
        found.tokens.add(f"{'+' if index > 0 else '−'}{abs(index)}")
    for key in ("cr3_pct", "cr5_pct", "cr10_pct"):
        points = half_up(now[key], 1) - half_up(then[key], 1)
        if points:
            found.tokens.add(f"{'+' if points > 0 else '−'}{abs(points)}")
    for one in (then, now):
        found.name(one["period_label"])
        found.number(
            one["cr3_pct"], one["cr5_pct"], one["cr10_pct"], one["hhi"], one["earning_apps"]
        )


def _revisions(found: Known, connection: duckdb.DuckDBPyConnection, label: str) -> None:
    found.area = "revisions"
    months = rows(
        connection,
        """
        select *, newest_revenue_usd - first_said_revenue_usd as moved
        from marts.rpt_estimate_revisions
        where geography_level = 'world' and month_start_on <= cast(? as date)
        order by month_start_on desc limit 4
        """,
        f"{label}-01",
    )
    found.plain(len(months))
    moves = [100 * one["moved"] / one["first_said_revenue_usd"] for one in months]
    found.plain(sum(half_up(abs(move), 1) > 0 for move in moves))
    for one in months:
        found.day(one["month_start_on"])
        found.name(MONTHS[one["month_start_on"].month - 1])
        found.plain(one["month_start_on"].year)
        found.column(one["first_said_revenue_usd"], one["newest_revenue_usd"])
        percent = 100 * one["moved"] / one["first_said_revenue_usd"]
        found.growth(percent)
        found.number(
            one["first_said_revenue_usd"], one["newest_revenue_usd"], one["moved"],
            half_up(percent, 4),
        )  # fmt: skip
