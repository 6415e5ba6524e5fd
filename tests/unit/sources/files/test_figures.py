from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.sources.files.figures import Figure, label_key, parse_figure

AMOUNTS = st.decimals(min_value=-(10**11), max_value=10**11, places=3)


@given(AMOUNTS, st.sampled_from(["", "¹", " ²³", "*", " [4]", "†"]))
def test_text_and_number_of_the_same_amount_are_the_same_figure(amount: Decimal, mark: str) -> None:
    assert parse_figure(f"{amount:,}{mark}") == parse_figure(float(amount)) == Figure(amount)


@given(st.decimals(min_value=0, max_value=1, places=3))
def test_a_percentage_is_the_same_ratio_as_text_and_as_a_formatted_number(ratio: Decimal) -> None:
    as_text = parse_figure(f"{ratio * 100}%")
    as_number = parse_figure(float(ratio), "0.0%")
    assert as_text == as_number == Figure(ratio, is_ratio=True)


@given(AMOUNTS.filter(lambda amount: amount >= 0), st.sampled_from([">", "> ", ">=", "≥"]))
def test_a_sign_before_the_number_makes_it_a_lower_bound(amount: Decimal, sign: str) -> None:
    assert parse_figure(f"{sign}{amount}") == Figure(amount, is_lower_bound=True)


@given(st.integers(min_value=0, max_value=10**15))
def test_a_whole_number_is_kept_to_the_last_digit(amount: int) -> None:
    assert parse_figure(amount).amount == amount


def test_noise_of_binary_floats_is_dropped() -> None:
    assert parse_figure(0.1 + 0.2).amount == Decimal("0.3")


def test_a_percent_sign_that_the_format_only_prints_is_one_that_a_person_sees() -> None:
    assert parse_figure(83, '0"%"') == Figure(Decimal("0.83"), is_ratio=True)


@pytest.mark.parametrize(
    "no_figure",
    [
        "",
        "n/a",
        "<5",
        "~11",
        "1,1000",
        "11.000,5",
        "(110)",
        "#REF!",
        "1e9",
        "٣",
        "5 bn",
        True,
        None,
    ],
)
def test_what_is_no_plain_number_is_refused(no_figure: object) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        parse_figure(no_figure)


def test_an_infinite_number_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        parse_figure(float("inf"))


@pytest.mark.parametrize("number_format", ["#,##0,", "#,##0,,", '0.0,,"m"', "0,;-0,"])
def test_a_format_that_shows_the_number_scaled_down_is_refused(number_format: str) -> None:
    with pytest.raises(ValueError, match="scaled down"):
        parse_figure(11_000_000_000, number_format)


@pytest.mark.parametrize("number_format", ["#,##0", "#,##0.0", "#,##0_);(#,##0)", '0.0", "'])
def test_a_format_with_thousands_separators_is_plain(number_format: str) -> None:
    assert parse_figure(11_000, number_format) == Figure(Decimal(11_000))


@pytest.mark.parametrize(
    "label", ["Rest of world", "rest  of\nworld²", " Rest of world [2]", "REST OF WORLD*†"]
)
def test_spellings_of_a_label_have_one_key(label: str) -> None:
    assert label_key(label) == "rest of world"
