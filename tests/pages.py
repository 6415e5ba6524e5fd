"""Example pages with every kind of block, modelled on a first screen that readers like."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from page_en import english
from page_parts import FIRST_MONDAY
from page_zh import chinese
from shortdrama.reports.page import (
    Banner,
    BarChart,
    DatedEvent,
    Figure,
    Lines,
    Page,
    Phrase,
    Point,
    RangeChart,
    Table,
    Tiles,
    TimeChart,
)

LocaleName = Literal["en", "zh"]
LOCALES: tuple[LocaleName, ...] = ("en", "zh")


def page(locale: LocaleName) -> Page:
    """An edition of the weekly brief in one locale, with charts of all kinds."""
    return english() if locale == "en" else chinese()


def renamed(original: Page, name: str) -> Page:
    """The page with an app, a hashtag, a publisher and more called `name`."""
    answer = replace(
        original.answer, claim=f"{name}: {original.answer.claim}", points=(Point(name, name),)
    )
    blocks = tuple(_named(block, name) for block in original.blocks)
    sheets = tuple(
        replace(sheet, name=name, headings=(name, *sheet.headings[1:]), rows=(
            (name, *sheet.rows[0][1:]), *sheet.rows[1:]))
        for sheet in original.sheets
    )  # fmt: skip
    return replace(
        original, subject=f"{name} {original.subject}", sender_name=name, preheader=name,
        banners=(Banner("overridden", name), *original.banners), answer=answer, blocks=blocks,
        sheets=sheets, footer=replace(original.footer, help=name),
    )  # fmt: skip


def without_pictures(original: Page) -> Page:
    """The page, rendered quickly: a chart without bars has no picture."""
    blocks = tuple(
        replace(block, chart=BarChart(())) if isinstance(block, Figure) else block
        for block in original.blocks
    )
    return replace(original, blocks=blocks)


def _named(block: object, name: str) -> object:
    match block:
        case Table(rows=()):
            return block
        case Table():
            first = block.rows[0]
            return replace(
                block, rows=((first[0], Phrase(name, detail=name), *first[2:]), *block.rows[1:])
            )
        case Tiles():
            return Tiles((replace(block.tiles[0], label=name), *block.tiles[1:]))
        case Lines():
            return replace(block, title=name, lines=(Phrase(name, detail=name), *block.lines))
        case Figure(chart=BarChart() as chart):
            bars = (replace(chart.bars[0], name=name, label=name), *chart.bars[1:])
            return replace(block, alt=name, chart=BarChart(bars))
        case Figure(chart=TimeChart() as chart):
            events = (DatedEvent(FIRST_MONDAY + timedelta(days=9), name), *chart.events)
            series = (replace(chart.series[0], name=name), *chart.series[1:])
            return replace(block, title=name, chart=replace(chart, events=events, series=series))
        case Figure(chart=RangeChart() as chart):
            ranges = (replace(chart.ranges[0], name=name), *chart.ranges[1:])
            return replace(block, note=name, chart=replace(chart, ranges=ranges))
    raise AssertionError(f"no kind of block: {block}")
