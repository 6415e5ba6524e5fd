"""XLSX: what Excel stored and how it shows it, read from the parts themselves.

A library reads values. Whether a person sees them (hidden rows, raised footnote digits, formulas
whose result is an empty text or is missing, the strict variant of the format) stands in the parts
beside them: ECMA-376, part 1, 18. The parts were checked before, so they are small and plain XML.
"""

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse
from zipfile import ZipFile

from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from shortdrama.sources.files.grid import MAX_CONDITIONS, Grid
from shortdrama.sources.files.number_format import shows_date
from shortdrama.sources.files.rich_text import Run, plain_text
from shortdrama.sources.files.workbook import Area, Cell, Sheet, WorkbookRefused
from shortdrama.sources.files.xlsx_package import check_package
from shortdrama.sources.files.xlsx_styles import Styles, changes_look, read_styles

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"\s*-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][-+]?[0-9]+)?\s*")
_RELATED = "_rels/{}.rels"
_OF_DAMAGE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, ParseError)
"""What reading a part raises that is not as the format says."""

THIN, FLAT = 0.5, 1.5
"""Columns of less than half a letter and rows of less than two pixels show nothing."""

Text = tuple[str, str | None]
"""A text, and what is wrong with how it is shown."""


@dataclass(frozen=True)
class _Book:
    """What the sheets of a workbook share."""

    file_name: str
    epoch: datetime
    texts: list[Text]
    styles: Styles


def read(content: bytes, file_name: str) -> list[Sheet]:
    """The worksheets, hidden ones too, in their order; raises WorkbookRefused."""
    check_package(content, file_name)
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _read(archive, file_name)
    except WorkbookRefused:
        raise
    except _OF_DAMAGE as error:
        raise WorkbookRefused(
            file_name,
            "this is not a readable XLSX workbook: its parts do not fit together; open it in "
            "Excel, save it as .xlsx and drop it again",
        ) from error


def _read(archive: ZipFile, file_name: str) -> list[Sheet]:
    main = _main_part(archive, file_name)
    related = _related(archive, main)
    root = _parsed(archive, main)
    settings = next(_children(root, "workbookPr"), Element("workbookPr"))
    styles = read_styles(_parsed(archive, *related.get("styles", [])))
    book = _Book(
        file_name=file_name,
        epoch=MAC_EPOCH if _is_set(settings, "date1904") else WINDOWS_EPOCH,
        texts=[
            _text(item)
            for part in related.get("sharedStrings", [])
            for item in _elements(archive, part, {"si"})
        ],
        styles=styles,
    )
    worksheets, read = set(related.get("worksheet", [])), set()
    targets = _targets(archive, main)
    found = []
    for entry in (e for sheets in _children(root, "sheets") for e in _children(sheets, "sheet")):
        target = targets[next((v for k, v in entry.attrib.items() if _local(k) == "id"), "")]
        if target in worksheets:  # the others are charts and macros
            if target in read:
                raise ValueError(f"two sheets are {target}, so a small file could go on for ever")
            read.add(target)
            is_visible = entry.get("state", "visible") == "visible"
            found.append(_sheet(archive, target, entry.attrib["name"], is_visible, book))
    return found


def _main_part(archive: ZipFile, file_name: str) -> str:
    """The part that is the workbook."""
    there = set(archive.namelist())
    mains = _related(archive, "").get("officeDocument", []) if "_rels/.rels" in there else []
    for main in mains:
        if main in there and _local(_parsed(archive, main).tag) == "workbook":
            return main
    raise WorkbookRefused(
        file_name,
        "the file is no Excel workbook, although its name says so; open it in the program that it "
        "comes from (or unpack it, if it is an archive) and save the table as .xlsx",
    )


def _parsed(archive: ZipFile, part: str | None = None) -> Element:
    """The root of a part; an empty element where the workbook has no such part."""
    if part is None:
        return Element("none")
    with archive.open(part) as stream:
        # The package was checked: no part declares a document type or grows without end.
        events = iterparse(stream, events=("start", "end"))  # noqa: S314
        _, root = next(events)
        for _ in events:
            pass
    return root


def _targets(archive: ZipFile, part: str) -> dict[str, str]:
    """The parts that a part points to, by the id of the relationship."""
    return {number: target for number, _, target in _relationships(archive, part)}


def _related(archive: ZipFile, part: str) -> dict[str, list[str]]:
    """The parts that a part points to, by what they are."""
    related: dict[str, list[str]] = {}
    for _, kind, target in _relationships(archive, part):
        related.setdefault(kind, []).append(target)
    return related


def _relationships(archive: ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    folder, name = posixpath.split(part)
    for entry in _parsed(archive, posixpath.join(folder, _RELATED.format(name))):
        if entry.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, entry.attrib["Target"]))
            kind = entry.attrib["Type"].rpartition("/")[2]
            yield entry.attrib["Id"], kind, target.lstrip("/")


def _elements(archive: ZipFile, part: str, whole: Collection[str]) -> Iterator[Element]:
    """The elements of a part as they end; those within a `whole` one come with it, not alone.

    What was looked at is dropped, so that memory does not grow with the part.
    """
    ancestors: list[Element] = []
    inside = 0
    with archive.open(part) as stream:
        for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314 - checked
            is_whole = _local(element.tag) in whole
            if event == "start":
                ancestors.append(element)
                inside += is_whole
                continue
            ancestors.pop()
            inside -= is_whole
            if inside == 0:
                yield element
                if ancestors:
                    ancestors[-1].remove(element)


