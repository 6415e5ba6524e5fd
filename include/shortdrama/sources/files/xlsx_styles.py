"""The styles of an XLSX: how its cells show what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS

from shortdrama.sources.files.rich_text import STRUCK

_EAST_ASIAN_DATES = frozenset((*range(27, 37), *range(50, 59)))
"""Built-in formats that show a date in every language that has them."""

INVISIBLE = "white on white"
_WHITE = ("FFFFFFFF", "00FFFFFF")
_WINDOW = "0"
"""The first colour of a theme is that of the sheet itself."""


@dataclass(frozen=True)
class Style:
    """How a cell shows its value; `flaw` says why a person does not see it."""

    number_format: str = "General"
    is_superscript: bool = False
    flaw: str | None = None


@dataclass(frozen=True)
class Styles:
    """The styles of cells by number, and the conditional ones that change how a number is shown."""

    cells: list[Style]
    changing: frozenset[int]


def read_styles(root: Element) -> Styles:
    """The styles of the part `styles.xml`; any of its lists may be missing or empty."""
    formats = {
        int(entry.attrib["numFmtId"]): entry.get("formatCode", "General")
        for entry in _entries(root, "numFmts")
    }
    fonts, fills = list(_entries(root, "fonts")), list(_entries(root, "fills"))
    cells = [
        _style(
            formats,
            int(entry.get("numFmtId", 0)),
            _at(fonts, entry.get("fontId")),
            _at(fills, entry.get("fillId")),
        )
        for entry in _entries(root, "cellXfs")
    ]
    changing = frozenset(
        number
        for number, entry in enumerate(_entries(root, "dxfs"))
        if _child(entry, "numFmt") is not None
    )
    return Styles(cells, changing)


def _style(formats: dict[int, str], number: int, font: Element, fill: Element) -> Style:
    number_format = formats.get(number) or BUILTIN_FORMATS.get(number) or "General"
    if number in _EAST_ASIAN_DATES and number not in formats:
        number_format = "yyyy-mm-dd"
    raised = _child(font, "vertAlign")
    struck = _child(font, "strike")
    flaw = None
    if struck is not None and struck.get("val") not in ("0", "false"):
        flaw = STRUCK
    elif _is_white(font) and _is_empty(fill):
        flaw = INVISIBLE
    return Style(
        number_format,
        is_superscript=raised is not None and raised.get("val") == "superscript",
        flaw=flaw,
    )


def _is_white(font: Element) -> bool:
    colour = _child(font, "color")
    return colour is not None and (
        colour.get("rgb", "").upper() in _WHITE
        or (colour.get("theme") == _WINDOW and colour.get("tint") is None)
    )


def _is_empty(fill: Element) -> bool:
    pattern = _child(fill, "patternFill")
    return _child(fill, "gradientFill") is None and (
        pattern is None or pattern.get("patternType", "none") == "none"
    )


def _at(entries: list[Element], number: str | None) -> Element:
    """The entry of that number; none where the list is shorter, as some programs write it."""
    place = int(number or 0)
    return entries[place] if place < len(entries) else Element("none")


def _entries(root: Element, name: str) -> Iterator[Element]:
    found = _child(root, name)
    return iter(()) if found is None else iter(found)


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if child.tag.rpartition("}")[2] == name), None)
