"""What a number format shows: the digits, and the text around them.

A spreadsheet stores `0.83` and shows `83%`, stores `11000` and shows `11.0 bn`, stores `5` and
shows `n/a`. Only formats whose result is certain are understood: anything that depends on the
program's language or on the column's width raises FormatUnclear, and the cell is then refused.
The grammar is that of ECMA-376, part 1, 18.8.31.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

SIGNIFICANT_DIGITS = 15
"""Excel keeps 15 significant digits; the digits beyond are noise of binary floats."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[(?P<bracket>[^\]]*)\]|(?P<general>General)|(?P<exponent>[Ee][+-])|(?P<halfday>AM/PM|A/P)"
    r"|(?P<date>[ymdhsYMDHS]+)|(?P<digits>[0#?]+)|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<text>@)|(?P<literal>.)",
    re.DOTALL,
)
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?[0-9]{1,2})", re.IGNORECASE
)
_WHITE = re.compile(r"white|color ?2", re.IGNORECASE)
_CURRENCY = re.compile(r"\$(?P<symbol>[^-]*)(?:-[0-9A-Fa-f]+)?")
_UNUSUAL_DIGITS = 0x00FFFFFF
_STRFTIME = {"yyyy": "%Y", "yy": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "dd": "%d"}


class FormatUnclear(ValueError):
    """What the format shows cannot be told, or is not what is stored; says why and what to do."""


@dataclass(frozen=True)
class ShownNumber:
    """A number as a person sees it: `number` is rounded, with its sign, 83 for 83%.

    `before` and `after` are the texts around it, signs and brackets of negative numbers left out.
    """

    number: Decimal
    before: str = ""
    after: str = ""
    decimals: int | None = None
    is_percent: bool = False
    has_thousands: bool = False

    @property
    def text(self) -> str:
        """The whole cell."""
        digits = f"{self.number:{',' if self.has_thousands else ''}f}"
        return f"{self.before}{digits}{'%' if self.is_percent else ''}{self.after}".strip()


@dataclass(frozen=True)
class _Section:
    """One part of a format, for numbers of one sign."""

    before: str = ""
    after: str = ""
    between: str = ""
    decimals: int = 0
    percents: int = 0
    has_digits: bool = False
    shows_zero: bool = False
    has_thousands: bool = False
    is_general: bool = False
    is_date: bool = False
    unclear: str | None = None


def exact(value: float) -> Decimal:
    """The number that was meant; raises FormatUnclear if it is not finite."""
    amount = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if not amount.is_finite():
        raise FormatUnclear("the number is too large to be one; write a figure, or 'n/a'")
    return amount


def shown_number(value: float, number_format: str) -> ShownNumber:
    """The number as the cell shows it; raises FormatUnclear."""
    amount = exact(value)
    sections = _sections(number_format)
    number = amount
    if len(sections) == 1 or amount > 0:
        section = sections[0]
    elif amount < 0:
        # The second section says itself how it shows that the number is negative.
        section, number = sections[1], -amount
    else:
        section = sections[2] if len(sections) > 2 else sections[0]
    return _applied(section, number, value, number_format)


def _applied(section: _Section, number: Decimal, value: float, number_format: str) -> ShownNumber:
    if section.unclear:
        raise FormatUnclear(
            f"the number format {number_format!r} {section.unclear.format(value=value)}; use a "
            "plain format"
        )
    if section.is_general:
        return ShownNumber(number, section.before, section.after)
    if not section.has_digits or not (value or section.shows_zero):
        literal = f"{section.before}{section.after}".strip()
        shows = f"as {literal!r}" if literal else "not at all"
        raise FormatUnclear(
            f"the number format {number_format!r} shows the stored {value} {shows}, so it is "
            "unclear which of them holds; use a plain format, or write 'n/a'"
        )
    before, after = section.before, section.after
    negative = re.search(r"[-−(]", before) is not None
    before, after = re.sub(r"[-−()]", "", before), re.sub(r"[()]", "", after)
    step = Decimal(1).scaleb(-section.decimals)
    try:
        rounded = number.scaleb(2 * section.percents).quantize(step, ROUND_HALF_UP)
    except InvalidOperation:
        raise FormatUnclear(
            f"the number format {number_format!r} shows more digits of {value} than are stored"
        ) from None
    if not rounded and number:
        raise FormatUnclear(
            f"the number format {number_format!r} shows the stored {value} as zero; show more "
            "decimals"
        )
    # Exactly one of them: a minus of the format beside that of the number shows two.
    if (value < 0) != (negative != (rounded < 0)):
        raise FormatUnclear(
            f"the number format {number_format!r} shows the stored {value} with another sign; use "
            "a plain format"
        )
    return ShownNumber(
        number=-rounded if negative else rounded,
        before=before.strip(),
        after=after.rstrip(),
        decimals=section.decimals,
        is_percent=section.percents == 1,
        has_thousands=section.has_thousands,
    )


