"""Numbers, money and dates as readers of a locale write them (CLDR, through Babel)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol

LocaleName = Literal["en", "zh"]

CLDR: dict[LocaleName, str] = {"en": "en_GB", "zh": "zh_CN"}
"""English for readers in many countries: day before month, and US$ named as such."""

SCALES: dict[LocaleName, tuple[tuple[int, str, str], ...]] = {
    "en": ((10**9, "B", "#,##0.##"), (10**6, "M", "#,##0.0"), (10**3, "K", "#,##0.0")),
    "zh": ((10**8, "亿", "#,##0.##"), (10**4, "万", "#,##0")),
}
"""From where numbers are shortened. Babel's own compact form drops the zero of 308.0M, so figures
in one column would differ in precision."""

SIGNED = "+#,##0{tail};−#,##0{tail}"


class Formats:
    """Formats figures for one locale; an unknown figure is shown as `missing`."""

    def __init__(self, locale: LocaleName, missing: str) -> None:
        self._scales = SCALES[locale]
        self._locale = Locale.parse(CLDR[locale])
        self._missing = missing

    def compact(self, value: Decimal | int, like: Decimal | int | None = None) -> str:
        """A large count: 308.0M, 3.08亿; shortened like `like`, so that a column has one unit."""
        guide = abs(Decimal(value if like is None else like))
        for scale, suffix, pattern in self._scales:
            if guide >= scale:
                scaled = Decimal(value) / scale
                return f"{format_decimal(scaled, pattern, locale=self._locale)}{suffix}"
        return self.count(round(value))

    def usd(self, value: Decimal) -> str:
        """A large sum of money, with its currency: US$51.2M."""
        return f"{get_currency_symbol('USD', self._locale)}{self.compact(value)}"

    def usd_exact(self, value: Decimal | None) -> str:
        """A small sum of money, to the cent."""
        if value is None:
            return self._missing
        return str(format_currency(value, "USD", locale=self._locale))

    def count(self, value: int) -> str:
        """A count in full, with the locale's grouping."""
        return str(format_decimal(value, locale=self._locale))

    def ratio(self, value: Decimal) -> str:
        """A ratio with two decimals."""
        return str(format_decimal(value, "#,##0.00", locale=self._locale))

    def change(self, value: int | None) -> str:
        """A signed difference of counts."""
        if value is None:
            return self._missing
        return str(format_decimal(value, SIGNED.format(tail=""), locale=self._locale))

    def growth(self, value_pct: Decimal | None) -> str:
        """A signed percentage, from a value on the scale 0-100."""
        if value_pct is None:
            return self._missing
        pattern = SIGNED.format(tail=".0%")
        return str(format_percent(value_pct / 100, pattern, locale=self._locale))

    def share(self, value_pct: Decimal | None) -> str:
        """A percentage without sign, from a value on the scale 0-100."""
        if value_pct is None:
            return self._missing
        return str(format_percent(value_pct / 100, "0.0%", locale=self._locale))

    def day(self, value: date) -> str:
        """A date in full."""
        return str(format_date(value, "medium", locale=self._locale))

    def days(self, start: date, end: date) -> str:
        """A span of dates, without repeating what both dates share."""
        return str(format_interval(start, end, "yMMMd", locale=self._locale))

    def instant(self, value: datetime) -> str:
        """A UTC instant to the minute; the words around it say UTC."""
        return f"{self.day(value.date())} {format_datetime(value, 'HH:mm', locale=self._locale)}"

    def age(self, days: int) -> str:
        """A number of days, in words."""
        return str(
            format_timedelta(
                timedelta(days=days), granularity="day", threshold=10**6, locale=self._locale
            )
        )

    def country(self, code: str) -> str:
        """A country's name from its ISO-2 code; the code where CLDR has none."""
        return str(self._locale.territories.get(code, code))
