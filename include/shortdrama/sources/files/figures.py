"""Figures and labels as analysts type them: thousands separators, footnote marks, `>60%`."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shortdrama.sources.files.number_format import exact, shown_number
from shortdrama.sources.files.rich_text import RAISED_CHARACTERS, RAISED_LETTERS, visible

ERRORS = {
    "#REF!": "a formula points to cells that are gone",
    "#DIV/0!": "a formula divides by zero",
    "#N/A": "a formula found no value",
    "#NAME?": "a formula uses an unknown name",
    "#NULL!": "a formula names ranges that do not meet",
    "#NUM!": "a formula has no valid number",
    "#VALUE!": "a formula calculates with text",
    "#SPILL!": "the results of a formula have no room",
    "#CALC!": "a formula cannot be calculated",
    "#GETTING_DATA": "a formula waits for data",
}
_MARKS = "".join(RAISED_CHARACTERS - set("⁺⁻⁼")) + "*†‡§ "
"""What footnotes are marked with; a raised minus belongs to a power, such as 10⁻³."""

_RAISED_WORD = re.compile(f"[{RAISED_LETTERS}]{{2}}")
_NUMBERED = re.compile(r"\[[0-9]+\]$")
_LONGEST_LABEL = 1_000
_FIGURE_TEXT = re.compile(
    r"(?P<bound>>=|>|≥)?\s*"
    r"(?P<number>-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)\s*"
    r"(?P<percent>%)?"
)


@dataclass(frozen=True)
class Figure:
    """A number as a cell means it. `is_ratio`: the cell shows a percentage, `amount` is 0-1.

    `unit_shown` is what a number format prints beside the number, such as `bn`.
    """

    amount: Decimal
    is_ratio: bool = False
    is_lower_bound: bool = False
    unit_shown: str = ""


def without_footnotes(text: str) -> str:
    """The text with one space between words and without the footnote marks at its end.

    A raised word is no mark: `11ᵇⁿ` says billions.
    """
    text = " ".join(text.split())
    if len(text) > _LONGEST_LABEL or (text[-1:].isascii() and text[-1:].isalnum()):
        return text
    kept = text.rstrip(_MARKS)
    while numbered := _NUMBERED.search(kept, max(len(kept) - 6, 0)):
        kept = kept[: numbered.start()].rstrip(_MARKS)
    return text if _RAISED_WORD.search(text[len(kept) :]) else kept


def label_key(text: str) -> str:
    """What two spellings of the same label have in common."""
    return without_footnotes(visible(text)).casefold()


def parse_figure(value: object, number_format: str = "General") -> Figure:
    """The figure in a cell: a number, or text such as `11,000¹` or `>60%`.

    Raises ValueError, without the place, if it is no plain number, or if the number format shows
    something else than is stored.
    """
    if isinstance(value, str):
        return _figure_in_text(value)
    if isinstance(value, datetime):
        raise ValueError(f"the cell shows a date ({value:%Y-%m-%d}), which is not a number")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{str(value).upper()} is not a number")
    amount = exact(value)
    shown = shown_number(value, number_format)
    beside = without_footnotes(f"{shown.before} {shown.after}").strip(" ,;:")
    if shown.is_percent:
        return Figure(amount, is_ratio=True, unit_shown=beside)
    if beside == "%":
        # The format only prints the sign: 83 is shown, and meant, as 83%.
        return Figure(amount.scaleb(-2), is_ratio=True)
    return Figure(amount, unit_shown=beside)


def _figure_in_text(text: str) -> Figure:
    if text.strip() in ERRORS:
        raise ValueError(f"{text.strip()!r} is not a number: {ERRORS[text.strip()]}")
    match = _FIGURE_TEXT.fullmatch(without_footnotes(text))
    if match is None:
        raise ValueError(f"{text!r} is not a number")
    amount = Decimal(match["number"].replace(",", "").replace(" ", ""))
    is_ratio = match["percent"] is not None
    return Figure(
        amount=amount.scaleb(-2) if is_ratio else amount,
        is_ratio=is_ratio,
        is_lower_bound=match["bound"] is not None,
    )
