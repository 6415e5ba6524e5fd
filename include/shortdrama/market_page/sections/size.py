"""How large the market is, and what happened meanwhile."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import MEASURE, Chart, Field, Section, Selector, rows_of
from shortdrama.market_page.source import MINE, OURS, Row, Source, gap
from shortdrama.reports.words.sources import source_name

GRAINS = {"rpt_market_size_monthly": 36, "rpt_market_size_weekly": 104,
          "rpt_market_size_quarterly": 20}  # fmt: skip
"""The marts, and how many of the newest periods the page has."""

FIGURES = (
    "period_label, period_start_on, period_end_on, geography, revenue_usd, revenue_growth_pct,"
    " revenue_share_pct, downloads, downloads_growth_pct, downloads_share_pct, active_apps,"
    " completeness_ratio, maturity, is_sample"
)


def section(source: Source) -> Section:
    """The size by week, month and quarter, everywhere, with dated events."""
    t = source.t
    found = [row for mart in GRAINS for row in _periods(source, mart)]
    happened = _events(source)
    charts = (_sizes(source, found, happened), _happened(source, happened)) if found else (
        (_happened(source, happened),)
    )  # fmt: skip
    return Section("size", t("size.title"), (t("size.lead"),), charts)


def _periods(source: Source, mart: str) -> list[Row]:
    found = source.read(
        f"""
        select '{mart}' as mart, {FIGURES}
        from marts.{mart}
        where {MINE}
        qualify dense_rank() over (order by period_start_on desc) <= {GRAINS[mart]}
        order by geography, period_start_on
        """,  # noqa: S608 - names of our own
        **OURS,
    )
    for row in found:
        row["_gap"] = gap(source.voice, row)
    return _with_gaps(found, source.t("gap.missing"))


def _with_gaps(found: list[Row], why: str) -> list[Row]:
    """With a row for each step over a missing period, so that no line goes through it."""
    filled = found[:1]
    for before, row in pairwise(found):
        end: Any = before["period_end_on"]
        start: Any = row["period_start_on"]
        if before["geography"] == row["geography"] and (start - end).days > 1:
            keys = {"mart", "geography", "is_sample"}
            empty: Row = {name: row[name] if name in keys else None for name in row}
            first, last = end + timedelta(days=1), start - timedelta(days=1)
            filled.append(empty | {
                "period_label": f"{first} – {last}", "period_start_on": first,
                "period_end_on": last, "_gap": why,
            })  # fmt: skip
        filled.append(row)
    return filled


def _sizes(source: Source, found: list[Row], happened: list[Row]) -> Chart:
    t, rows = source.t, rows_of(found)
    grains = tuple((mart, t(f"grain.{mart}")) for mart in GRAINS if mart in rows.each("mart"))
    measures = (
        Field("revenue_usd", t("figure.revenue"), "usd"),
        Field("downloads", t("figure.downloads"), "count"),
        Field("active_apps", t("figure.apps"), "number"),
    )
    options = tuple((field.column, field.label) for field in measures)
    complete = rows_of([row for row in found if not row["_gap"]])
    return Chart(
        name="market-size",
        title=t("size.chart"),
        rows=rows,
        spec=_spec(found, happened),
        fields=(
            Field("period_label", t("field.period")),
            Field("revenue_usd", t("figure.revenue"), "usd"),
            Field("revenue_growth_pct", t("field.growth.revenue"), "change"),
            Field("downloads", t("figure.downloads"), "count"),
            Field("downloads_growth_pct", t("field.growth.downloads"), "change", wide=True),
            Field("revenue_share_pct", t("field.share.whole"), "pct", wide=True),
            Field("active_apps", t("figure.apps"), "number", wide=True),
            Field("_gap", t("field.remark"), wide=True),
        ),
        origin=source.origin(
            "rpt_market_size_weekly, _monthly, _quarterly",
            source.net,
            complete.newest("period_end_on") if complete else None,
            found,
        ),
        selectors=(
            Selector("mart", t("choose.grain"), grains, grains[0][0]),
            source.places(rows.each("geography")),
            Selector(MEASURE, t("choose.figure"), options, options[0][0], measures),
        ),
        note=t("size.note"),
    )


def _spec(found: list[Row], happened: list[Row]) -> dict[str, Any]:
    base = marks.rows().encode(x=marks.day_axis("period_start_on"), y=marks.figure_axis())
    line = base.mark_line(color=marks.MAIN, strokeWidth=2.5)
    dots = base.mark_point(color=marks.MAIN, fill=marks.MAIN, size=36, opacity=1, tooltip=True)
    shown = _marked(found, happened)
    events = alt.Chart(alt.InlineData(values=shown)).encode(x=marks.day_axis("at"))
    rules = events.mark_rule(strokeDash=[3, 3], color=marks.MUTED)
    numbers = events.mark_text(baseline="bottom", color="var(--muted)", dy=-2).encode(
        y=alt.value(0), text="number:N"
    )
    layers = [rules, numbers, line, dots] if shown else [line, dots]
    return marks.spec(alt.layer(*layers), 280)


def _marked(found: list[Row], happened: list[Row]) -> list[dict[str, object]]:
    """The events of the time that is drawn: the numbers at each day."""
    days: list[Any] = [row["period_start_on"] for row in found]
    numbers: dict[date, list[str]] = {}
    for row in reversed(happened):
        starts_on, ends_on = row["starts_on"], row["ends_on"]
        if not isinstance(starts_on, date) or not isinstance(ends_on, date):
            continue
        if ends_on >= min(days) and starts_on <= max(days):
            numbers.setdefault(max(starts_on, min(days)), []).append(str(row["_number"]))
    return [
        {"at": marks.instant(day), "number": ", ".join(those)} for day, those in numbers.items()
    ]


def _events(source: Source) -> list[Row]:
    found = source.read(
        """
        select event_id, starts_on, ends_on, date_precision, kind, geography, title_en, title_zh,
            source, certainty
        from marts.fct_market_events
        order by starts_on desc, ends_on desc, event_id
        """
    )
    f, locale = source.voice.f, source.voice.locale
    for number, row in enumerate(reversed(found), start=1):
        row["_number"] = str(number)
    for row in found:
        starts_on, ends_on = row["starts_on"], row["ends_on"]
        if isinstance(starts_on, date) and isinstance(ends_on, date):
            is_month = row["date_precision"] == "month"
            row["_when"] = f.month(starts_on) if is_month else f.days(starts_on, ends_on)
        row["_title"] = row[f"title_{locale}"]
        row["_place"] = source.place(row["geography"])
        row["_source"] = source_name(str(row["source"]), locale, str(row["source"]))
    return found


def _happened(source: Source, happened: list[Row]) -> Chart:
    t = source.t
    origin = source.origin("fct_market_events", t("basis.events"), None, [{"is_sample": False}])
    return Chart(
        name="market-events",
        title=t("events.chart"),
        rows=rows_of(happened),
        fields=(
            Field("_number", "#"),
            Field("_when", t("field.when")),
            Field("_title", t("field.what")),
            Field("_place", t("field.place"), wide=True),
            Field("_source", t("field.source"), wide=True),
        ),
        origin=origin,
        note=t("events.page.note"),
    )
