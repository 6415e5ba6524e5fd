"""Where the money is: the countries that were asked for, beside their whole."""

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import MEASURE, Chart, Field, Section, Selector, rows_of
from shortdrama.market_page.source import CHINA, MINE, OURS, Source, gap

MONTHS = 24


def section(source: Source) -> Section:
    """Countries outside mainland China, month by month."""
    t = source.t
    found = source.read(
        f"""
        select period_label, period_start_on, period_end_on, country_code, country_name_en,
            country_name_zh, region, revenue_usd, revenue_share_pct, revenue_growth_pct,
            revenue_rank, downloads, downloads_share_pct, downloads_growth_pct, active_apps,
            completeness_ratio, maturity, is_sample
        from marts.rpt_country_monthly
        where {MINE} and country_code <> $china
        qualify dense_rank() over (order by period_start_on desc) <= {MONTHS}
        order by period_start_on desc, revenue_rank nulls last, country_code
        """,  # noqa: S608 - names of our own
        **OURS,
        china=CHINA,
    )
    title = t("countries.page.title")
    if not found:
        return Section("countries", title)
    for row in found:
        row["_name"] = source.place(row["country_code"])
        row["_gap"] = gap(source.voice, row)
    rows = rows_of(found)
    measures = (
        Field("revenue_usd", t("figure.revenue"), "usd"),
        Field("revenue_share_pct", t("field.share.whole"), "pct"),
        Field("revenue_growth_pct", t("field.growth.revenue"), "change"),
        Field("downloads", t("figure.downloads"), "count"),
        Field("downloads_share_pct", t("field.share.downloads"), "pct"),
    )
    options = tuple((field.column, field.label) for field in measures)
    picture = (
        marks.rows()
        .mark_bar(cornerRadiusEnd=3, height={"band": 0.7}, tooltip=True)
        .encode(
            x=marks.across(),
            y=marks.names("_name", alt.EncodingSortField("value", order="descending")),
            color=alt.condition("datum.value < 0", alt.value(marks.MUTED), alt.value(marks.MAIN)),
        )
    )
    chart = Chart(
        name="countries",
        title=t("countries.chart"),
        rows=rows,
        spec=marks.spec(picture, marks.by_row()),
        fields=(
            Field("revenue_rank", "#", "number"),
            Field("_name", t("field.country")),
            Field("revenue_usd", t("figure.revenue"), "usd"),
            Field("revenue_share_pct", t("field.share.whole"), "pct"),
            Field("revenue_growth_pct", t("field.growth"), "change"),
            Field("downloads", t("figure.downloads"), "count", wide=True),
            Field("active_apps", t("figure.apps"), "number", wide=True),
            Field("_gap", t("field.remark"), wide=True),
        ),
        origin=source.origin(
            "rpt_country_monthly", source.net, rows.newest("period_end_on"), found
        ),
        selectors=(
            source.months(rows.each("period_label")),
            Selector(MEASURE, t("choose.figure"), options, options[0][0], measures),
        ),
        note=t("countries.page.note"),
    )
    return Section("countries", title, charts=(chart,))
