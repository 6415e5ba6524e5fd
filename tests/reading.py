"""What no reader of either language should stumble over, whatever the data is."""

import re
from collections.abc import Iterable

from shortdrama.reports.page import BarChart, Figure, Page, RangeChart, Table, Tiles, TimeChart
from tracing import texts

CJK = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = (
    "App Store", "Google Play", "TikTok", "Minis", "Omdia", "FAST", "Appfigures", "Top", "AMZ",
    "Business Insider", "TK Observer", "Owl & Co", "Media Partners Asia", "DataEye", "MIPCOM",
    "MIP London", "PineDrama", "TK", "CR", "HHI",
)  # fmt: skip
"""Latin words that stand in Chinese texts: names, and Top as in Top10."""

DEFECTS = re.compile(
    r"None|nan|NaN|Decimal|n/a|\{|\}|[+−-]0(?:\.0)?%|\(\)|（）|；；|，，|。。|；。|，。|\.\.|; ;|,,"
    r"|\( | \)|  |；$|; \.|：$|^[；，。;,.]"
)


def stumbles(page: Page, names: Iterable[str] = ()) -> list[str]:
    """Texts with a defect; `names` come from the data and are taken out first."""
    found = []
    for path, text in texts(page):
        rest = text
        for name in sorted(names, key=len, reverse=True):
            rest = rest.replace(name, "X")
        is_id = ".footer.facts" in path or path in (".language", ".colon")
        if not is_id and (DEFECTS.search(rest) or rest != rest.strip()):
            found.append(f"{path}: {text!r}")
        if page.language == "en" and CJK.search(rest):
            found.append(f"{path}: Chinese in {text!r}")
        if page.language == "zh-CN" and not is_id and _latin(rest):
            found.append(f"{path}: {_latin(rest)} in {text!r}")
    found += [f"empty: {path}" for path in _empty(page)]
    return found


def _latin(text: str) -> list[str]:
    for name in NAMES:
        text = text.replace(name, "·")
    return LATIN.findall(text)


def _empty(page: Page) -> list[str]:
    """Places that must never be empty."""
    must = {
        "subject": page.subject, "preheader": page.preheader, "claim": page.answer.claim,
        "context": page.answer.context, "scope": page.answer.scope, "sender": page.sender_name,
    }  # fmt: skip
    empty = [name for name, text in must.items() if not text]
    empty += [point.lead for point in page.answer.points if not point.text]
    for block in page.blocks:
        if isinstance(block, Figure):
            empty += [block.name] if not (block.title and block.alt and _drawn(block)) else []
        elif isinstance(block, Table):
            empty += [block.title] if not all(block.headings) else []
            empty += [block.title for row in block.rows if len(row) != len(block.headings)]
        elif isinstance(block, Tiles):
            empty += [tile.label for tile in block.tiles if not tile.value]
        elif not block.lines:
            empty.append(block.title)
    names = [block.name for block in page.blocks if isinstance(block, Figure)]
    return empty + (["two pictures of one name"] if len(set(names)) < len(names) else [])


def _drawn(figure: Figure) -> bool:
    chart = figure.chart
    if isinstance(chart, TimeChart):
        return bool(chart.series and chart.series[0].points and chart.ticks)
    if isinstance(chart, BarChart):
        return bool(chart.bars)
    return isinstance(chart, RangeChart) and bool(chart.ranges and chart.ticks)
