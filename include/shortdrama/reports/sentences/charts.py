"""Charts whose titles are claims."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from shortdrama.reports.facts.countries import Country, by_change
from shortdrama.reports.facts.events import Event
from shortdrama.reports.facts.market import Market, Period
from shortdrama.reports.page import (
    Bar,
    BarChart,
    DatedEvent,
    Figure,
    Series,
    TimeChart,
    TimePoint,
    direction,
)
from shortdrama.reports.sentences.market import when
from shortdrama.reports.words.formats import shown_pct
from shortdrama.reports.words.voice import Voice

MOST_EVENTS = 3
MOST_BARS = 6


def trend(
    voice: Voice, market: Market, shown: Sequence[Period], events: Sequence[Event]
) -> Figure | None:
    """Revenue per period; the first, the highest and the last figure are written at the line.

    One period alone is no line.
    """
    if len(shown) == 1:
        return None
    first, last = shown[0], shown[-1]
    highest = max(shown, key=lambda one: (one.revenue_usd, one.starts_on))
    labelled = {first.starts_on, highest.starts_on, last.starts_on}
    points = tuple(
        TimePoint(
            one.starts_on,
            one.revenue_usd,
            voice.f.usd(one.revenue_usd) if one.starts_on in labelled else "",
        )
        for one in shown
    )
    dated, note = marks(voice, events, first.starts_on, last.starts_on)
    chart = TimeChart(
        series=(Series(voice.t("trend.series"), points),),
        ticks=tuple((one.starts_on, tick(voice, one.starts_on)) for one in shown),
        events=dated,
    )
    return Figure(
        name="revenue",
        title=_trend_title(voice, market, shown, highest),
        alt=_trend_alt(voice, first, highest, last),
        chart=chart,
        note=voice.sentences(
            [voice.t("trend.note", periods=len(shown)), voice.t("axis.cut"), note]
        ),
    )


def tick(voice: Voice, day: date) -> str:
    """A date below a chart, or its month in a report by months."""
    return voice.f.short_month(day) if voice.has("period.is_month") else voice.f.tick(day)


def marks(
    voice: Voice, events: Sequence[Event], start: date, end: date
) -> tuple[tuple[DatedEvent, ...], str]:
    """Numbers on the time axis, and the sentence that says what they stand for.

    Events that begin on one day share a number; an earlier one stands at the start of the chart.
    """
    by_day: dict[date, list[Event]] = {}
    for event in (event for event in events if event.is_marked):
        by_day.setdefault(min(max(event.starts_on, start), end), []).append(event)
    chosen = sorted(by_day)[-MOST_EVENTS:]
    dated = tuple(
        DatedEvent(day, voice.t("event.mark", number=number))
        for number, day in enumerate(chosen, start=1)
    )
    said = [
        voice.t(
            "event.said",
            number=number,
            when=event_when(voice, event),
            title=event_title(voice, event),
        )
        for number, day in enumerate(chosen, start=1)
        for event in by_day[day]
    ]
    return dated, voice.sentence(said) if said else ""


def country_changes(voice: Voice, rows: Sequence[Country]) -> Figure | None:
    """Which countries added and lost how much; none without a period to compare with."""
    changed = by_change(tuple(rows))
    if not changed:
        return None
    largest = abs(changed[0][1])
    chosen = sorted(changed[:MOST_BARS], key=lambda pair: -pair[1])
    bars = tuple(
        Bar(
            name=voice.f.country(row.country_code),
            value=change,
            label=voice.f.usd_change_like(change, largest),
            change=voice.cell(row.growth_pct).text,
            direction=direction(shown_pct(row.growth_pct)),
            tone="up" if change > 0 else "down",
        )
        for row, change in chosen
    )
    row, change = changed[0]
    key = "countries.chart.added" if change > 0 else "countries.chart.lost"
    title = voice.begins(
        voice.t(
            key,
            country=voice.f.country_said(row.country_code),
            change=voice.f.usd_change_like(abs(change), largest).removeprefix("+"),
        )
    )
    return Figure(
        name="countries",
        title=title,
        alt=voice.t(
            "countries.chart.alt",
            list=voice.t("enumeration").join(
                voice.t("named", name=bar.name, change=bar.label) for bar in bars
            ),
        ),
        chart=BarChart(bars),
        note=_movers_note(voice, rows, len(bars)),
    )


def _movers_note(voice: Voice, rows: Sequence[Country], shown: int) -> str:
    """How many of the countries are in the chart, and how much of the market all of them are."""
    shares = [row.share_pct for row in rows if row.share_pct is not None]
    if len(rows) == 1 or len(shares) < len(rows):
        key = "countries.chart.note" if len(rows) == 1 else "countries.chart.note.plain"
        return voice.counted(key, shown)
    share = voice.f.pct(sum(shares, Decimal(0)))
    return voice.t("countries.chart.note", count=shown, all=len(rows), share=share)


def event_title(voice: Voice, event: Event) -> str:
    """What happened, in the locale."""
    return event.title_zh if voice.locale == "zh" else event.title_en


def event_when(voice: Voice, event: Event) -> str:
    """When it happened, as exactly as it is known."""
    if event.date_precision == "day":
        return voice.f.day(event.starts_on)
    if event.date_precision == "month":
        return voice.f.month(event.starts_on)
    return voice.f.days(event.starts_on, event.ends_on)


def _trend_title(voice: Voice, market: Market, shown: Sequence[Period], highest: Period) -> str:
    first, last = shown[0], shown[-1]
    if first.revenue_usd <= 0 or last.revenue_usd <= 0:
        return voice.t("trend.title.plain", periods=len(shown))
    growth = shown_pct(100 * last.revenue_usd / first.revenue_usd - 100) or Decimal(0)
    steps = (last.starts_on - first.starts_on).days // 7
    if voice.has("period.is_month"):
        steps = 12 * (last.starts_on.year - first.starts_on.year)
        steps += last.starts_on.month - first.starts_on.month
    way = {1: "up", -1: "down", 0: "flat"}[(growth > 0) - (growth < 0)]
    text = voice.t(f"trend.title.{way}", size=voice.f.pct(abs(growth)), periods=steps)
    if highest is last:
        return text + voice.t("trend.title.peak_now")
    peak = voice.t(
        "trend.title.peak",
        revenue=voice.f.usd(highest.revenue_usd),
        when=when(voice, highest, market.now),
    )
    return text + peak


def _trend_alt(voice: Voice, first: Period, highest: Period, last: Period) -> str:
    return voice.t(
        "trend.alt",
        first=voice.f.usd(first.revenue_usd),
        first_on=tick_day(voice, first),
        last=voice.f.usd(last.revenue_usd),
        last_on=tick_day(voice, last),
        highest=voice.f.usd(highest.revenue_usd),
        highest_on=tick_day(voice, highest),
    )


def tick_day(voice: Voice, period: Period) -> str:
    """The name of a period in the description of a chart: its first day, or its month."""
    if voice.has("period.is_month"):
        return voice.f.month(period.starts_on)
    return voice.f.short_day(period.starts_on)
