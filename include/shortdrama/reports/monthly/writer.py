"""Writes the monthly market report in the words of a locale."""

from shortdrama.reports.facts.countries import by_change
from shortdrama.reports.facts.scope import ESTIMATES
from shortdrama.reports.monthly.content import MonthlyContent
from shortdrama.reports.monthly.sheets import sheets
from shortdrama.reports.page import Answer, Block, Page, Point
from shortdrama.reports.sentences import (
    blocks,
    charts,
    forecasts,
    frame,
    market,
    minis,
    movers,
    structure,
    tables,
    tiles,
)
from shortdrama.reports.words.formats import LocaleName, shown_pct
from shortdrama.reports.words.voice import Voice, voice


def written(content: MonthlyContent, locale: LocaleName) -> Page:
    """The edition as a page of final texts."""
    v, now = voice(locale, "monthly"), content.market.now
    return Page(
        language=v.t("language"),
        sender_name=v.t("sender"),
        subject=_subject(v, content),
        preheader=_preheader(v, content),
        banners=frame.banners(v, content.snapshot, ESTIMATES, now.starts_on, content.made_at),
        title=v.t("title"),
        period=v.f.month(now.starts_on),
        answer=_answer(v, content),
        blocks=_blocks(v, content),
        pipeline=frame.pipeline(
            v, content.snapshot, content.shown_datasets, now.starts_on, _asides(v, content)
        ),
        footer=frame.footer(
            v,
            content.snapshot,
            edition=v.t("edition", month=v.f.month(now.starts_on)),
            made_at=content.made_at,
            leading=ESTIMATES,
            method=frame.method(v, content.vendor),
            vendors=_vendors(v, content),
            next_edition=frame.next_edition(v, content.next_on),
        ),
        colon=v.t("colon"),
        sheets=sheets(v, content),
    )


def _subject(v: Voice, content: MonthlyContent) -> str:
    now = content.market.now
    growth = shown_pct(now.revenue_growth_pct)
    key = "none" if growth is None else "changed" if growth else "flat"
    text = v.t(
        f"subject.{key}",
        revenue=v.f.usd(now.revenue_usd),
        change=v.f.pct_change(growth) if growth else "",
        month=v.f.month(now.starts_on),
    )
    return v.t("subject.sample", subject=text) if content.snapshot.is_sample else text


def _preheader(v: Voice, content: MonthlyContent) -> str:
    whole = content.market.change_usd
    parts = []
    per_day = content.market.per_day_growth_pct
    if per_day is not None:
        parts.append(v.t("preheader.per_day", change=v.change(per_day).text))
    if whole is not None and content.apps.top:
        moved = content.apps.fallers if whole < 0 else content.apps.risers
        parts += [
            movers.named(v, app.app_name, change, app.change_pct)
            for app, change in moved[:1]
            if not movers.in_line(content.market, change, app.share_pct)
        ]
    for row, _ in by_change(content.countries)[:1]:
        change = v.change(row.growth_pct).text
        parts.append(v.t("named", name=v.f.country(row.country_code), change=change))
    if content.concentration and content.concentration.now.cr10_pct is not None:
        share = v.f.pct(content.concentration.now.cr10_pct)
        parts.append(v.t("preheader.top10", share=share))
    return v.begins(v.t("semicolon").join(parts)) or market.context(v, content.market)


def _answer(v: Voice, content: MonthlyContent) -> Answer:
    points = [
        movers.apps_point(v, content.market, content.apps),
        movers.countries_point(v, content.market, content.countries),
        market.downloads(v, content.market),
        _quarter(v, content),
        _shares(v, content),
        _minis(v, content),
        market.watch(v, content.market),
    ]
    return Answer(
        claim=market.claim(v, content.market.now),
        context=_context(v, content),
        points=tuple(point for point in points if point is not None),
        scope=frame.scope(v, content.vendor),
    )


def _context(v: Voice, content: MonthlyContent) -> str:
    found = [market.context(v, content.market), market.per_day(v, content.market)]
    return v.sentences(found)


def _quarter(v: Voice, content: MonthlyContent) -> Point | None:
    """The quarter that ended with the month."""
    found = content.quarter
    if found is None or found.ends_on != content.market.now.ends_on:
        return None
    return blocks.quarter_point(v, found)


def _shares(v: Voice, content: MonthlyContent) -> Point | None:
    found = content.concentration
    if found is None or found.now.cr3_pct is None or found.now.cr10_pct is None:
        return None
    text = v.t("shares.said", three=v.f.pct(found.now.cr3_pct), ten=v.f.pct(found.now.cr10_pct))
    return Point(v.t("shares.lead"), v.sentence([text]))


def _minis(v: Voice, content: MonthlyContent) -> Point | None:
    if content.minis is None:
        return None
    text = minis.supply(v, content.minis)
    lead = minis.as_of(v, content.minis, v.t("minis.lead"))
    return Point(lead, v.sentence([text])) if text else None


def _blocks(v: Voice, content: MonthlyContent) -> tuple[Block, ...]:
    found: list[Block | None] = [
        tiles.tiles(v, content.market),
        tiles.small_figures(v, content.market),
        charts.trend(v, content.market, content.chart, content.events),
        blocks.quarter(v, content.quarter) if content.quarter else None,
        tables.leaders(v, content.apps)
        if content.shows_apps
        else tables.withheld_leaders(v, content.vendor),
        structure.concentrated(v, content.concentration) if content.concentration else None,
        tables.countries(v, content.countries),
        charts.country_changes(v, content.countries),
        forecasts.in_context(v, content.context, content.vendor.vendor),
        forecasts.comparison(v, content.context),
        blocks.vintage(v, content.vintage) if content.vintage else None,
        minis.landscape(v, content.minis) if content.minis else None,
        minis.break_even(v, content.breakeven, content.assumed),
        structure.revised(v, content.revisions),
        blocks.happened(v, content.events, content.market.now.starts_on),
        blocks.reconciled(v, content.reconciliation, is_sample=content.snapshot.is_sample),
    ]
    return tuple(block for block in found if block is not None)


def _asides(v: Voice, content: MonthlyContent) -> list[str]:
    is_sample = content.snapshot.is_sample
    fact = blocks.reconciled_fact(v, content.reconciliation, is_sample=is_sample)
    return ([fact] if fact else []) + frame.left_out(v, content.left_out)


def _vendors(v: Voice, content: MonthlyContent) -> list[str]:
    vendors = [content.vendor.vendor, *(row.publisher for row in content.context)]
    if content.vintage is not None:
        vendors.append(content.vintage.publisher)
    if content.minis is not None:
        vendors.append(v.t("press"))
    vendors += blocks.event_sources(v, content.events, content.market.now.starts_on)
    return list(dict.fromkeys(vendors))
