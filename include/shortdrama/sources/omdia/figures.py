"""Figures and labels as analysts type them: thousands separators, footnote marks, `>60%`."""

import re
from dataclasses import dataclass
from decimal import Decimal

_FOOTNOTE_MARKS = re.compile(r"\s*(?:[¹²³⁰⁴-⁹*†‡§]|\[[0-9]+\])+$")
_FIGURE_TEXT = re.compile(
    r"(?P<bound>>=|>|≥)?\s*"
    r"(?P<number>-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)\s*"
    r"(?P<percent>%)?"
)
_FORMAT_LITERAL = re.compile(r'"[^"]*"|\\.')
_SCALING_COMMA = re.compile(r"[0#?],+(?![0#?,])")


@dataclass(frozen=True)
class Figure:
    """A number as a cell means it. `is_ratio`: the cell shows a percentage, `amount` is 0-1."""

    amount: Decimal
    is_ratio: bool = False
    is_lower_bound: bool = False


def without_footnotes(text: str) -> str:
    """The text with one space between words and without the footnote marks at its end."""
    return _FOOTNOTE_MARKS.sub("", " ".join(text.split()))


def label_key(text: str) -> str:
    """What two spellings of the same label have in common."""
    return without_footnotes(text).casefold()


def parse_figure(value: object, number_format: str = "General") -> Figure:
    """The figure in a cell: a number, or text such as `11,000¹` or `>60%`.

    Raises ValueError, without the place, if it is no plain number.
    """
    if isinstance(value, str):
        return _figure_in_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    displayed = _FORMAT_LITERAL.sub("", number_format)
    if _SCALING_COMMA.search(displayed):
        raise ValueError(
            f"the number format {number_format!r} shows {value} scaled down, so it is unclear "
            "whether the unit is of the stored or of the shown number; use a plain format"
        )
    # Excel keeps 15 significant digits; the digits beyond are noise of binary floats.
    amount = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if not amount.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return Figure(amount, is_ratio="%" in displayed)


def _figure_in_text(text: str) -> Figure:
    match = _FIGURE_TEXT.fullmatch(without_footnotes(text))
    if match is None:
        raise ValueError(f"{text!r} is not a number")
    amount = Decimal(match["number"].replace(",", ""))
    is_ratio = match["percent"] is not None
    return Figure(
        amount=amount.scaleb(-2) if is_ratio else amount,
        is_ratio=is_ratio,
        is_lower_bound=match["bound"] is not None,
    )
