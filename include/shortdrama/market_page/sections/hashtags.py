"""How much hashtags of dramas and of games are seen on TikTok.

A post counts in each of its hashtags: sums over hashtags say how loud they are, never how many
views there were. Such sums are only those that the mart has.
"""

from datetime import date, timedelta
from itertools import pairwise

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import Chart, Field, Rows, Section, Selector, rows_of
from shortdrama.market_page.source import Row, Source
from shortdrama.reports.facts.hashtags import HOME
from shortdrama.reports.facts.scope import HASHTAG_VENDOR

DAYS, SNAPSHOTS = 120, 12
"""How far back daily views go, and how many days of snapshots are compared."""


def section(source: Source) -> Section:
    """Drama against games, views day by day, and what gains or loses."""
    t, title = source.t, source.t("hashtags.page.title")
    may = source.hashtags
    if not may.aggregates:
        return Section("hashtags", title, empty=t("tags.withheld.page", vendor=HASHTAG_VENDOR))
    charts = [_loudness(source)]
    if may.rows:
        charts += [_daily(source), _momentum(source)]
    lead = t("hashtags.lead") if may.rows else t("tags.withheld.page", vendor=HASHTAG_VENDOR)
    return Section("hashtags", title, (lead,), tuple(chart for chart in charts if chart))


def _countries(source: Source, rows: Rows) -> Selector:
    codes = sorted(map(str, rows.each("country_code")), key=source.place)
    options = tuple((code, source.place(code)) for code in codes)
    chosen = HOME if HOME in codes else codes[0]
    return Selector("country_code", source.t("choose.country"), options, chosen)


def _loudness(source: Source) -> Chart | None:
    t = source.t
    found = source.read(
        """
        select country_code, as_of_on, drama_tags, drama_views, game_views, drama_against_game_pct,
            bool_or(is_sample) as is_sample
        from marts.rpt_hashtag_momentum
        group by all
        order by country_code, as_of_on
        """
    )
    if not found:
        return None
    for row in found:
        missing = row["drama_views"] is None or row["game_views"] is None
        row["_gap"] = t("gap.one_kind") if missing else ""
        row["_day"] = source.voice.f.day(row["as_of_on"]) if row["as_of_on"] else ""  # type: ignore[arg-type]
    rows = rows_of(found)
    kinds = {"drama_views": t("figure.drama_views"), "game_views": t("figure.game_views")}
    picture = (
        marks.rows()
        .transform_fold(list(kinds), as_=["kind", "views"])
        .transform_calculate(series=f"{kinds!r}[datum.kind]")
        .transform_filter("isValid(datum.views) && datum.views > 0")
        .mark_point(filled=True, size=120, opacity=1, tooltip=True)
        .encode(
            x=marks.across("views", "count", marks.log()),
            y=marks.names("_day", alt.EncodingSortField("as_of_on", order="descending")),
            color=marks.series("series", list(kinds.values())),
        )
    )
    return Chart(
        name="hashtags-drama-games",
        title=t("loudness.chart"),
        rows=rows,
        spec=marks.spec(picture, marks.by_row(34)),
        fields=(
            Field("as_of_on", t("field.as_of"), "day"),
            Field("drama_views", kinds["drama_views"], "count"),
            Field("game_views", kinds["game_views"], "count"),
            Field("drama_against_game_pct", t("figure.drama_share"), "pct"),
            Field("drama_tags", t("figure.drama_tags"), "number", wide=True),
        ),
        origin=source.origin(
            "rpt_hashtag_momentum", t("basis.views"), rows.newest("as_of_on"), found
        ),
        selectors=(_countries(source, rows),),
        note=t("loudness.note"),
    )


