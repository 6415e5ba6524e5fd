import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import LOCALES, LocaleName, page
from shortdrama.reports.layout.harmless import harmless, harmless_page

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Short\nDrama\r\nBcc: x", "Short Drama Bcc: x"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2066a\u2069b\u200f\u061c", "ab"),
        ("a\u200bb\ufeffc\u2060d\u00ade", "abcde"),
        ("half \ud83d emoji", "half emoji"),
        ("nul\x00 bell\x07 esc\x1b[31m", "nul bell esc [31m"),
        ("no\ufffe\U0001ffff\ufdd0 character", "no character"),
        ("private\ue000", "private"),
        ("\u3164\u3164", ""),
        ("  a \u00a0\u3000 b  ", "a b"),
        ("Z" + "\u0337" * 50 + "algo", "Z" + "\u0337" * 4 + "algo"),
        ("Ame\u0301lie", "Amélie"),
        ("剧🔥 한국 مسلسل", "剧🔥 한국 مسلسل"),
    ],
)
def test_signs_that_deceive_are_taken_out(text: str, seen: str) -> None:
    assert harmless(text) == seen


@given(ANY_TEXT)
def test_what_is_left_is_one_line_of_visible_signs(text: str) -> None:
    clean = harmless(text)
    assert clean == clean.strip()
    assert clean == clean.encode().decode()
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in clean)
    assert "  " not in clean


@given(ANY_TEXT)
def test_to_clean_twice_changes_nothing(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_ordinary_page_stays_as_it_is(locale: LocaleName) -> None:
    assert harmless_page(page(locale)) == page(locale)
