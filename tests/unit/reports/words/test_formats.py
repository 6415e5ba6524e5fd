from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shortdrama.reports.words.formats import Formats, LocaleName

FORMATS: dict[LocaleName, Formats] = {"en": Formats("en"), "zh": Formats("zh")}
D = Decimal


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (D("51809636.56"), "US$51.8M", "5181万美元"),
        (D("647000000.54"), "US$647M", "6.47亿美元"),
        (D("999960000"), "US$1.0B", "10亿美元"),
        (D("99996000"), "US$100M", "1.00亿美元"),
        (D("99600000"), "US$99.6M", "9960万美元"),
        (D("120000000"), "US$120M", "1.20亿美元"),
        (D("11000000000"), "US$11B", "110亿美元"),
        (D("16200000000"), "US$16.2B", "162亿美元"),
        (D("9949"), "US$10K", "9949美元"),
        (D("9999.6"), "US$10K", "1万美元"),
        (D("999.6"), "US$1K", "1000美元"),
        (D("0"), "US$0", "0美元"),
        (D("-0.4"), "US$0", "0美元"),
        (D("-51809636.56"), "−US$51.8M", "−5181万美元"),
    ],
)
def test_money_is_rounded_before_its_unit_is_chosen(
    value: Decimal, english: str, chinese: str
) -> None:
    assert (FORMATS["en"].usd(value), FORMATS["zh"].usd(value)) == (english, chinese)


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (D("318000"), "+US$0.32M", "+32万美元"),
        (D("-78900"), "−US$0.08M", "−8万美元"),
        (D("4999"), "+US$5.0K", "+4999美元"),
        (D("9996"), "+US$0.01M", "+9996美元"),
        (D("12345678"), "+US$12.3M", "+1235万美元"),
        (D("0"), "US$0", "0美元"),
        (D("0.3"), "US$0", "0美元"),
    ],
)
def test_changes_of_money_have_a_sign_unless_they_are_shown_as_nothing(
    value: Decimal, english: str, chinese: str
) -> None:
    assert (FORMATS["en"].usd_change(value), FORMATS["zh"].usd_change(value)) == (english, chinese)


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (23_678_953, "23.7M", "2368万"),
        (307_999_994, "308M", "3.08亿"),
        (28_572, "28.6K", "2.9万"),
        (298, "298", "298"),
        (6_000_000_000, "6B", "60亿"),
        (999_960, "1M", "100万"),
        (60_000, "60K", "6万"),
        (10_000_000, "10M", "1000万"),
    ],
)
def test_counts_are_shortened_as_the_language_counts(
    value: int, english: str, chinese: str
) -> None:
    assert (FORMATS["en"].count(value), FORMATS["zh"].count(value)) == (english, chinese)


def test_downloads_are_counted_in_times_in_chinese() -> None:
    assert FORMATS["zh"].downloads(23_678_953) == "2368万次"
    assert FORMATS["zh"].downloads(307_999_994) == "3.08亿次"
    assert FORMATS["en"].downloads(23_678_953) == "23.7M"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (D("0.5917"), "+0.6%"),
        (D("-1.7249"), "−1.7%"),
        (D("0.05"), "+0.1%"),
        (D("0.049"), "0.0%"),
        (D("-0.049"), "0.0%"),
        (D("1234.56"), "+1,234.6%"),
    ],
)
def test_a_percentage_that_rounds_to_nothing_has_no_sign(value: Decimal, text: str) -> None:
    assert FORMATS["en"].pct_change(value) == text


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (D("12088117"), "12.1", "1209"),
        (D("9500"), "<0.1", "1"),
        (D("4000"), "<0.1", "<1"),
        (D("0"), "0.0", "0"),
        (D("-120000"), "−0.1", "−12"),
        (D("1234567890"), "1,234.6", "123457"),
    ],
)
def test_a_table_has_its_unit_in_the_heading(value: Decimal, english: str, chinese: str) -> None:
    shown = (FORMATS["en"].table_usd(value), FORMATS["zh"].table_usd(value))
    assert shown == (english, chinese)


def test_small_sums_are_exact_and_prices_have_no_empty_cents() -> None:
    assert FORMATS["en"].usd_exact(D("2.1880")) == "US$2.19"
    assert FORMATS["zh"].usd_exact(D("2.1880")) == "2.19美元"
    assert FORMATS["en"].usd_price(D("10.00")) == "US$10"
    assert FORMATS["zh"].usd_price(D("11.11")) == "11.11美元"


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        (date(2025, 9, 22), date(2025, 9, 28), "22–28 Sept 2025", "2025年9月22日—28日"),
        (date(2025, 9, 29), date(2025, 10, 5), "29 Sept – 5 Oct 2025", "2025年9月29日—10月5日"),
        (date(2025, 9, 28), date(2025, 9, 28), "28 Sept 2025", "2025年9月28日"),
        (
            date(2025, 12, 29),
            date(2026, 1, 4),
            "29 Dec 2025 – 4 Jan 2026",
            "2025年12月29日—2026年1月4日",
        ),
    ],
)
def test_a_span_repeats_nothing(start: date, end: date, english: str, chinese: str) -> None:
    shown = (FORMATS["en"].days(start, end), FORMATS["zh"].days(start, end))
    assert tuple(text.replace(" ", " ") for text in shown) == (english, chinese)


def test_a_span_without_year() -> None:
    week = (date(2025, 9, 8), date(2025, 9, 14))
    assert FORMATS["en"].short_days(*week) == "8–14 Sept"
    assert FORMATS["zh"].short_days(*week) == "9月8日—14日"
    across = (date(2025, 9, 29), date(2025, 10, 5))
    assert FORMATS["en"].short_days(*across) == "29 Sept – 5 Oct"
    assert FORMATS["zh"].short_days(*across) == "9月29日—10月5日"


def test_months_and_quarters_have_their_names() -> None:
    day = date(2025, 9, 1)
    assert (FORMATS["en"].month(day), FORMATS["zh"].month(day)) == ("September 2025", "2025年9月")
    assert (FORMATS["en"].quarter(day), FORMATS["zh"].quarter(day)) == (
        "Q3 2025",
        "2025年第三季度",
    )


def test_a_time_is_told_in_the_readers_zone_and_day() -> None:
    late = datetime(2026, 2, 25, 20, 30, tzinfo=UTC)
    assert FORMATS["en"].instant(late) == "25 Feb 2026, 20:30 UTC"
    assert FORMATS["zh"].instant(late) == "2026年2月26日 04:30（北京时间）"


def test_countries_have_names_and_unknown_ones_keep_their_code() -> None:
    assert (FORMATS["en"].country("US"), FORMATS["zh"].country("US")) == ("US", "美国")
    assert FORMATS["en"].country("QX") == "QX"


def test_names_are_listed_as_the_language_does() -> None:
    assert FORMATS["en"].listed(["A", "B", "C"]) == "A, B and C"
    assert FORMATS["zh"].listed(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert FORMATS["zh"].listed(["甲"]) == "甲"
