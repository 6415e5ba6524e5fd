"""Takes out of texts what could harm a reader: names of apps and hashtags come from strangers.

Escaping is left to each layout; this is about signs that no layout can show honestly: direction
marks that turn a line around, signs without width, line breaks inside a name, half characters.
"""

import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any

from shortdrama.reports.page import Page

HIDDEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters of Hangul, Braille and Khmer that show nothing, though Unicode calls them letters."""

MOST_MARKS = 4
"""Accents on one letter; fifty of them would cover the lines above and below it."""


def harmless(text: str) -> str:
    """One line of visible signs, in NFC; blanks are single, and none is at an end."""
    shown: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", text):
        category = unicodedata.category(sign)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if sign.isspace() or category in ("Cc", "Zl", "Zp"):
            shown.append(" ")
        elif category not in ("Cf", "Cs", "Co") and sign not in HIDDEN and marks <= MOST_MARKS:
            shown.append("" if _is_noncharacter(sign) else sign)
    return " ".join("".join(shown).split())


def _is_noncharacter(sign: str) -> bool:
    """Never a character in any version of Unicode, and not allowed in XML."""
    code = ord(sign)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def harmless_page(page: Page) -> Page:
    """The page with every text in it made harmless."""
    cleaned: Page = _within(page)
    return replace(cleaned, colon=page.colon)  # its blank at the end is meant


def _within(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, (tuple, list)):
        return tuple(_within(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _within(getattr(value, f.name)) for f in fields(value)})
    return value
