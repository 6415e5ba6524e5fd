"""The exact figures of a weekly edition."""

from shortdrama.reports.page import Sheet
from shortdrama.reports.sentences.sheets import apps_sheet, countries_sheet, market_sheet
from shortdrama.reports.weekly.content import WeeklyContent
from shortdrama.reports.words.voice import Voice


def sheets(v: Voice, content: WeeklyContent) -> tuple[Sheet, ...]:
    """The market, its apps, its countries and the quarter."""
    found = [
        market_sheet(v, "sheet.weeks", content.chart),
        *apps_sheet(v, content.apps),
        countries_sheet(v, content.countries),
    ]
    if content.quarter is not None:
        found.append(market_sheet(v, "sheet.quarter", (content.quarter,)))
    return tuple(found)
