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
IN_LINE_POINTS = 1
"""A part of the change this near to the share of the market, in points, drives nothing."""
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
    text = moved(voice, voice.f.country_said(first.country_code), change, first.growth_pct)
    if market.change_usd and _goes_with(change, market):
        share = first.share_pct
        text += voice.t("comma") + _short_relation(voice, change, market.change_usd, share)
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


def moved(voice: Voice, name: str, change: Decimal, change_pct: Decimal | None) -> str:
    """The same with a verb: `ReelShort added US$0.32M (+2.7%)`."""
    text = voice.t(
        "added" if change > 0 else "lost",
        name=name,
        change=voice.f.usd_moved(change),
    )
    shown = shown_pct(change_pct)
    return text + voice.in_brackets(voice.f.pct_change(shown)) if shown is not None else text


def in_line(market: Market, change: Decimal, share_pct: Decimal | None) -> bool:
    """Whether a part of the market's change is only what its share of the market is."""
    if not market.change_usd or share_pct is None or not _goes_with(change, market):
        return False
    return abs(_part_pct(change, market.change_usd) - share_pct) < IN_LINE_POINTS


def _drivers(voice: Voice, market: Market, apps: Apps) -> list[str]:
    whole = market.change_usd or Decimal(0)
    rise, fall = apps.risers[:1], apps.fallers[:1]
    first, second = (fall, rise) if whole < 0 else (rise, fall)
    parts = [_driver(voice, market, apps, app, change) for app, change in first]
    for app, change in second:
        name = voice.t(
            "fall.largest" if change < 0 else "rise.largest", name=_placed(voice, app, apps)
        )
        parts.append(named(voice, name, change, app.change_pct))
    return parts or [voice.t("apps.still")]


def _driver(voice: Voice, market: Market, apps: Apps, app: App, change: Decimal) -> str:
    """The app that moved most with the market; no driver if it moved as its share says."""
    whole, growth = market.change_usd or Decimal(0), shown_pct(market.now.revenue_growth_pct)
    follows = in_line(market, change, app.share_pct)
    if follows and all(shown_pct(one.change_pct) == growth for one in apps.top):
        return voice.t(
            "standout.none", count=len(apps.top), change=voice.f.pct_change(growth or Decimal(0))
        )
    text = moved(voice, _placed(voice, app, apps), change, app.change_pct)
    if follows and app.share_pct is not None:
        share = voice.f.whole_pct(app.share_pct)
        return text + voice.t("comma") + voice.t("relation.in_line", share=share)
    if _goes_with(change, market):
        text += voice.t("comma") + _relation(voice, change, whole)
    return text


def _placed(voice: Voice, app: App, apps: Apps) -> str:
    """An app that the table does not have is said to be outside of it."""
    return app.app_name if app in apps.top else voice.t("outside.top", name=app.app_name)


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


def _short_relation(
    voice: Voice, change: Decimal, whole: Decimal, share_pct: Decimal | None
) -> str:
    """The same beside the share of the market, without the change that the point before has."""
    way = "rise" if whole > 0 else "fall"
    if abs(change) > abs(whole):
        return voice.t(f"relation.short.more.{way}")
    part = _part_pct(change, whole)
    if share_pct is None:
        return voice.t(f"relation.short.{way}", part=voice.f.whole_pct(part))
    share = voice.f.whole_pct(share_pct)
    if abs(part - share_pct) < IN_LINE_POINTS:
        return voice.t("relation.in_line", share=share)
    return voice.t(f"relation.share.{way}", part=voice.f.whole_pct(part), share=share)


def _part_pct(change: Decimal, whole: Decimal) -> Decimal:
    return 100 * change / whole


def _others(voice: Voice, rows: list[Country]) -> str:
    """`France fell 1.5%, Germany 0.9%`: a verb is said once."""
    pieces, said = [], ""
    for row in rows:
        shown = shown_pct(row.growth_pct)
        if shown is None:
            continue
        way = "up" if shown > 0 else "down" if shown < 0 else "flat"
        key = "went.again" if way == said and shown else f"went.{way}"
        pieces.append(
            voice.t(
                key,
                name=voice.f.country_said(row.country_code),
                change=voice.f.pct_moved(shown),
            )
        )
        said = way
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