def _daily(source: Source) -> Chart | None:
    t = source.t
    found = source.read(
        """
        select country_code, hashtag_id, hashtag_name, kind, viewed_on, views, chart_rank, provider,
            daily.is_sample
        from marts.fct_hashtag_views_daily as daily
        inner join marts.dim_hashtag as tag using (hashtag_id)
        where kind <> 'other'
            and viewed_on > (select max(viewed_on) from marts.fct_hashtag_views_daily)
                - to_days($days)
        order by country_code, kind desc, hashtag_name, hashtag_id, viewed_on
        """,
        days=DAYS,
    )
    if not found:
        return None
    for row in found:
        row["_group"] = "apps" if row["kind"] == "brand" else "formats"
        row["_tag"] = f"#{row['hashtag_name']}"
        row["_kind"] = source.word("kind", row["kind"])
        row["_gap"] = ""
    rows = rows_of(_with_gaps(found, t("gap.unsaid")))
    groups = tuple(
        (group, source.word("group", group))
        for group in ("formats", "apps")
        if group in rows.each("_group")
    )
    picture = (
        marks.rows()
        .transform_calculate(shown="datum._gap || datum.views <= 0 ? null : datum.views")
        .mark_line(strokeWidth=2, tooltip=True, point={"size": 12, "opacity": 0.9})
        .encode(
            x=marks.day_axis("viewed_on", "tick"),
            y=marks.figure_axis("shown", "count", marks.log()),
            color=marks.series("_tag"),
            detail="hashtag_id:N",
        )
    )
    return Chart(
        name="hashtags-daily-views",
        title=t("daily.chart"),
        rows=rows,
        spec=marks.spec(picture, 300),
        fields=(
            Field("_tag", t("field.tag")),
            Field("_kind", t("field.kind"), wide=True),
            Field("viewed_on", t("field.day"), "day"),
            Field("views", t("figure.views"), "count"),
            Field("_gap", t("field.remark"), wide=True),
        ),
        origin=source.origin(
            "fct_hashtag_views_daily", t("basis.views"), rows.newest("viewed_on"), found
        ),
        selectors=(
            _countries(source, rows),
            Selector("_group", t("choose.tags"), groups, groups[0][0]),
        ),
        note=t("daily.note"),
    )


def _with_gaps(found: list[Row], why: str) -> list[Row]:
    """With a row for each day or span that nobody said, so that no line goes through it."""
    filled = found[:1]
    for before, row in pairwise(found):
        same = all(before[name] == row[name] for name in ("country_code", "hashtag_id"))
        then, now = before["viewed_on"], row["viewed_on"]
        if same and isinstance(then, date) and isinstance(now, date) and (now - then).days > 1:
            unsaid: Row = {"views": None, "viewed_on": then + timedelta(days=1), "_gap": why}
            filled.append(row | {"chart_rank": None} | unsaid)
        filled.append(row)
    return filled


def _momentum(source: Source) -> Chart | None:
    t = source.t
    found = source.read(
        """
        select momentum.country_code, momentum.as_of_on, momentum.hashtag_name, momentum.kind,
            momentum.posts, momentum.views, momentum.daily_views_7d, momentum.views_change_7d,
            momentum.views_change_7d_pct, momentum.change_7d_evidence,
            momentum.views_change_28d_pct, momentum.change_28d_evidence, momentum.is_breakout,
            momentum.share_of_voice_pct, momentum.chart_rank, momentum.chart_movement,
            momentum.is_sample
        from marts.rpt_hashtag_momentum as momentum
        left join marts.dim_hashtag as tag using (hashtag_id)
        where momentum.kind <> 'other' or coalesce(tag.is_watched, false)
        qualify dense_rank() over (order by momentum.as_of_on desc) <= $snapshots
        order by momentum.country_code, momentum.as_of_on desc,
            momentum.views_change_7d_pct desc nulls last, momentum.hashtag_name
        """,
        snapshots=SNAPSHOTS,
    )
    if not found:
        return None
    for row in found:
        row["_tag"] = f"#{row['hashtag_name']}"
        row["_kind"] = source.word("kind", row["kind"])
        row["_gap"] = t("gap.no_change") if row["views_change_7d_pct"] is None else ""
    rows = rows_of(found)
    days = sorted({str(day) for day in rows.each("as_of_on")}, reverse=True)
    shown = tuple((day, source.voice.f.day(date.fromisoformat(day))) for day in days)
    picture = (
        marks.rows()
        .transform_filter("!datum._gap")
        .mark_bar(cornerRadiusEnd=3, height={"band": 0.7}, tooltip=True)
        .encode(
            x=marks.across("views_change_7d_pct", "change"),
            y=marks.names("_tag", alt.EncodingSortField("views_change_7d_pct", order="descending")),
            color=alt.condition(
                "datum.views_change_7d_pct < 0", alt.value(marks.DOWN), alt.value(marks.UP)
            ),
        )
    )
    return Chart(
        name="hashtags-momentum",
        title=t("momentum.chart"),
        rows=rows,
        spec=marks.spec(picture, marks.by_row()),
        fields=(
            Field("_tag", t("field.tag")),
            Field("_kind", t("field.kind"), wide=True),
            Field("views", t("figure.views7"), "count"),
            Field("views_change_7d_pct", t("figure.change7"), "change"),
            Field("views_change_28d_pct", t("figure.change28"), "change"),
            Field("chart_rank", t("figure.chart_rank"), "number", wide=True),
            Field("_gap", t("field.remark"), wide=True),
        ),
        origin=source.origin(
            "rpt_hashtag_momentum", t("basis.views"), rows.newest("as_of_on"), found
        ),
        selectors=(
            _countries(source, rows),
            Selector("as_of_on", t("choose.day"), shown, days[0]),
        ),
        note=t("momentum.page.note"),
    )
