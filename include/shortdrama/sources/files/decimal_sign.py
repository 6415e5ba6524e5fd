"""Whether a file writes 1.5 or 1,5: by its own figures, or not at all.

`1.500` is one and a half in London and fifteen hundred in Berlin. Other figures of the same file
say which: `0.5`, `1,234.5` and `12.75` can only have a decimal point.
"""

import re
from collections.abc import Iterable
from typing import Literal

Sign = Literal[".", ","]

_FIGURE = re.compile(r"[<>=≥≤~]*\s*[-+]?(?P<number>[0-9][0-9., ]*[.,][0-9]+)\s*%?")
_POINT = re.compile(
    r"[0-9]{1,3}(?:[, ][0-9]{3})+\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}|0\.[0-9]+"
    r"|[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{4,}\.[0-9]+"
)
_SWAP = str.maketrans(".,", ",.")


def certain_sign(text: str) -> Sign | None:
    """The decimal sign, if the text is a figure that can have no other; else None."""
    match = _FIGURE.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    if _POINT.fullmatch(match["number"]):
        return "."
    return "," if _POINT.fullmatch(match["number"].translate(_SWAP)) else None


def is_ambiguous(text: str) -> bool:
    """Whether the text is a figure that means another number with the other sign."""
    match = _FIGURE.fullmatch(" ".join(text.split()))
    return match is not None and certain_sign(text) is None


def signs_of(texts: Iterable[str]) -> dict[Sign, str]:
    """The decimal signs that the texts prove, each with a text that proves it."""
    found: dict[Sign, str] = {}
    for text in texts:
        sign = certain_sign(text)
        if sign is not None:
            found.setdefault(sign, text)
    return found


def with_point(text: str, sign: Sign) -> str:
    """The figure as it is written with a decimal point."""
    return text.translate(_SWAP) if sign == "," else text