def _sheet(archive: ZipFile, part: str, title: str, is_visible: bool, book: _Book) -> Sheet:
    grid = Grid(book.file_name, title)
    for element in _elements(archive, part, {"row", "conditionalFormatting"}):
        match _local(element.tag):
            case "row":
                _add_row(grid, element, book)
            case "sheetView":
                grid.hides_zeros |= element.get("showZeros") in ("0", "false")
                grid.shows_formulas |= _is_set(element, "showFormulas")
            case "sheetFormatPr":
                grid.hides_rows = _is_set(element, "zeroHeight")
            case "col":
                if _is_set(element, "hidden") or float(element.get("width", 1)) < THIN:
                    first, last = int(element.attrib["min"]), int(element.attrib["max"])
                    grid.hide_columns(first - 1, last - 1)
            case "mergeCell":
                grid.merged.append(_area(element.attrib["ref"]))
            case "conditionalFormatting":
                _add_conditions(grid, element, book.styles)
    return replace(grid.sheet(), is_visible=is_visible)


def _add_row(grid: Grid, element: Element, book: _Book) -> None:
    number = int(element.get("r", grid.next_row + 1)) - 1
    is_flat = float(element.get("ht", FLAT)) < FLAT
    grid.start_row(number, is_hidden=_is_set(element, "hidden") or is_flat)
    column = -1
    for entry in _children(element, "c"):
        row, column = number, column + 1
        if reference := entry.get("r"):
            row, column = _place(reference)
        try:
            grid.add(_cell(entry, row, column, book))
        except WorkbookRefused:
            raise
        except _OF_DAMAGE as error:
            raise WorkbookRefused(
                grid.file_name,
                "the file is damaged here, so nothing can be read from the cell; type it again in "
                "Excel and save the workbook",
                grid.title,
                Cell(row, column).coordinate,
            ) from error


def _place(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"{reference!r} names no cell")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _cell(entry: Element, row: int, column: int, book: _Book) -> Cell:
    style = book.styles.of_cell(int(entry.get("s", 0)))
    kind = entry.get("t", "n")
    stored = next(_children(entry, "v"), None)
    text = "" if stored is None else stored.text or ""
    flaw = style.flaw
    value: object = None
    if any(True for _ in _children(entry, "f")) and not text:
        # The result of ="" is a stored, empty text; a formula that nobody computed has none.
        if kind != "str" or stored is None:
            return Cell(row, column, is_uncomputed=True)
    elif kind == "inlineStr" and not text:
        value, text_flaw = _text(next(_children(entry, "is"), Element("is")))
        flaw = flaw or text_flaw
    elif kind == "s" and text:
        if not text.isdecimal():
            raise ValueError(f"{text!r} is the number of no text")
        value, text_flaw = book.texts[int(text)]
        flaw = flaw or text_flaw
    elif text:
        value = _value(kind, text, style.number_format, book.epoch)
    if style.is_superscript and value is not None:
        value, _ = plain_text([Run(str(value), is_superscript=True)])
    return Cell(
        row, column, value or (value if value == 0 else None), style.number_format, flaw=flaw
    )


def _value(kind: str, text: str, number_format: str, epoch: datetime) -> object:
    match kind:
        case "n":
            return _number(text, number_format, epoch)
        case "b":
            return text == "1"
        case "d":
            return datetime.fromisoformat(text)
    return _unescaped(text)


def _number(text: str, number_format: str, epoch: datetime) -> object:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no number")
    value = float(text)
    if shows_date(number_format):
        try:
            day: Any = from_excel(value, epoch)
        except (ValueError, OverflowError):
            return value
        if isinstance(day, datetime):
            return day
    # A double of 15 digits: 11000.0 and 1.1E+4 are the same whole number.
    return int(value) if value.is_integer() else value


def _text(item: Element) -> Text:
    """The text of a `si` or `is` element; the sounds of Japanese signs (`rPh`) are not part."""
    runs = []
    for child in item:
        if _local(child.tag) == "t":
            runs.append(Run(_unescaped(child.text or "")))
        elif _local(child.tag) == "r":
            font = next(_children(child, "rPr"), Element("rPr"))
            raised = next((e.get("val") for e in _children(font, "vertAlign")), None)
            runs.append(
                Run(
                    "".join(_unescaped(text.text or "") for text in _children(child, "t")),
                    is_superscript=raised == "superscript",
                    is_subscript=raised == "subscript",
                    is_struck=any(
                        e.get("val") not in ("0", "false") for e in _children(font, "strike")
                    ),
                )
            )
    return plain_text(runs)


def _add_conditions(grid: Grid, element: Element, styles: Styles) -> None:
    """Note the cells whose look depends on a condition that changes or hides the number.

    Newer rules (x14) name their cells in an element and bring their style along.
    """
    areas = [element.get("sqref", ""), *(e.text or "" for e in _children(element, "sqref"))]
    for rule in _children(element, "cfRule"):
        style = rule.get("dxfId")
        if (
            (style is not None and int(style) in styles.changing)
            or any(changes_look(own) for own in _children(rule, "dxf"))
            or any(child.get("showValue") in ("0", "false") for child in rule)
        ):
            names = " ".join(areas).split(maxsplit=MAX_CONDITIONS + 1)
            grid.conditional += [_area(name) for name in names[: MAX_CONDITIONS + 1]]


def _area(reference: str) -> Area:
    left, top, right, bottom = (int(bound or 1) for bound in range_boundaries(reference))
    return Area(top - 1, left - 1, bottom - 1, right - 1)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child.tag) == name)


def _local(name: str) -> str:
    """The name without its namespace, which the strict variant spells in another way."""
    return name.rpartition("}")[2]


def _is_set(element: Element, name: str) -> bool:
    return element.get(name) in ("1", "true", "on")
