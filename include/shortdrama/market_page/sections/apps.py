"""Which apps lead, who moved, and how much the largest take."""

from typing import Any

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import Chart, Field, Section, rows_of
from shortdrama.market_page.source import MINE, OURS, Row, Source, gap
from shortdrama.reports.facts.scope import VENDOR
from shortdrama.reports.words.publishers import publisher_name

TOP = 15
MONTHS = 12
CONCENTRATION_MONTHS = 36


def leaders(source: Source) -> Section:
    """The leaders of each month and place, and those that entered or left."""
    t = source.t
    if not source.apps.rows:
        return Section("leaders", t("leaders.page.title"), empty=t("apps.withheld", vendor=VENDOR))
    found = source.read(
        """
        select period_label, period_start_on, period_end_on, geography, revenue_rank, app_id,
            app_name, publisher, revenue_usd, revenue_share_pct, downloads, previous_revenue_rank,
            revenue_rank_change, movement, universe_change, completeness_ratio, is_sample
        from marts.rpt_app_leaderboard_monthly
        where (vendor, revenue_basis) = ($vendor, $basis)
        qualify dense_rank() over (order by period_start_on desc) <= $months
            and (revenue_rank <= $top)
        order by period_start_on desc, geography, revenue_rank, app_id
        """,
        **OURS, months=MONTHS, top=TOP,
    )  # fmt: skip
    for row in found:
        row["_movement"] = _movement(source, row)
        row["_publisher"] = publisher_name(str(row["publisher"] or ""), source.voice.locale)
        row["_name"] = f"{row['revenue_rank']}. {row['app_name'] or row['app_id']}"
    return Section("leaders", t("leaders.page.title"), (t("leaders.lead"),), _charts(source, found))


def _movement(source: Source, row: Row) -> str:
    if row["universe_change"]:
        return source.t("movement.listed")
    places: Any = row["revenue_rank_change"]
    match row["movement"]:
        case None:
            return source.t("movement.unknown")
        case "up" | "down" if places:
            return f"{'▲' if places > 0 else '▼'} {abs(places)}"
        case movement:
            return source.word("movement", movement)


def _charts(source: Source, found: list[Row]) -> tuple[Chart, ...]:
    if not found:
        return ()
    t, rows = source.t, rows_of(found)
    picture = (
        marks.rows()
        .mark_bar(color=marks.MAIN, cornerRadiusEnd=3, height={"band": 0.7}, tooltip=True)
        .encode(
            x=marks.across("revenue_usd", "usd"),
            y=marks.names("_name", alt.EncodingSortField("revenue_rank", order="ascending")),
        )
    )
    return (
        Chart(
            name="leaders",
            title=t("leaders.chart", count=TOP),
            rows=rows,
            spec=marks.spec(picture, marks.by_row()),
            fields=(
                Field("revenue_rank", "#", "number"),
                Field("_movement", t("field.movement")),
                Field("app_name", t("field.app")),
                Field("_publisher", t("field.publisher"), wide=True),
                Field("revenue_usd", t("figure.revenue"), "usd"),
                Field("revenue_share_pct", t("field.share.place"), "pct"),
                Field("downloads", t("figure.downloads"), "count", wide=True),
            ),
            origin=source.origin(
                "rpt_app_leaderboard_monthly", source.net, rows.newest("period_end_on"), found
            ),
            selectors=(
                source.months(rows.each("period_label")),
                source.places(rows.each("geography")),
            ),
            note=t("leaders.page.note"),
        ),
    )


def concentration(source: Source) -> Section:
    """The share of the three, five and ten largest apps, month by month."""
    t = source.t
    found = source.read(
        f"""
        select period_label, period_start_on, period_end_on, geography, cr3_pct, cr5_pct, cr10_pct,
            hhi, concentration_band, earning_apps, completeness_ratio, maturity, is_sample
        from marts.rpt_market_concentration_monthly
        where {MINE}
        qualify dense_rank() over (order by period_start_on desc) <= {CONCENTRATION_MONTHS}
        order by geography, period_start_on
        """,  # noqa: S608 - names of our own
        **OURS,
    )
    title = t("concentration.page.title")
    if not found:
        return Section("concentration", title)
    for row in found:
        row["_gap"] = gap(source.voice, row) or ("" if row["hhi"] else t("gap.no_revenue"))
        band = row["concentration_band"]
        row["_band"] = source.word("band", band) if band else ""
    rows = rows_of(found)
    tops = {"cr3_pct": t("figure.cr3"), "cr5_pct": t("figure.cr5"), "cr10_pct": t("figure.cr10")}
    picture = (
        marks.rows()
        .transform_fold(list(tops), as_=["top", "share"])
        .transform_calculate(series=f"{tops!r}[datum.top]", shown="datum._gap ? null : datum.share")
        .mark_line(point=True, strokeWidth=2.5, tooltip=True)
        .encode(
            x=marks.day_axis("period_start_on"),
            y=marks.figure_axis("shown", "pct", alt.Scale(domain=[0, 100])),
            color=marks.series("series", list(tops.values())),
        )
    )
    chart = Chart(
        name="concentration",
        title=t("concentration.chart"),
        rows=rows,
        spec=marks.spec(picture, 240),
        fields=(
            Field("period_label", t("field.period")),
            Field("cr3_pct", tops["cr3_pct"], "pct"),
            Field("cr5_pct", tops["cr5_pct"], "pct", wide=True),
            Field("cr10_pct", tops["cr10_pct"], "pct"),
            Field("hhi", t("figure.hhi"), "number"),
            Field("_band", t("field.band"), wide=True),
            Field("earning_apps", t("figure.earning"), "number", wide=True),
            Field("_gap", t("field.remark"), wide=True),
        ),
        origin=source.origin(
            "rpt_market_concentration_monthly", source.net, rows.newest("period_end_on"), found
        ),
        selectors=(source.places(rows.each("geography")),),
        note=t("concentration.page.note"),
    )
    return Section("concentration", title, charts=(chart,))
