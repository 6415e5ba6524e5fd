"""Which apps and countries moved the market: from where, and never why."""

from collections.abc import Sequence
from decimal import Decimal

from shortdrama.reports.facts.apps import App, Apps
from shortdrama.reports.facts.countries import Country, by_change
from shortdrama.reports.facts.market import Market
from shortdrama.reports.page import Point
from shortdrama.reports.words.formats import shown_pct
from shortdrama.reports.words.voice import Voice

NOTABLE_PART_PCT = 5
"""A part of the market's change is worth telling from here on."""
MOST_PLACES = 2
"""So many changes of place are named one by one."""


def apps_point(voice: Voice, market: Market, apps: Apps) -> Point | None:
    """The app that moved most with the market, the one against it, and the order of the ten."""
    if not apps.top:
        return None
    lead = voice.t("apps.lead")
    if market.change_usd is None:
        return Point(lead, voice.sentence([_sizes(voice, apps)]))
    text = voice.sentences([voice.sentence(_drivers(voice, market, apps)), order(voice, apps)])
    return Point(lead, text)


def countries_point(voice: Voice, market: Market, rows: tuple[Country, ...]) -> Point | None:
    """The country that moved most, its part of the change, and two that went the other way."""
    changed = by_change(rows)
    if not rows:
        return None
    lead = voice.t("countries.lead")
    if not changed:
        return Point(lead, voice.sentence([_largest(voice, rows)]))
    first, change = changed[0]
    text = named(voice, voice.f.country(first.country_code), change, first.growth_pct)
    if market.change_usd and _goes_with(change, market):
        text += voice.t("comma") + _short_relation(voice, change, market.change_usd)
    against = [row for row, other in changed[1:] if (other > 0) != (change > 0)]
    others = against or [row for row, _ in changed[1:]]
    return Point(lead, voice.sentence([text, _others(voice, others[:2])]))


def order(voice: Voice, apps: Apps) -> str:
    """What became of the order of the ten: who entered, or who moved, or that nothing did."""
    if len(apps.top) == 1:
        return ""
    if apps.entered:
        return voice.t("order.entered", apps=_places(voice, apps.entered))
    moved = [app for app in apps.top if app.rank_change]
    if not moved:
        return voice.t("order.same")
    if len(moved) > MOST_PLACES:
        return voice.t("order.many", count=len(moved))
    return voice.t("order.moved", apps=_places(voice, moved))


def _places(voice: Voice, apps: Sequence[App]) -> str:
    """Names and places; of many only the first."""
    named_ones = [
        voice.t("order.place", app=app.app_name, rank=app.rank) for app in apps[:MOST_PLACES]
    ]
    if len(apps) > MOST_PLACES:
        named_ones.append(voice.t("order.more", count=len(apps) - MOST_PLACES))
    return voice.f.listed(named_ones)


def named(voice: Voice, name: str, change: Decimal, change_pct: Decimal | None) -> str:
    """`ReelShort +US$0.32M (+2.7%)`."""
    text = voice.t("named", name=name, change=voice.f.usd_change(change))
    shown = shown_pct(change_pct)
    return text + voice.in_brackets(voice.f.pct_change(shown)) if shown is not None else text


def _drivers(voice: Voice, market: Market, apps: Apps) -> list[str]:
    whole = market.change_usd or Decimal(0)
    rise, fall = apps.risers[:1], apps.fallers[:1]
    first, second = (fall, rise) if whole < 0 else (rise, fall)
    parts = []
    for app, change in first:
        text = named(voice, app.app_name, change, app.change_pct)
        if _goes_with(change, market):
            text += voice.t("comma") + _relation(voice, change, whole)
        parts.append(text)
    for app, change in second:
        name = voice.t("fall.largest" if change < 0 else "rise.largest", name=app.app_name)
        parts.append(named(voice, name, change, app.change_pct))
    return parts or [voice.t("apps.still")]


def _goes_with(change: Decimal, market: Market) -> bool:
    """Whether a change is a part of the market's that is worth telling."""
    whole, growth = market.change_usd, shown_pct(market.now.revenue_growth_pct)
    if not whole or not growth or (whole > 0) != (growth > 0):
        return False
    return _part_pct(change, whole) >= NOTABLE_PART_PCT


def _relation(voice: Voice, change: Decimal, whole: Decimal) -> str:
    """How much of the market's change a change is."""
    way = "rise" if whole > 0 else "fall"
    amount = voice.f.usd_amount(whole)
    if abs(change) > abs(whole):
        return voice.t(f"relation.more.{way}", whole=amount)
    part = voice.f.whole_pct(_part_pct(change, whole))
    return voice.t(f"relation.part.{way}", part=part, whole=amount)


def _short_relation(voice: Voice, change: Decimal, whole: Decimal) -> str:
    """The same without the market's change, which the point before has."""
    way = "rise" if whole > 0 else "fall"
    if abs(change) > abs(whole):
        return voice.t(f"relation.short.more.{way}")
    return voice.t(f"relation.short.{way}", part=voice.f.whole_pct(_part_pct(change, whole)))


def _part_pct(change: Decimal, whole: Decimal) -> Decimal:
    return 100 * change / whole


def _others(voice: Voice, rows: list[Country]) -> str:
    pieces = [
        voice.t("named", name=voice.f.country(row.country_code), change=voice.f.pct_change(shown))
        for row in rows
        if (shown := shown_pct(row.growth_pct)) is not None
    ]
    return voice.t("enumeration").join(pieces)


def _sizes(voice: Voice, apps: Apps) -> str:
    return voice.t("enumeration").join(_size(voice, app) for app in apps.top[:2])


def _size(voice: Voice, app: App) -> str:
    text = voice.t("worth", name=app.app_name, revenue=voice.f.usd(app.revenue_usd or Decimal(0)))
    if app.share_pct is None:
        return text
    return text + voice.in_brackets(voice.t("share.of", share=voice.f.pct(app.share_pct)))


def _largest(voice: Voice, rows: tuple[Country, ...]) -> str:
    pieces = []
    for row in rows[:3]:
        name = voice.f.country(row.country_code)
        text = voice.t("worth", name=name, revenue=voice.f.usd(row.revenue_usd))
        if row.share_pct is not None:
            share = voice.t("share.of", share=voice.f.pct(row.share_pct))
            text += voice.in_brackets(share)
        pieces.append(text)
    return voice.t("enumeration").join(pieces)
