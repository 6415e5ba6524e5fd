"""TikTok Minis: what is there, at what prices, and by which routes the leaders reach viewers."""

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import Chart, Field, Section, Selector, rows_of
from shortdrama.market_page.source import Source
from shortdrama.reports.facts.minis import PRESS
from shortdrama.reports.facts.minis import WORLD as EVERYWHERE
from shortdrama.reports.words.sources import source_name

ROUTES = ("own_app", "minis", "series", "official_account")
STATUSES = {
    "present": ("✓", marks.UP),
    "absent": ("✕", marks.DOWN),
    "unknown": ("?", "var(--muted)"),
}


def section(source: Source) -> Section:
    """The catalogue with its prices, and the leaders' routes."""
    t, title = source.t, source.t("minis.page.title")
    if not source.quotable([PRESS]).allowed:
        left_out = t("left_out", publishers=t("press"))
        return Section("minis", title, empty=left_out)
    charts = (_catalogue(source), _prices(source), _leaders(source))
    return Section("minis", title, (t("minis.lead.page"),), tuple(filter(None, charts)))


def _catalogue(source: Source) -> Chart | None:
    t = source.t
    found = source.read(
        """
        select month_start_on, market, as_of_on, drama_apps, game_apps, named_drama_apps,
            named_game_apps, is_sample
        from marts.rpt_minis_landscape
        where list_contains($market, market)
        order by month_start_on
        """,
        market=EVERYWHERE,
    )
    if not found:
        return None
    for row in found:
        row["_month"] = source.voice.f.month(row["month_start_on"])  # type: ignore[arg-type]
    rows = rows_of(found)
    kinds = {"drama_apps": t("figure.drama_apps"), "game_apps": t("figure.game_apps")}
    base = (
        marks.rows()
        .transform_fold(list(kinds), as_=["kind", "apps"])
        .transform_calculate(series=f"{kinds!r}[datum.kind]")
        .transform_filter("isValid(datum.apps)")
        .encode(
            x=marks.across("apps", "number"),
            y=marks.names("_month", [str(row["_month"]) for row in found]),
            yOffset=alt.YOffset("series:N", sort=list(kinds.values())),
        )
    )
    bars = base.mark_bar(cornerRadiusEnd=3, tooltip=True).encode(
        color=marks.series("series", list(kinds.values()))
    )
    texts = base.mark_text(align="left", dx=5).encode(text="apps:Q")
    return Chart(
        name="minis-catalogue",
        title=t("catalogue.chart"),
        rows=rows,
        spec=marks.spec(alt.layer(bars, texts), marks.by_row(28)),
        fields=(
            Field("as_of_on", t("field.as_of"), "day"),
            Field("drama_apps", kinds["drama_apps"], "number"),
            Field("game_apps", kinds["game_apps"], "number"),
            Field("named_drama_apps", t("figure.named_dramas"), "number", wide=True),
        ),
        origin=source.origin(
            "rpt_minis_landscape", t("basis.press"), rows.newest("as_of_on"), found
        ),
        note=t("catalogue.note"),
    )


def _prices(source: Source) -> Chart | None:
    t = source.t
    found = source.read(
        """
        select month_start_on, market, as_of_on, unlock_price_low_usd, unlock_price_high_usd,
            unlock_price_has_lower_bound, monthly_price_low_usd, monthly_price_high_usd,
            discount_low_ratio, discount_high_ratio, free_episodes_min, free_episodes_max,
            price_basis, is_sample
        from marts.rpt_minis_landscape
        where list_contains($market, market)
        order by month_start_on desc
        """,
        market=EVERYWHERE,
    )
    if not any(row["unlock_price_low_usd"] or row["monthly_price_low_usd"] for row in found):
        return None
    for row in found:
        open_end = row["unlock_price_has_lower_bound"]
        row["_bound"] = t("field.or_more") if open_end else ""
        unsaid = row["unlock_price_low_usd"] is None and row["monthly_price_low_usd"] is None
        row["_gap"] = t("gap.unpublished") if unsaid else ""
    rows = rows_of(found)
    return Chart(
        name="minis-prices",
        title=t("prices.chart"),
        rows=rows,
        fields=(
            Field("as_of_on", t("field.as_of"), "day"),
            Field("unlock_price_low_usd", t("figure.unlock"), "usd"),
            Field("_bound", ""),
            Field("monthly_price_low_usd", t("figure.month_low"), "usd"),
            Field("monthly_price_high_usd", t("figure.month_high"), "usd"),
            Field("discount_low_ratio", t("figure.discount"), "ratio", wide=True),
            Field("free_episodes_min", t("figure.free"), "number", wide=True),
            Field("_gap", t("field.remark"), wide=True),
        ),
        origin=source.origin(
            "rpt_minis_landscape", t("basis.gross.prices"), rows.newest("as_of_on"), found
        ),
        note=t("prices.note"),
    )


def _leaders(source: Source) -> Chart | None:
    t = source.t
    found = source.read(
        """
        select month_start_on, leader, route, status, published_on, source, certainty
        from marts.rpt_minis_leaders
        order by month_start_on desc, leader, route
        """
    )
    if not found:
        return None
    for row in found:
        row["_sign"], row["_ink"] = STATUSES.get(str(row["status"]), STATUSES["unknown"])
        row["_route"] = source.word("route", row["route"])
        row["_status"] = source.word("status", row["status"])
        row["_certainty"] = source.word("certainty", row["certainty"]) if row["certainty"] else ""
        row["_source"] = (
            source_name(str(row["source"]), source.voice.locale, str(row["source"]))
            if row["source"]
            else ""
        )
        month = row["month_start_on"]
        row["_month"] = source.voice.f.month(month)  # type: ignore[arg-type]
    rows = rows_of(found)
    months = tuple(
        (str(month), source.voice.f.month(month))  # type: ignore[arg-type]
        for month in rows.each("month_start_on")
    )
    base = marks.rows().encode(
        x=alt.X(
            "_route:N",
            sort=[source.word("route", route) for route in ROUTES],
            axis=alt.Axis(title=None, orient="top", labelAngle=0, domain=False, ticks=False),
        ),
        y=marks.names("leader"),
    )
    cells = base.mark_rect(color="var(--tile)", stroke="var(--sheet)", strokeWidth=3, tooltip=True)
    signs = base.mark_text(fontSize=16, fontWeight="bold", tooltip=True).encode(
        text="_sign:N", color=alt.Color("_ink:N", scale=None)
    )
    return Chart(
        name="minis-leaders",
        title=t("routes.chart"),
        rows=rows,
        spec=marks.spec(alt.layer(cells, signs), marks.by_row(32)),
        fields=(
            Field("leader", t("field.app")),
            Field("_route", t("field.route")),
            Field("_status", t("field.status")),
            Field("_certainty", t("field.certainty"), wide=True),
            Field("_source", t("field.source"), wide=True),
            Field("published_on", t("field.published"), "day", wide=True),
        ),
        origin=source.origin(
            "rpt_minis_leaders",
            t("basis.press"),
            rows.newest("published_on"),
            [{"is_sample": False}],
        ),
        selectors=(Selector("month_start_on", t("choose.period"), months, months[0][0]),),
        note=t("routes.note"),
    )