def shown_text(text: str, number_format: str) -> str:
    """A text as the cell shows it: `@"bn"` shows `11` as `11bn`, and `;;;` shows nothing."""
    parts = _split(number_format)
    part = parts[3] if len(parts) > 3 else parts[-1]
    if len(parts) < 4 and not any(match["text"] for match in _TOKEN.finditer(part)):
        return text
    pieces = {"text": text, "space": " ", "fill": "", "bracket": ""}
    return "".join(
        pieces.get(kind := str(match.lastgroup), str(match[kind]))
        for match in _TOKEN.finditer(part)
    )


def shows_date(number_format: str) -> bool:
    """Whether numbers are shown as dates or times."""
    return any(section.is_date for section in _sections(number_format))


def shown_date(value: datetime, number_format: str) -> str:
    """The date as the cell shows it; raises FormatUnclear where that depends on the language."""
    pieces: list[str] = []
    for match in _TOKEN.finditer(_split(number_format)[0]):
        kind, text = str(match.lastgroup), str(match[str(match.lastgroup)])
        if kind == "date":
            if text.lower() in ("d", "m"):
                pieces.append(str(value.day if text.lower() == "d" else value.month))
            elif text.lower() in _STRFTIME:
                pieces.append(value.strftime(_STRFTIME[text.lower()]))
            else:
                raise FormatUnclear(f"the date format {number_format!r} is not known")
        elif kind in ("quoted", "escaped", "literal", "point", "comma"):
            pieces.append(text)
        elif kind not in ("bracket", "space", "fill"):
            raise FormatUnclear(f"the date format {number_format!r} is not known")
    return " ".join("".join(pieces).split())


def shows_year_alone(number_format: str) -> bool:
    """Whether a date format shows the year and nothing else of the date."""
    letters = {
        match["date"][0].lower()
        for match in _TOKEN.finditer(_split(number_format)[0])
        if match["date"]
    }
    return letters == {"y"}


@lru_cache(maxsize=1_024)
def _sections(number_format: str) -> tuple[_Section, ...]:
    """The parts for positive, negative and zero numbers, as far as the format has them."""
    parts = _split(number_format)
    sections = tuple(_section(part) for part in parts[:3])
    # A format of text alone (@) shows a number as it is.
    return sections if number_format.strip() else (_Section(is_general=True),)


def _split(number_format: str) -> list[str]:
    """The format cut at its semicolons, those in texts left alone."""
    parts = [""]
    for match in _TOKEN.finditer(number_format):
        if match["literal"] == ";":
            parts.append("")
        else:
            parts[-1] += match[0]
    return parts


def _section(part: str) -> _Section:
    literals: dict[Literal["before", "after"], str] = {"before": "", "after": ""}
    place: Literal["before", "after"] = "before"
    decimals, percents, commas = 0, 0, 0
    has_point = has_thousands = shows_zero = is_general = is_date = is_scaled = False
    between, unclear = "", None
    for match in _TOKEN.finditer(part):
        kind, text = str(match.lastgroup), str(match[str(match.lastgroup)])
        if kind in ("quoted", "escaped", "literal"):
            if kind == "literal" and text == "/" and place == "after":
                unclear = "shows {value} as a fraction"
            literals[place] += text
        elif kind == "space":
            literals[place] += " "
        elif kind == "bracket":
            symbol = _CURRENCY.fullmatch(text)
            if symbol:
                literals[place] += symbol["symbol"]
                if (
                    int((re.search(r"-([0-9A-Fa-f]+)$", text) or ["", "0"])[1], 16)
                    > _UNUSUAL_DIGITS
                ):
                    unclear = "shows {value} in other digits"
            elif re.fullmatch(r"[hmsHMS]+", text):
                is_date = True
            elif _WHITE.fullmatch(text):
                unclear = "shows {value} in white"
            elif not _COLOUR.fullmatch(text):
                unclear = f"depends on the condition or language [{text}]"
        elif kind == "digits":
            if place == "after" and literals["after"]:
                between, literals["after"] = between + literals["after"], ""
            place = "after"
            has_thousands |= commas > 0 and not has_point
            commas = 0
            decimals += len(text) if has_point else 0
            shows_zero |= "0" in text
        elif kind == "point":
            is_scaled |= commas > 0
            has_point = True
        elif kind == "comma" and place == "after":
            commas += 1
        elif kind == "percent":
            percents += 1
            place = "after"
        elif kind == "exponent":
            unclear = "shows {value} in powers of ten"
        elif kind in ("date", "halfday"):
            is_date = True
        elif kind in ("general", "text"):
            is_general, place = True, "after"
        # A comma before any digit, and a fill character, show nothing.
    has_digits = place == "after" and not is_general
    if is_date:
        unclear = "shows {value} as a date or time"
    elif commas or is_scaled:
        unclear = (
            "shows {value} scaled down, so it is unclear whether the unit is of the stored or of "
            "the shown number"
        )
    elif percents > 1 or (percents and is_general):
        unclear = "shows {value} with several percent signs"
    elif between.strip():
        unclear = f"puts {between.strip()!r} between the digits of {{value}}"
    return _Section(
        before=literals["before"],
        after=literals["after"],
        between=between,
        decimals=decimals,
        percents=percents,
        has_digits=has_digits,
        shows_zero=shows_zero,
        has_thousands=has_thousands,
        is_general=is_general,
        is_date=is_date,
        unclear=unclear,
    )
