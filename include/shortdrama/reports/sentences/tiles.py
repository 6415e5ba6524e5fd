"""Headline figures side by side, and the smaller ones as a line."""

from shortdrama.reports.facts.market import Market
from shortdrama.reports.page import Lines, Phrase, Tile, Tiles, direction
from shortdrama.reports.sentences.market import per_download
from shortdrama.reports.words.formats import shown_pct
from shortdrama.reports.words.voice import Voice


def tiles(voice: Voice, market: Market) -> Tiles:
    """Revenue and downloads with their changes."""
    now = market.now
    return Tiles(
        (
            Tile(
                voice.t("tile.revenue"),
                voice.f.usd(now.revenue_usd),
                voice.change(now.revenue_growth_pct),
            ),
            Tile(
                voice.t("tile.downloads"),
                voice.f.downloads(now.downloads),
                voice.change(now.downloads_growth_pct),
            ),
        )
    )


def small_figures(voice: Voice, market: Market) -> Lines:
    """Revenue per download, and how many apps are counted."""
    change = market.now.active_apps_change
    apps = voice.counted(
        "small.apps", market.now.active_apps, apps=voice.f.exact(market.now.active_apps)
    )
    if change is not None:
        key = "small.apps.same" if change == 0 else "small.apps.changed"
        sign = "+" if change > 0 else ""
        text = voice.t(key, change=sign + voice.f.exact(change))
        apps += voice.in_brackets(text)
    each = per_download(voice, market, "small.each")
    lines = [Phrase(each, direction(shown_pct(market.per_download_growth_pct)))] if each else []
    return Lines("", (*lines, Phrase(apps)))
