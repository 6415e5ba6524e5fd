"""Writes the weekly brief in the words of a locale."""

from shortdrama.reports.facts.countries import by_change
from shortdrama.reports.page import Answer, Block, Page
from shortdrama.reports.sentences import blocks, charts, frame, market, movers, tables, tiles
from shortdrama.reports.weekly.content import SHOWN, WeeklyContent
from shortdrama.reports.weekly.sheets import sheets
from shortdrama.reports.words.formats import LocaleName, shown_pct
from shortdrama.reports.words.voice import Voice, voice


def written(content: WeeklyContent, locale: LocaleName) -> Page:
    """The edition as a page of final texts."""
    v, now = voice(locale, "weekly"), content.market.now
    return Page(
        language=v.t("language"),
        sender_name=v.t("sender"),
        subject=_subject(v, content),
        preheader=_preheader(v, content),
        banners=frame.banners(v, content.snapshot, SHOWN[0], now.starts_on, content.made_at),
        title=v.t("title"),
        period=v.t("period", days=v.f.days(now.starts_on, now.ends_on), week=_number(content)),
        answer=_answer(v, content),
        blocks=_blocks(v, content),
        pipeline=frame.pipeline(
            v, content.snapshot, content.shown_datasets, now.starts_on, _asides(v, content)
        ),
        footer=frame.footer(
            v,
            content.snapshot,
            edition=v.t("edition", week=_number(content), year=content.label[:4]),
            made_at=content.made_at,
            leading=SHOWN[0],
            method=frame.method(v, content.vendor),
            vendors=_vendors(v, content),
            next_edition=frame.next_edition(v, content.next_on),
        ),
        colon=v.t("colon"),
        sheets=sheets(v, content),
    )


def _number(content: WeeklyContent) -> int:
    return int(content.label[-2:])


def _subject(v: Voice, content: WeeklyContent) -> str:
    now = content.market.now
    days = v.f.dotted_days(now.starts_on, now.ends_on)
    growth = shown_pct(now.revenue_growth_pct)
    key = "none" if growth is None else "changed" if growth else "flat"
    change = v.f.pct_change(growth) if growth else ""
    text = v.t(f"subject.{key}", revenue=v.f.usd(now.revenue_usd), change=change, days=days)
    return v.t("subject.sample", subject=text) if content.snapshot.is_sample else text


def _preheader(v: Voice, content: WeeklyContent) -> str:
    """What the subject does not say: which app, which country, downloads, the order."""
    whole = content.market.change_usd
    parts = []
    if whole is not None and content.apps.top:
        moved = content.apps.fallers if whole < 0 else content.apps.risers
        parts += [
            movers.named(v, app.app_name, change, app.change_pct) for app, change in moved[:1]
        ]
    for row, _ in by_change(content.countries)[:1]:
        name = v.f.country(row.country_code)
        parts.append(v.t("named", name=name, change=v.change(row.growth_pct).text))
    downloads = content.market.now.downloads_growth_pct
    if downloads is not None:
        parts.append(v.t("preheader.downloads", change=v.change(downloads).text))
    return v.t("semicolon").join(parts) or market.context(v, content.market)


def _answer(v: Voice, content: WeeklyContent) -> Answer:
    points = [
        movers.apps_point(v, content.market, content.apps),
        movers.countries_point(v, content.market, content.countries),
        market.downloads(v, content.market),
        market.watch(v, content.market),
    ]
    return Answer(
        claim=market.claim(v, content.market.now),
        context=market.context(v, content.market),
        points=tuple(point for point in points if point is not None),
        scope=frame.scope(v, content.vendor),
    )


def _blocks(v: Voice, content: WeeklyContent) -> tuple[Block, ...]:
    changes = charts.country_changes(v, content.countries)
    found: list[Block | None] = [
        tiles.tiles(v, content.market),
        tiles.small_figures(v, content.market),
        charts.trend(v, content.market, content.chart, content.events),
        tables.leaders(v, content.apps)
        if content.shows_apps
        else tables.withheld_leaders(v, content.vendor),
        tables.countries(v, content.countries),
        changes,
        blocks.quarter(v, content.quarter) if content.quarter else None,
        blocks.vintage(v, content.vintage) if content.vintage and content.vintage_is_new else None,
        blocks.happened(v, content.dated_events, content.market.now.starts_on),
        blocks.reconciled(v, content.reconciliation, is_sample=content.snapshot.is_sample),
    ]
    return tuple(block for block in found if block is not None)


def _asides(v: Voice, content: WeeklyContent) -> list[str]:
    """Facts that need no block of their own this week."""
    is_sample = content.snapshot.is_sample
    asides = [blocks.reconciled_fact(v, content.reconciliation, is_sample=is_sample)]
    if content.vintage is not None and not content.vintage_is_new:
        asides.append(v.t("omdia.unchanged", published=v.f.day(content.vintage.published_on)))
    return [aside for aside in asides if aside] + frame.left_out(v, content.left_out)


def _vendors(v: Voice, content: WeeklyContent) -> list[str]:
    vendors = [content.vendor.vendor]
    if content.vintage is not None:
        vendors.append(content.vintage.publisher)
    vendors += blocks.event_sources(v, content.dated_events, content.market.now.starts_on)
    return list(dict.fromkeys(vendors))
