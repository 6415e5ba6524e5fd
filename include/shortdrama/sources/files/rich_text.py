"""Text of several fonts as one plain text, that says the same to a person.

A superscript run stands as superscript characters: `40` with a raised `2` becomes `40²`, as if
somebody had typed the footnote mark, and never `402`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_PLAIN = "0123456789+-=()abcdefghijklmnoprstuvwxyz,"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⸴"
_SUPERSCRIPT = str.maketrans(_PLAIN, _RAISED)
_SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")

RAISED_CHARACTERS = frozenset(_RAISED)
RAISED_LETTERS = "".join(
    raised for plain, raised in zip(_PLAIN, _RAISED, strict=True) if plain.isalpha()
)

_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_VISIBLE = str.maketrans(
    _WIDE + "％＄", "".join(chr(ord(wide) - 0xFEE0) for wide in _WIDE) + "%$", _UNSEEN
)
STRUCK = "struck through"


@dataclass(frozen=True)
class Run:
    """A piece of a cell's text in one font."""

    text: str
    is_superscript: bool = False
    is_subscript: bool = False
    is_struck: bool = False


def visible(text: str) -> str:
    """The text without signs that take no room, and with digits and letters of usual width.

    Programs for Chinese and Japanese type `４０` where others type `40`; text that comes from a web
    page has signs in it that nobody sees.
    """
    return text if text.isascii() else text.translate(_VISIBLE)


def plain_text(runs: Iterable[Run]) -> tuple[str, str | None]:
    """The text, and what is wrong with how it is shown, if anything is."""
    runs = list(runs)
    struck = [run for run in runs if run.is_struck and run.text.strip()]
    flaw = None if not struck else STRUCK if len(struck) == len(runs) else f"partly {STRUCK}"
    return "".join(map(_plain, runs)), flaw


def _plain(run: Run) -> str:
    if run.is_superscript:
        return run.text.lower().translate(_SUPERSCRIPT)
    if run.is_subscript:
        return run.text.translate(_SUBSCRIPT)
    return run.text
