"""XLS of Excel 97 to 2003, through xlrd, which knows number formats but not formulas.

What xlrd does not tell is read from the records themselves: [MS-XLS], Microsoft's description of
the format, sections 2.4.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from itertools import pairwise

import xlrd
from xlrd.compdoc import CompDoc

from shortdrama.sources.files import colours
from shortdrama.sources.files.colours import INVISIBLE
from shortdrama.sources.files.grid import Grid
from shortdrama.sources.files.rich_text import STRUCK, Run, plain_text
from shortdrama.sources.files.workbook import (
    MAX_CELLS,
    Area,
    Cell,
    Sheet,
    WorkbookRefused,
)
from shortdrama.sources.files.xls_conditions import changed_areas

BOF, EOF = 0x0809, 0x000A
FORMULA, FILEPASS, BOUNDSHEET, OBPROJ, SUPBOOK = 0x0006, 0x002F, 0x0085, 0x00D3, 0x01AE
OWN_SHEETS, ADD_INS = b"\x01\x04", b"\x01\x3a"
"""Third and fourth byte of a SUPBOOK that points to no other workbook."""
MACRO_SHEET = 1
EMPTY_RESULT = b"\x03"
NOT_A_NUMBER = b"\xff\xff"
SHOWN = 0
SUPERSCRIPT, SUBSCRIPT = 1, 2
NO_FILL, SOLID = 0, 1

Record = tuple[int, bytes]
Place = tuple[int, int]


def read(content: bytes, file_name: str) -> list[Sheet]:
    """The worksheets, hidden ones too, in their order; raises WorkbookRefused."""
    try:
        stream = CompDoc(content, logfile=StringIO()).get_named_stream("Workbook")
        if stream is None:
            raise WorkbookRefused(
                file_name,
                "this is no workbook of Excel 97 or later; save it from Excel as .xlsx",
            )
        starts = _check_records(stream, file_name)
        with xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            ragged_rows=True,
            on_demand=True,
            logfile=StringIO(),
        ) as book:
            return list(_sheets(file_name, book, stream, starts))
    except WorkbookRefused:
        raise
    except Exception as error:  # xlrd lets through whatever a broken record raises
        raise WorkbookRefused(
            file_name,
            "this is not a readable XLS workbook: it is truncated or damaged; save it from Excel "
            "as .xlsx and drop it again",
        ) from error


def _sheets(
    file_name: str, book: xlrd.book.Book, stream: bytes, starts: list[int]
) -> Iterator[Sheet]:
    cells = 0
    for number in range(book.nsheets):
        records = list(_records(stream, starts[number])) if number < len(starts) else []
        sheet = _sheet(file_name, book, number, records)
        book.unload_sheet(number)
        cells += sum(map(len, sheet.rows))
        if cells > MAX_CELLS:
            raise WorkbookRefused(
                file_name,
                f"the workbook has more than {MAX_CELLS:,} cells; remove raw data and clear what "
                "stands outside the tables",
            )
        yield sheet


def _check_records(stream: bytes, file_name: str) -> list[int]:
    """Refuse what must not be read; where the records of each worksheet begin."""
    starts: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == FILEPASS:
            raise WorkbookRefused(
                file_name,
                "the workbook is protected with a password; save it from Excel without one",
            )
        if kind == OBPROJ or (kind == BOUNDSHEET and body[5] == MACRO_SHEET):
            raise WorkbookRefused(
                file_name, "the workbook holds macros; save it from Excel as .xlsx without them"
            )
        if kind == SUPBOOK and body[2:4] not in (OWN_SHEETS, ADD_INS):
            raise WorkbookRefused(
                file_name,
                "the workbook takes values from other workbooks, which cannot be checked; break "
                "the links (Data, Edit Links, Break Link) and save it again",
            )
        if kind == BOUNDSHEET and body[5] == 0:
            starts.append(struct.unpack_from("<I", body)[0])
    return starts


def _uncomputed(records: list[Record]) -> frozenset[Place]:
    """The formulas without a stored result."""
    return frozenset(
        struct.unpack_from("<HH", body)
        for kind, body in records
        if kind == FORMULA and body[6:7] == EMPTY_RESULT and body[12:14] == NOT_A_NUMBER
    )


def _records(stream: bytes, position: int) -> Iterator[Record]:
    """The records of the substream that begins there, embedded ones (charts) left out."""
    depth = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        position += 4
        depth += (kind == BOF) - (kind == EOF)
        if depth == 1:
            yield kind, stream[position : position + length]
        if depth == 0:
            return
        position += length


def _sheet(file_name: str, book: xlrd.book.Book, number: int, records: list[Record]) -> Sheet:
    source = book.sheet_by_index(number)
    grid = Grid(file_name, source.name)
    grid.conditional += changed_areas(records)
    uncomputed = _uncomputed(records)
    # xlrd sets these without declaring them.
    grid.hides_zeros = not getattr(source, "show_zero_values", True)
    grid.shows_formulas = bool(getattr(source, "show_formulas", False))
    grid.merged += [
        Area(first_row, first_column, last_row - 1, last_column - 1)
        for first_row, last_row, first_column, last_column in source.merged_cells
    ]
    for column, look in source.colinfo_map.items():
        if look.hidden or look.width == 0:
            grid.hide_columns(column, column)
    for row in range(source.nrows):
        line = source.rowinfo_map.get(row)
        grid.start_row(row, is_hidden=line is not None and bool(line.hidden or line.height == 0))
        for column in range(source.row_len(row)):
            if (row, column) in uncomputed:
                grid.add(Cell(row, column, is_uncomputed=True))
            else:
                grid.add(_cell(book, source, row, column))
    return replace(grid.sheet(), is_visible=source.visibility == SHOWN)


def _cell(book: xlrd.book.Book, source: xlrd.sheet.Sheet, row: int, column: int) -> Cell:
    cell = source.cell(row, column)
    xf = book.xf_list[source.cell_xf_index(row, column)]
    number_format = book.format_map[xf.format_key].format_str
    value = _value(book, cell.ctype, cell.value)
    if value is None:
        return Cell(row, column)
    runs = source.rich_text_runlist_map.get((row, column), []) if isinstance(value, str) else []
    if not runs:
        flaw = _flaw(book, xf)
        if book.font_list[xf.font_index].escapement != SUPERSCRIPT:
            return Cell(row, column, value, number_format, flaw=flaw)
    starts = [(0, xf.font_index), *runs, (len(str(value)), 0)]
    text, flaw = plain_text(
        _run(book.font_list[font], str(value)[start:end])
        for (start, font), (end, _) in pairwise(starts)
    )
    return Cell(row, column, text, number_format, flaw=flaw)


def _flaw(book: xlrd.book.Book, xf: xlrd.formatting.XF) -> str | None:
    """Why a person does not see what is in a cell of that look."""
    font, fill = book.font_list[xf.font_index], xf.background
    if font.struck_out:
        return STRUCK
    # The system's colours are black on white, and have no values here.
    text, ground = book.colour_map.get(font.colour_index), None
    if fill is None or fill.fill_pattern == NO_FILL:
        ground = colours.WHITE
    elif fill.fill_pattern == SOLID:
        ground = book.colour_map.get(fill.pattern_colour_index)
    is_unreadable = text and ground and colours.look_alike(text, ground)
    return INVISIBLE if is_unreadable else None


def _run(font: xlrd.formatting.Font, text: str) -> Run:
    return Run(
        text,
        is_superscript=font.escapement == SUPERSCRIPT,
        is_subscript=font.escapement == SUBSCRIPT,
        is_struck=bool(font.struck_out),
    )


def _value(book: xlrd.book.Book, kind: int, value: str | float) -> object:
    if isinstance(value, str):
        return value or None
    match kind:
        case xlrd.XL_CELL_NUMBER:
            # The format has doubles alone: a year is stored as 2025.0.
            return int(value) if value.is_integer() else value
        case xlrd.XL_CELL_DATE:
            try:
                return xlrd.xldate_as_datetime(value, book.datemode)
            except (ValueError, OverflowError):
                return value
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
    return xlrd.error_text_from_code.get(int(value), "#ERROR!")
