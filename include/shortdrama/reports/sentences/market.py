"""What happened to the market, and how high that is."""

from decimal import Decimal

from shortdrama.reports.facts.market import Market, Period
from shortdrama.reports.page import Point
from shortdrama.reports.words.formats import shown_pct
from shortdrama.reports.words.voice import Voice

LITTLE_PCT = Decimal("0.5")
"""A smaller change of downloads is called nearly flat, with its figure."""


def claim(voice: Voice, now: Period) -> str:
    """The result in one line: the figure, and its change."""
    revenue = voice.f.usd(now.revenue_usd)
    growth = shown_pct(now.revenue_growth_pct)
    if growth is None:
        return voice.t("claim.alone", revenue=revenue)
    if not growth:
        return voice.t("claim.flat", revenue=revenue)
    return voice.t("claim.changed", revenue=revenue, change=voice.f.pct_change(growth))


def context(voice: Voice, market: Market) -> str:
    """How high the result is among what is on file."""
    if len(market.complete) == 1:
        return voice.t("context.first")
    place, first = _place(voice, market.rank, len(market.complete)), market.complete[0].starts_on
    since = voice.f.month(first) if voice.has("period.is_month") else voice.f.day(first)
    if market.rank == 1:
        key = "context.highest" if market.is_record else "context.as_high"
        return voice.t(key, periods=len(market.complete), since=since)
    return voice.t(
        "context.ranked",
        place=place,
        periods=len(market.complete),
        since=since,
        highest=voice.f.usd(market.highest.revenue_usd),
        when=when(voice, market.highest, market.now),
    )


def per_day(voice: Voice, market: Market) -> str:
    """The change per day where the two months differ in length."""
    growth, before = market.per_day_growth_pct, market.before
    if growth is None or before is None:
        return ""
    return voice.t(
        "context.per_day",
        change=voice.change(growth).text,
        month=voice.f.short_month(market.now.starts_on),
        days=market.now.days,
        month_before=voice.f.short_month(before.starts_on),
        days_before=before.days,
    )


def when(voice: Voice, period: Period, now: Period) -> str:
    """The days of a period, without the year if it is that of the edition."""
    if voice.has("period.is_month"):
        return voice.f.month(period.starts_on)
    if period.starts_on.year == period.ends_on.year == now.ends_on.year:
        return voice.f.short_days(period.starts_on, period.ends_on)
    return voice.f.days(period.starts_on, period.ends_on)


def downloads(voice: Voice, market: Market) -> Point:
    """Downloads and what each brought, with their changes."""
    now = market.now
    count, growth = voice.f.downloads(now.downloads), shown_pct(now.downloads_growth_pct)
    if growth is None:
        first = voice.t("downloads.alone", downloads=count)
    elif not growth:
        first = voice.t("downloads.flat", downloads=count)
    else:
        direction = "up" if growth > 0 else "down"
        key = "near" if abs(growth) < LITTLE_PCT else direction
        first = voice.t(
            f"downloads.{key}",
            downloads=count,
            change=voice.f.pct_change(growth),
            size=voice.f.pct(abs(growth)),
        )
    return Point(voice.t("downloads.lead"), voice.sentence([first, per_download(voice, market)]))


def per_download(voice: Voice, market: Market) -> str:
    """Net revenue per download with its change; nothing without downloads."""
    each = market.now.revenue_per_download_usd
    if each is None:
        return ""
    growth = shown_pct(market.per_download_growth_pct)
    text = voice.t("downloads.each", each=voice.f.usd_exact(each))
    if growth is None:
        return text
    changed = voice.f.pct_change(growth) if growth else voice.t("change.flat")
    return text + voice.in_brackets(changed)


def watch(voice: Voice, market: Market) -> Point | None:
    """What changed in our list, and the level to compare the next period with."""
    parts = [universe_note(voice, market.now)]
    if len(market.complete) > 1 and market.rank > 1:
        level = voice.t(
            "watch.level",
            highest=voice.f.usd(market.highest.revenue_usd),
            when=when(voice, market.highest, market.now),
        )
        parts.append(level)
    return Point(voice.t("watch.lead"), voice.sentence(parts)) if any(parts) else None


def universe_note(voice: Voice, now: Period) -> str:
    """What apps that our list added or removed change; it is not growth."""
    change = now.universe_change_revenue_usd
    if not change:
        return ""
    return voice.t(
        "universe.change",
        change=voice.f.usd_change(change),
        added=now.universe_added_apps or 0,
        removed=now.universe_removed_apps or 0,
    )


def _place(voice: Voice, rank: int, periods: int) -> str:
    if rank == periods:
        return voice.t("place.lowest")
    key = f"place.{rank}"
    return voice.t(key) if voice.has(key) else voice.t("place.nth", rank=rank)
