"""From the marts of a snapshot to its market page, in one language."""

from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from shortdrama.market_page.model import MarketPage, Section
from shortdrama.market_page.sections import (
    apps,
    breakeven,
    checks,
    countries,
    forecasts,
    hashtags,
    minis,
    size,
)
from shortdrama.market_page.source import OLDER, Source
from shortdrama.market_page.summary import summary
from shortdrama.reports.facts.scope import ESTIMATES, VENDOR
from shortdrama.reports.facts.snapshot import snapshot_facts
from shortdrama.reports.facts.vendors import Vendor, vendor
from shortdrama.reports.sentences import frame
from shortdrama.reports.words.formats import LocaleName
from shortdrama.reports.words.voice import voice

SECTIONS: Mapping[str, tuple[str, Callable[[Source], Section]]] = {
    "size": ("size.title", size.section),
    "leaders": ("leaders.page.title", apps.leaders),
    "countries": ("countries.page.title", countries.section),
    "concentration": ("concentration.page.title", apps.concentration),
    "hashtags": ("hashtags.page.title", hashtags.section),
    "minis": ("minis.page.title", minis.section),
    "forecasts": ("forecasts.page.title", forecasts.section),
    "breakeven": ("breakeven.page.title", breakeven.section),
    "reconciliation": ("reconciliation.page.title", checks.reconciliation),
    "freshness": ("freshness.title", checks.freshness),
}
"""By name, in the order of the page: the key of its title, and who makes it."""

OF_ESTIMATES = ("size", "countries", "concentration")
"""Sections of sums over the vendor's apps."""


def compose(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any] | object, locale: LocaleName
) -> MarketPage:
    """The page; the connection has the marts in the schema or catalogue `marts`.

    A section without rows says so, and one that an older snapshot cannot have too. What a vendor
    does not permit to be passed on stays out of it, as in the reports.
    """
    speaker = voice(locale, "market")
    source = Source(connection, snapshot_facts(manifest), speaker)
    found = source.snapshot
    known = _vendor(connection)
    since = found.as_of(ESTIMATES) or found.created_at.date()
    return MarketPage(
        locale=locale,
        title=speaker.t("title"),
        snapshot_id=found.snapshot_id,
        published=speaker.f.instant(found.created_at),
        scope=frame.scope(speaker, known),
        banners=frame.banners(speaker, found, ESTIMATES, since, found.created_at),
        summary=summary(source),
        sections=tuple(_section(source, name) for name in SECTIONS),
        method=frame.method(speaker, known),
    )


def _vendor(connection: duckdb.DuckDBPyConnection) -> Vendor:
    try:
        return vendor(connection, VENDOR)
    except OLDER:
        return Vendor(vendor=VENDOR)


def _section(source: Source, name: str) -> Section:
    key, section = SECTIONS[name]
    title = source.t(key)
    try:
        if name in OF_ESTIMATES and not source.apps.aggregates:
            return Section(name, title, empty=source.t("vendor.withheld", vendor=VENDOR))
        return section(source).checked(source.t("section.none"))
    except OLDER:
        return Section(name, title, empty=source.t("section.older"))
