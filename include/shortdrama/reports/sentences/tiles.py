"""Headline figures side by side, and the smaller ones as a line."""

from decimal import Decimal

from shortdrama.reports.facts.market import Market
from shortdrama.reports.page import Lines, Phrase, Tile, Tiles
from shortdrama.reports.words.voice import Voice


def tiles(voice: Voice, market: Market) -> Tiles:
    """Revenue and downloads with their changes."""
    now = market.now
    return Tiles(
        (
            Tile(
                voice.t("tile.revenue"),
                voice.f.usd(now.revenue_usd),
                change(voice, now.revenue_growth_pct),
            ),
            Tile(
                voice.t("tile.downloads"),
                voice.f.downloads(now.downloads),
                change(voice, now.downloads_growth_pct),
            ),
        )
    )


def change(voice: Voice, growth_pct: Decimal | None) -> Phrase:
    """The change below a headline figure."""
    found = voice.change(growth_pct)
    if growth_pct is None:
        return found
    return Phrase(voice.t("tile.change", change=found.text), found.direction)


def small_figures(voice: Voice, market: Market) -> Lines:
    """How many apps are counted."""
    more = market.now.active_apps_change
    apps = voice.counted(
        "small.apps", market.now.active_apps, apps=voice.f.exact(market.now.active_apps)
    )
    if more is not None:
        way = "more" if more > 0 else "fewer" if more < 0 else "same"
        apps += voice.in_brackets(voice.t(f"small.apps.{way}", count=voice.f.exact(abs(more))))
    return Lines("", (Phrase(apps),))
