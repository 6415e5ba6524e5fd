"""Which figures an edition may show, by SQL of its own and by formats that are written simply.

Nothing here comes from `reports/facts` or `reports/words`: it is the second opinion on both.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb

from shortdrama.reports.page import Figure, Page
from shortdrama.reports.words.formats import LocaleName

D = Decimal
TOKEN = re.compile(r"[+−<▲▼]?(?:US\$)?\d[\d,]*(?:\.\d+)?(?:%|[KMB]\b|万|亿)?")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]
LONG = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]  # fmt: skip


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a page with the path to it, sheets' headings included."""
    if isinstance(value, str):
        yield path, value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            is_code = one.name in ("kind", "direction", "tone")
            if not is_code and (type(value), one.name) != (Figure, "name"):
                yield from texts(getattr(value, one.name), f"{path}.{one.name}")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from texts(one, f"{path}[{place}]")


def exact_values(value: Any, path: str = "") -> Iterator[tuple[str, Decimal]]:
    """Every exact figure of a page: of charts and of sheets."""
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        yield path, D(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            yield from exact_values(getattr(value, one.name), f"{path}.{one.name}")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from exact_values(one, f"{path}[{place}]")


def half_up(value: Decimal | int | float, decimals: int = 0) -> Decimal:
    return D(value).quantize(D(1).scaleb(-decimals), ROUND_HALF_UP)


def bare(value: Decimal) -> str:
    """Without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


AREAS = {
    "breakeven": "needed",
    "reach": "tags",
    "What a Minis drama needs": "needed",
    "一部短剧在Minis内回本": "needed",
    "What is reported": "entry",
    "媒体报道": "entry",
    "What nobody has published": "entry",
    "尚无公开数据": "entry",
    "prices": "minis",
    r"TikTok Minis \(": "minis",
    "TikTok小程序（": "minis",
    "momentum": "tags",
    "Hashtag": "tags",
    "#tiktokminis": "tags",
    "话题播放量": "tags",
    "forecasts": "forecasts",
    "Forecast": "forecasts",
    "Why the forecasts": "forecasts",
    "各方预测": "forecasts",
    "全球微短剧": "forecasts",
    "Top 3 apps:": "concentration",
    "前3名": "concentration",
    "Revisions worldwide": "revisions",
    "全球数据修订": "revisions",
    r"Q\d \d{4} \(latest": "quarter",
    r"\d{4}年第.季度（现有": "quarter",
    "Calibration of the sample": "pipeline",
    "模拟数据与公开": "pipeline",
    "countries": "countries",
    r"Top \d countries": "countries",
    r"净收入Top\d国家": "countries",
}
"""By the name of a picture or what a title begins with; other blocks are about the market."""


def area_of(block: Any) -> str:
    titles = [getattr(block, name, "") for name in ("name", "title")]
    titles += [block.tiles[0].label] if hasattr(block, "tiles") else []
    found = [area for start, area in AREAS.items() for one in titles if re.match(start, one)]
    return found[0] if found else "market"


@dataclass
class Known:
    """Figures that are explained, as they may be written in a locale."""

    locale: LocaleName
    area: str = "market"
    """Of which blocks the figures are that are added from now on; see `AREAS`."""
    areas: dict[str, set[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    values: set[Decimal] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    """Places, which stand only in the first column of tables."""
    marks: set[str] = field(default_factory=set)
    """Numbers of events, which stand only at a chart and below it."""
    scales: set[str] = field(default_factory=set)
    """Figures of scales, which stand only at a chart's axis."""

    @property
    def tokens(self) -> set[str]:
        """The figures of the area."""
        return self.areas.setdefault(self.area, set())

    @tokens.setter
    def tokens(self, tokens: set[str]) -> None:
        self.areas[self.area] = tokens

    @property
    def en(self) -> bool:
        return self.locale == "en"

    def plain(self, *numbers: Any) -> None:
        for number in numbers:
            if number is not None:
                self.tokens |= {str(number), f"{number:,}" if self.en else str(number)}

    def money(self, *sums: Decimal | None) -> None:
        for one in sums:
            if one is not None:
                self.tokens.add(self._money(D(one)))

    def _money(self, value: Decimal) -> str:
        sign, size = ("−" if value < 0 else ""), abs(value)
        if not self.en:
            wan = half_up(size / 10**4)
            if half_up(size) < 10**4:
                return f"{sign}{half_up(size)}"
            if wan < 10**4:
                return f"{sign}{wan}万"
            yi = half_up(size / 10**8, 2)
            return f"{sign}{bare(yi) if yi >= 10 and yi == int(yi) else yi}亿"
        if half_up(size) < 1000:
            return f"{sign}US${half_up(size)}"
        if half_up(size / 10**3) < 1000:
            return f"{sign}US${half_up(size / 10**3)}K"
        if half_up(size / 10**6) < 1000:
            millions = half_up(size / 10**6, 1)
            return f"{sign}US${millions if millions < 100 else half_up(size / 10**6)}M"
        billions = half_up(size / 10**9, 1)
        return f"{sign}US${bare(billions) if billions >= 10 else billions}B"

    def moved_by(self, *changes: Decimal | None) -> None:
        """Changes of money, with and without their sign."""
        for change in changes:
            if change is None:
                continue
            size = abs(D(change))
            if not self.en:
                text = self._money(size)
            elif size >= 10**6 * D("9.995"):
                text = f"US${half_up(size / 10**6, 1)}M"
            elif half_up(size / 10**3, 1) >= 10:
                text = f"US${half_up(size / 10**6, 2)}M"
            else:
                text = f"US${half_up(size / 10**3, 1)}K" if size >= 1000 else f"US${half_up(size)}"
            self.tokens |= {text, ("−" if change < 0 else "+") + text}

    def bars(self, changes: list[Decimal]) -> None:
        """Changes in the unit of the largest."""
        large = max(map(abs, changes)) >= 10**6
        for change in changes:
            if self.en:
                size = half_up(abs(change) / (10**6 if large else 10**3), 2 if large else 0)
                text = f"US${size}{'M' if large else 'K'}"
            else:
                text = f"{half_up(abs(change) / 10**4, 0 if large else 1)}万"
            self.tokens |= {("−" if change < 0 else "+") + text, text}

    def cents(self, *sums: Decimal | None) -> None:
        for one in sums:
            if one is not None:
                self.tokens.add(("US$" if self.en else "") + f"{half_up(one, 2)}")

    def price(self, *sums: Decimal | None) -> None:
        for one in sums:
            if one is not None:
                self.tokens |= {bare(half_up(one, 2)), "US$" + bare(half_up(one, 2))}

    def column(self, *sums: Decimal | None) -> None:
        """Money in a table with the unit in its heading."""
        for one in sums:
            if one is not None:
                size = half_up(one / 10**6, 1) if self.en else half_up(one / 10**4)
                least = "<0.1" if self.en else "<1"
                self.tokens.add(f"{size:,}" if size and self.en else f"{size}" if size else least)

    def growth(self, *percents: Decimal | None) -> None:
        for percent in percents:
            if percent is None:
                continue
            size = half_up(abs(percent), 1)
            text = f"{size:,}%" if self.en else f"{size}%"
            self.tokens |= {text, ("−" if percent < 0 else "+") + text} if size else set()

    def share(self, *percents: Decimal | None) -> None:
        self.tokens |= {f"{half_up(one, 1)}%" for one in percents if one is not None}

    def whole(self, *percents: Decimal | None) -> None:
        self.tokens |= {f"{half_up(one)}%" for one in percents if one is not None}

    def count(self, *counts: int | Decimal | None) -> None:
        """Large counts, shortened."""
        self.tokens |= {self.short(D(one)) for one in counts if one is not None}

    def short(self, size: Decimal) -> str:
        units = (
            ((10**9, "B"), (10**6, "M"), (10**3, "K"))
            if self.en
            else ((10**8, "亿"), (10**4, "万"))
        )
        for scale, suffix in units:
            if size >= scale:
                shown = half_up(size / scale, 2 if suffix == "亿" else 1)
                if shown >= 100 and suffix != "亿":
                    shown = half_up(size / scale)
                return bare(shown) + suffix
        return f"{half_up(size)}"

    def downloads(self, *counts: int) -> None:
        self.tokens |= {self._money(D(one)).removeprefix("US$") for one in counts}

    def day(self, *days: date | None) -> None:
        """Dates in every form that an edition writes; they are names, not figures."""
        for one in days:
            if one is None:
                continue
            month, long = MONTHS[one.month - 1], LONG[one.month - 1]
            if self.en:
                self.names |= {
                    f"{one.day} {month} {one.year}", f"{one.day} {month}",
                    f"{long} {one.year}", f"Q{(one.month + 2) // 3} {one.year}",
                }  # fmt: skip
            else:
                self.names |= {
                    f"{one.year}年{one.month}月{one.day}日", f"{one.month}月{one.day}日",
                    f"{one.year}年{one.month}月", f"{one.month}月", f"{one.month}/{one.day}",
                    f"{one.year}年第{'一二三四'[(one.month - 1) // 3]}季度",
                    f"{one.year}.{one.month}.{one.day}",
                }  # fmt: skip

    def week(self, start: date, end: date) -> None:
        self.day(start, end)
        if self.en and start.month == end.month:
            month = MONTHS[end.month - 1]
            self.names |= {f"{start.day}–{end.day} {month}"}
            self.names |= {f"{start.day}–{end.day} {month} {end.year}"}
        else:
            self.names |= {f"—{end.day}日"}
            self.names |= {f"{start.year}.{start.month}.{start.day}–{end.month}.{end.day}"}

    def name(self, *names: str | None) -> None:
        self.names |= {name for name in names if name}

    def number(self, *values: Any) -> None:
        """Exact values, for charts and sheets."""
        self.values |= {D(value) for value in values if value is not None}

    def place(self, *places: int) -> None:
        self.places |= {sign + str(place) for place in places for sign in ("", "▲", "▼")}

    def scale(self, *texts: str) -> None:
        self.scales |= set(texts)

    def _of_area(self, page: Page, path: str) -> set[str]:
        """A block may say the figures of its area; what stands outside of blocks, those of all."""
        block = re.match(r"\.blocks\[(\d+)\]", path)
        everything = set().union(*self.areas.values())
        if block is None:
            return everything
        return self.areas.get(area_of(page.blocks[int(block[1])]), set()) | self.areas["always"]

    def _allowed_at(self, path: str) -> set[str]:
        if ".ticks" in path:
            return self.scales
        if ".events" in path or path.endswith(".note"):
            return self.marks
        return self.places if re.search(r"\.rows\[\d+\]\[0\]", path) else set()

    def unexplained(self, page: Page) -> list[str]:
        """Texts with a figure that nothing explains, and exact values that no row has."""
        found = []
        for path, text in texts(page):
            rest = text
            for name in sorted(self.names, key=len, reverse=True):
                rest = re.sub(rf"(?<![\d.]){re.escape(name)}(?!\d)", " · ", rest)
            allowed = self._of_area(page, path) | self._allowed_at(path)
            strange = [token for token in TOKEN.findall(rest) if token not in allowed]
            if strange:
                found.append(f"{path}: {strange} in {text!r}")
        found += [
            f"{path}: {value}"
            for path, value in exact_values((page.blocks, page.sheets))
            if not any(abs(value - known) < D("1e-9") for known in self.values)
        ]
        return found


def rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
