"""Numbers, money and dates as readers of a locale write them.

A figure is rounded first; only then its unit is chosen and its direction read, so that 999.96
million is a billion, and a change that rounds to nothing is flat. Money is US dollars.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval

LocaleName = Literal["en", "zh"]

CLDR: dict[LocaleName, str] = {"en": "en_GB", "zh": "zh_CN"}
"""English for readers in many countries: day before month, and US$ named as such."""

READERS_ZONE: dict[LocaleName, str] = {"en": "UTC", "zh": "Asia/Shanghai"}

SHORT_NAMES: dict[LocaleName, dict[str, str]] = {"en": {"US": "US", "GB": "UK"}, "zh": {}}
"""Countries whose name in full nobody uses in a sentence."""

WITH_ARTICLE = frozenset({"US", "GB", "NL", "PH", "AE", "DO", "CZ"})
"""Countries that an English sentence gives an article."""

LARGE_CHANGE = 10**6
MINUS = "\N{MINUS SIGN}"


class Unit(NamedTuple):
    """Used for figures of at least `starts_at` units.

    From `coarse_from` units on, `coarse` decimals are enough; `trims_from` on, a whole
    figure has none.
    """

    scale: int
    suffix: str
    decimals: int
    starts_at: Decimal = Decimal(1)
    coarse_from: int = 10**9
    coarse: int = 0
    trims_from: int = 10**9


BILLIONS = Unit(10**9, "B", 1, trims_from=10)
MILLIONS = Unit(10**6, "M", 1, coarse_from=100)
YI = Unit(10**8, "亿", 2, trims_from=10)
MONEY: dict[LocaleName, tuple[Unit, ...]] = {
    "en": (BILLIONS, MILLIONS, Unit(10**3, "K", 0)),
    "zh": (YI, Unit(10**4, "万", 0)),
}
CHANGES: dict[LocaleName, tuple[Unit, ...]] = {
    "en": (
        Unit(10**9, "B", 2),
        Unit(10**6, "M", 2, starts_at=Decimal("0.01"), coarse_from=10, coarse=1),
        Unit(10**3, "K", 1),
    ),
    "zh": MONEY["zh"],
}
COUNTS: dict[LocaleName, tuple[Unit, ...]] = {
    "en": tuple(
        Unit(scale, suffix, 1, coarse_from=100, trims_from=1)
        for scale, suffix in ((10**9, "B"), (10**6, "M"), (10**3, "K"))
    ),
    "zh": (
        Unit(10**8, "亿", 2, trims_from=1),
        Unit(10**4, "万", 1, coarse_from=100, trims_from=1),
    ),
}


def rounded(value: Decimal | int, decimals: int = 0) -> Decimal:
    """Rounded half up, as people do it."""
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


class Formats:
    """Formats figures for one locale."""

    def __init__(self, locale: LocaleName) -> None:
        self.locale: LocaleName = locale
        self._cldr = Locale.parse(CLDR[locale])

    def usd(self, value: Decimal | int) -> str:
        """A sum of money: US$51.8M, 5181万美元."""
        return self._money(value, MONEY[self.locale])

    def usd_change(self, value: Decimal | int) -> str:
        """A signed change of money: +US$0.32M, +32万美元."""
        return _plus(value, self._money(value, CHANGES[self.locale]))

    def usd_change_like(self, value: Decimal, like: Decimal) -> str:
        """A signed change in the unit that `like` has, so that the bars of a chart can be compared.

        That unit is a small one: +US$257K, +25.7万美元.
        """
        is_large = abs(like) >= LARGE_CHANGE
        if self.locale == "en":
            scale, suffix, decimals = (10**6, "M", 2) if is_large else (10**3, "K", 0)
        else:
            scale, suffix, decimals = 10**4, "万", 0 if is_large else 1
        shown = rounded(value / scale, decimals)
        text = self._signed(shown, "US${}" + suffix, "{}" + suffix + "美元")
        return _plus(shown, text)

    def usd_amount(self, value: Decimal | int) -> str:
        """How large a change of money is, without its sign: US$0.30M, 30万美元."""
        return self._money(abs(Decimal(value)), CHANGES[self.locale])

    def usd_moved(self, value: Decimal | int) -> str:
        """A change of money after its verb: (added) US$0.32M; Chinese has the sign for a verb."""
        return self.usd_amount(value) if self.locale == "en" else self.usd_change(value)

    def pct_moved(self, value: Decimal) -> str:
        """The same in percent: (rose) 1.5%, +1.5%."""
        return self.pct(abs(value)) if self.locale == "en" else self.pct_change(value)

    def usd_exact(self, value: Decimal) -> str:
        """A small sum of money, to the cent: US$2.19, 2.19美元."""
        return self._signed(rounded(value, 2), "US${}", "{}美元")

    def usd_price(self, value: Decimal) -> str:
        """A price, without cents that are zero: US$10, 11.11美元."""
        exact = rounded(value, 2)
        whole = exact == exact.to_integral_value()
        return self._signed(rounded(exact) if whole else exact, "US${}", "{}美元")

    def usd_round(self, value: Decimal) -> str:
        """A price, or a large sum in its unit: US$0.50, US$10, US$100K."""
        return self.usd(value) if value >= 10**3 else self.usd_price(value)

    def table_usd(self, value: Decimal | int) -> str:
        """Money in a table whose heading has the unit: 51.8 (US$M), 5181 (万美元).

        What is too small for the unit is said to be below its smallest figure.
        """
        scale, decimals = (10**6, 1) if self.locale == "en" else (10**4, 0)
        exact = Decimal(value) / scale
        shown = rounded(exact, decimals)
        if shown == 0 and exact > 0:
            return "<" + self._number(Decimal(1).scaleb(-decimals))
        return self._signed(shown, "{}", "{}")

    def count(self, value: Decimal | int) -> str:
        """A large count: 23.7M, 2368万; below that in full."""
        return self._scaled(value, COUNTS[self.locale], "{}", "{}")

    def downloads(self, value: int) -> str:
        """A count of downloads, in whole units of 万: 23.7M, 2368万次."""
        return self._scaled(value, MONEY[self.locale], "{}", "{}次")

    def exact(self, value: int) -> str:
        """A count in full: 28,572 in English, 28572 in Chinese."""
        return self._signed(rounded(value), "{}", "{}")

    def pct(self, value: Decimal) -> str:
        """A share or another percentage without sign: 23.3%."""
        return f"{self._signed(rounded(value, 1), '{}', '{}')}%"

    def pct_change(self, value: Decimal) -> str:
        """A signed percentage, `0.0%` if it rounds to nothing; see `shown_pct`."""
        return _plus(rounded(value, 1), self.pct(value))

    def points(self, value: Decimal) -> str:
        """A signed change in percentage points, one decimal."""
        shown = rounded(value, 1)
        return _plus(shown, self._signed(shown, "{}", "{}"))

    def whole_pct(self, value: Decimal) -> str:
        """A percentage without decimals: 84%."""
        return f"{self._signed(rounded(value), '{}', '{}')}%"

    def decimal(self, value: Decimal, decimals: int) -> str:
        """A figure with so many decimals."""
        return self._signed(rounded(value, decimals), "{}", "{}")

    def day(self, value: date) -> str:
        """A date in full: 25 Feb 2026, 2026年2月25日."""
        return str(format_date(value, "medium", locale=self._cldr))

    def short_day(self, value: date) -> str:
        """A date without its year: 8 Sept, 9月8日."""
        pattern = "d MMM" if self.locale == "en" else "M月d日"
        return str(format_date(value, pattern, locale=self._cldr))

    def tick(self, value: date) -> str:
        """A date below a chart: 8 Sept, 9/8."""
        return self.short_day(value) if self.locale == "en" else f"{value.month}/{value.day}"

    def days(self, start: date, end: date) -> str:
        """A span of dates, without repeating what both dates share."""
        if start == end:
            return self.day(start)
        text = str(format_interval(start, end, "yMMMd", locale=self._cldr))
        return text.replace("至", "—").replace("\N{THIN SPACE}", " ")

    def short_days(self, start: date, end: date) -> str:
        """A span of dates without its year: 8–14 Sept, 9月8日—14日."""
        if start == end:
            return self.short_day(start)
        if start.month == end.month and start.year == end.year:
            if self.locale == "en":
                return f"{start.day}–{self.short_day(end)}"
            return f"{self.short_day(start)}—{end.day}日"
        dash = " – " if self.locale == "en" else "—"
        return f"{self.short_day(start)}{dash}{self.short_day(end)}"

    def dotted_days(self, start: date, end: date) -> str:
        """A span of dates for a subject line: 22–28 Sept 2025, 2025.9.22–9.28."""
        if self.locale == "en":
            return self.days(start, end)
        year = "" if start.year == end.year else f"{end.year}."
        return f"{self.dotted_day(start)}–{year}{end.month}.{end.day}"

    def dotted_day(self, value: date) -> str:
        """A date for a subject line: 25 Feb 2026, 2026.2.25."""
        return self.day(value) if self.locale == "en" else f"{value.year}.{value.month}.{value.day}"

    def month(self, value: date) -> str:
        """A month: September 2025, 2025年9月."""
        return str(format_date(value, "MMMM y" if self.locale == "en" else "y年M月", self._cldr))

    def year(self, value: date) -> str:
        """The year of a day: 2025, 2025年."""
        return f"{value.year}" if self.locale == "en" else f"{value.year}年"

    def short_month(self, value: date) -> str:
        """A month without its year: Sept, 9月."""
        return str(format_date(value, "MMM" if self.locale == "en" else "M月", self._cldr))

    def quarter(self, value: date) -> str:
        """The quarter of a day: Q3 2025, 2025年第三季度."""
        number = (value.month + 2) // 3
        if self.locale == "en":
            return f"Q{number} {value.year}"
        return f"{value.year}年第{'一二三四'[number - 1]}季度"

    def instant(self, value: datetime) -> str:
        """A time in the zone that the locale's readers live by, which it names."""
        local = value.astimezone(ZoneInfo(READERS_ZONE[self.locale]))
        if self.locale == "en":
            return f"{self.day(local.date())}, {local:%H:%M} UTC"
        return f"{self.day(local.date())} {local:%H:%M}（北京时间）"

    def country(self, code: str) -> str:
        """A country's name from its ISO-2 code; the code where CLDR has none."""
        short = SHORT_NAMES[self.locale].get(code)
        return short or str(self._cldr.territories.get(code, code))

    def country_said(self, code: str) -> str:
        """The same in a sentence: the US, 美国."""
        name = self.country(code)
        return f"the {name}" if self.locale == "en" and code in WITH_ARTICLE else name

    def about(self, value: int) -> str:
        """A count that rests on assumptions: below 10,000 only two of its digits mean anything."""
        exact = Decimal(value)
        decimals = 1 - exact.adjusted()
        return self.count(rounded(exact, decimals) if value and 10 <= value < 10**4 else exact)

    def period_label(self, label: str) -> str:
        """The name of a period as a reader writes it; English keeps 2025-W39, 2025-09, 2025Q3."""
        if self.locale == "en":
            return label
        year, rest = label[:4], label[4:].removeprefix("-")
        if rest.startswith("W"):
            return f"{year}年第{int(rest[1:])}周"
        if rest.startswith("Q"):
            return f"{year}年第{'一二三四'[int(rest[1:]) - 1]}季度"
        return f"{year}年{int(rest)}月"

    def listed(self, items: Sequence[str]) -> str:
        """Names one after the other: `A, B and C`, `A、B和C`."""
        *firsts, last = items
        comma, last_joint = (", ", " and ") if self.locale == "en" else ("、", "和")
        return f"{comma.join(firsts)}{last_joint}{last}" if firsts else last

    def _money(self, value: Decimal | int, units: tuple[Unit, ...]) -> str:
        return self._scaled(value, units, "US${}", "{}美元")

    def _scaled(self, value: Decimal | int, units: tuple[Unit, ...], en: str, zh: str) -> str:
        pattern = en if self.locale == "en" else zh
        number, suffix = _in_unit(abs(Decimal(value)), units)
        sign = MINUS if value < 0 and number else ""
        return sign + pattern.format(self._number(number) + suffix)

    def _signed(self, value: Decimal, en: str, zh: str) -> str:
        pattern = en if self.locale == "en" else zh
        return (MINUS if value < 0 else "") + pattern.format(self._number(abs(value)))

    def _number(self, value: Decimal) -> str:
        """Digits; thousands are grouped in English only."""
        return f"{value:,f}" if self.locale == "en" else f"{value:f}"


def shown_pct(value: Decimal | None) -> Decimal | None:
    """A percentage as it is printed: what rounds to nothing is zero."""
    return None if value is None else rounded(value, 1)


def _plus(value: Decimal | int, text: str) -> str:
    """A sign before what is above zero; what is shown as zero has none."""
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def _in_unit(value: Decimal, units: tuple[Unit, ...]) -> tuple[Decimal, str]:
    """The figure in the largest unit that it reaches after rounding in the next smaller one."""
    shown, suffix = rounded(value), ""
    reached = shown
    for unit in reversed(units):
        if reached < unit.starts_at * unit.scale:
            break
        shown, suffix = _shown(value / unit.scale, unit), unit.suffix
        reached = shown * unit.scale
    return shown, suffix


def _shown(value: Decimal, unit: Unit) -> Decimal:
    shown = rounded(value, unit.decimals)
    if shown >= unit.coarse_from:
        shown = rounded(value, unit.coarse)
    is_whole = shown == shown.to_integral_value()
    return rounded(shown) if is_whole and shown >= unit.trims_from else shown
