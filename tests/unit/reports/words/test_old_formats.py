from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shortdrama.reports.words.old_formats import Formats, LocaleName

FORMATS: dict[LocaleName, Formats] = {
    "en": Formats("en", missing="n/a"),
    "zh": Formats("zh", missing="暂无"),
}


@pytest.mark.parametrize(
    ("locale", "value", "text"),
    [
        ("en", 308_000_000, "308.0M"),
        ("en", Decimal("51234567.89"), "51.2M"),
        ("en", 14_000_000_000, "14B"),
        ("en", 912_345, "912.3K"),
        ("en", 298, "298"),
        ("en", 0, "0"),
        ("zh", 308_000_000, "3.08亿"),
        ("zh", Decimal("51234567.89"), "5,123万"),
        ("zh", 9_999, "9,999"),
    ],
)
def test_large_numbers_are_shortened_as_the_locale_counts(
    locale: LocaleName, value: Decimal | int, text: str
) -> None:
    assert FORMATS[locale].compact(value) == text


def test_a_column_keeps_the_unit_of_its_largest_figure() -> None:
    assert FORMATS["en"].compact(940_000, like=11_420_000) == "0.9M"


def test_money_names_its_currency() -> None:
    assert FORMATS["en"].usd(Decimal(647_000_000)) == "US$647.0M"
    assert FORMATS["zh"].usd(Decimal(647_000_000)) == "US$6.47亿"
    assert FORMATS["en"].usd_exact(Decimal("2.1006")) == "US$2.10"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("12.2"), "+12.2%"), (Decimal("-3.14"), "−3.1%"), (Decimal(0), "+0.0%")],
)
def test_growth_carries_its_sign(value: Decimal, text: str) -> None:
    assert FORMATS["en"].growth(value) == text


@pytest.mark.parametrize(("locale", "text"), [("en", "n/a"), ("zh", "暂无")])
def test_what_is_not_known_is_said_and_not_shown_as_zero(locale: LocaleName, text: str) -> None:
    formats = FORMATS[locale]
    unknown = (formats.growth(None), formats.share(None), formats.usd_exact(None))
    assert {*unknown, formats.change(None)} == {text}


def test_dates_are_written_as_the_locale_writes_them() -> None:
    start, end = date(2025, 9, 22), date(2025, 9, 28)
    assert FORMATS["en"].days(start, end) == "22–28 Sept 2025"
    assert FORMATS["zh"].days(start, end) == "2025年9月22日至28日"
    instant = datetime(2025, 10, 1, 2, 14, 55, tzinfo=UTC)
    assert FORMATS["en"].instant(instant) == "1 Oct 2025 02:14"


def test_countries_have_names_and_unknown_ones_keep_their_code() -> None:
    assert FORMATS["zh"].country("US") == "美国"
    assert FORMATS["en"].country("QX") == "QX"
