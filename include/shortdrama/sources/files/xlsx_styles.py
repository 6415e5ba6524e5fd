"""The styles of an XLSX: how its cells show what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS

from shortdrama.sources.files import colours
from shortdrama.sources.files.rich_text import STRUCK

_EAST_ASIAN_DATES = frozenset((*range(27, 37), *range(50, 59)))
"""Built-in formats that show a date in every language that has them."""

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

    def of_cell(self, number: int) -> Style:
        """The style of that number; the plain one where the list is shorter."""
        return self.cells[number] if 0 <= number < len(self.cells) else Style()


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
        number for number, entry in enumerate(_entries(root, "dxfs")) if changes_look(entry)
    )
    return Styles(cells, changing)


def changes_look(style: Element) -> bool:
    """Whether the style of a condition shows a number in another way, or not at all."""
    font, fill = _child(style, "font"), _child(style, "fill")
    return _child(style, "numFmt") is not None or (
        font is not None and _is_unreadable(font, Element("none") if fill is None else fill)
    )


def _style(formats: dict[int, str], number: int, font: Element, fill: Element) -> Style:
    number_format = formats.get(number) or BUILTIN_FORMATS.get(number) or "General"
    if number in _EAST_ASIAN_DATES and number not in formats:
        number_format = "yyyy-mm-dd"
    raised = _child(font, "vertAlign")
    struck = _child(font, "strike")
    flaw = None
    if struck is not None and struck.get("val") not in ("0", "false"):
        flaw = STRUCK
    elif _is_unreadable(font, fill):
        flaw = colours.INVISIBLE
    return Style(
        number_format,
        is_superscript=raised is not None and raised.get("val") == "superscript",
        flaw=flaw,
    )


def _is_unreadable(font: Element, fill: Element) -> bool:
    """Whether the text has the colour of its background. Colours of a theme are not looked up."""
    text, ground = _child(font, "color"), _background(fill)
    if text is None:
        return False
    if ground is not None and "theme" in text.attrib:
        return text.attrib == ground.attrib
    seen = _colour(text)
    behind = colours.WHITE if ground is None else _colour(ground)
    return seen is not None and behind is not None and colours.look_alike(seen, behind)


def _background(fill: Element) -> Element | None:
    """The colour of a fill; None where the sheet itself is seen."""
    pattern = _child(fill, "patternFill")
    if pattern is None:
        return _child(fill, "gradientFill")
    kind = pattern.get("patternType")
    if kind == "none":
        return None
    if kind not in (None, "solid"):
        return pattern
    # A condition's style names no kind, and its colour is called that of the background.
    first, second = ("bgColor", "fgColor") if kind is None else ("fgColor", "bgColor")
    found = _child(pattern, first)
    return _child(pattern, second) if found is None else found


def _colour(colour: Element) -> colours.Colour | None:
    if rgb := colour.get("rgb"):
        return colours.of_hex(rgb)
    if index := colour.get("indexed"):
        return colours.of_index(int(index))
    is_window = colour.get("theme") == _WINDOW and float(colour.get("tint", 0)) == 0
    return colours.WHITE if is_window else None


def _at(entries: list[Element], number: str | None) -> Element:
    """The entry of that number; none where the list is shorter, as some programs write it."""
    place = int(number or 0)
    return entries[place] if place < len(entries) else Element("none")


def _entries(root: Element, name: str) -> Iterator[Element]:
    found = _child(root, name)
    return iter(()) if found is None else iter(found)


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if child.tag.rpartition("}")[2] == name), None)
