"""Columns and paragraphs of plain text, where a Chinese character is two columns wide."""

import re
import unicodedata

WIDTH = 78
TOKENS = re.compile(r"\s+|(?:[\u2e80-\uffff]|[^\s\u2e80-\uffff]+)[，。；：、）》？！]*")
"""Words and single Chinese characters (a line may break after each), with what must follow them."""


def columns(text: str) -> int:
    """How many columns a text takes in a fixed-width font."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def shorten(text: str, width: int) -> str:
    """The text, cut to `width` columns with an ellipsis if it is longer."""
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def left(text: str, width: int) -> str:
    """The text at the left of a cell."""
    short = shorten(text, width)
    return short + " " * (width - columns(short))


def right(text: str, width: int) -> str:
    """The text at the right of a cell."""
    short = shorten(text, width)
    return " " * (width - columns(short)) + short


def wrap(text: str, indent: str = "") -> str:
    """A paragraph of at most 78 columns; lines after the first begin with `indent`."""
    lines = [""]
    for token in TOKENS.findall(text):
        if columns(lines[-1]) + columns(token) > WIDTH and lines[-1].strip():
            lines.append(indent + token.lstrip())
        else:
            lines[-1] += token
    return "\n".join(line.rstrip() for line in lines)
