"""The figures of a page as an XLSX: exact, dated, and with nothing in it that a program runs."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell as XlsxCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from shortdrama.reports.layout.plain_text import Columns
from shortdrama.reports.page import Cell, Page, Sheet

MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - XLSX has no time zones, and this is the same always
ZIP_TIME = (2000, 1, 1, 0, 0, 0)
READ_ME = {"en": "Read me", "zh-CN": "说明"}
DIGITS = 15
"""That a spreadsheet keeps of a number; what has more is written as text."""

FIRST_YEAR = 1901
"""Before it, spreadsheets disagree about dates."""

MARGIN = 3
LONGEST_TEXT = 32_767
LONGEST_NAME = 31
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
NARROW, WIDE, WIDE_FOR_TEXT = 9, 48, 72
"""Limits of a column's width, in characters; sentences get more, and take several lines."""

YEARS = range(1900, 2101)
MOST_DECIMALS = 2
"""That are shown of a column with figures above 1; the cells keep all of them."""


def workbook(page: Page) -> bytes:
    """An XLSX: what the figures are, then a sheet for each of the page's; empty if it has none."""
    if not page.sheets:
        return b""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = page.sender_name
    book.properties.title = f"{page.title} {page.period}"
    book.properties.created = book.properties.modified = MADE
    taken: set[str] = set()
    columns = Columns.of(page.language)
    for sheet in (_read_me(page), *page.sheets):
        _fill(book.create_sheet(_free_name(sheet.name, taken)), sheet, columns)
    return _written(book)


def _read_me(page: Page) -> Sheet:
    """What a reader of the file alone must know: if it is a sample, scope, period, sources, ids."""
    rows = [
        *(("!", banner.text) for banner in page.banners),
        ("", f"{page.title} · {page.period}"),
        ("", page.answer.scope),
        ("", page.footer.method),
        *((fact.text, fact.detail) for fact in page.footer.facts),
    ]
    name = READ_ME.get(page.language, READ_ME["en"])
    return Sheet(name, (name, page.sender_name), tuple(rows))


def _free_name(name: str, taken: set[str]) -> str:
    """A name that spreadsheets accept, unique among `taken`, to which it is added."""
    name = NOT_IN_NAMES.sub(" ", name).strip() or "Sheet"
    number, free = 1, name[:LONGEST_NAME]
    while free.casefold() in taken:
        number += 1
        tail = f" {number}"
        free = name[: LONGEST_NAME - len(tail)] + tail
    taken.add(free.casefold())
    return free


def _fill(sheet: Worksheet, content: Sheet, columns: Columns) -> None:
    formats = [_number_format([row[index] for row in content.rows])
               for index in range(len(content.headings))]  # fmt: skip
    for number, row in enumerate((content.headings, *content.rows), start=1):
        for index, (value, number_format) in enumerate(zip(row, formats, strict=True), start=1):
            cell = sheet.cell(number, index)
            if isinstance(cell, XlsxCell):  # always: no cells are merged
                _set(cell, value, number_format)
                is_long = isinstance(value, str) and columns.count(value) > WIDE - MARGIN
                cell.alignment = Alignment(vertical="top", wrap_text=number == 1 or is_long)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for index, width in enumerate(_widths(content, columns), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width


def _set(cell: XlsxCell, value: Cell, number_format: str) -> None:
    """Numbers and dates as such; all else is text, whatever its first sign is."""
    match value:
        case Decimal() | int() if _is_exact(value):
            cell.value = value
            cell.number_format = number_format
        case datetime():
            _set_text(cell, value.isoformat(" ", "seconds"))
        case date() if value.year >= FIRST_YEAR:
            cell.value = value
            cell.number_format = "yyyy-mm-dd"
        case None:
            pass
        case _:
            _set_text(cell, str(value))


def _set_text(cell: XlsxCell, text: str) -> None:
    cell.value = text[:LONGEST_TEXT]
    cell.data_type = "s"  # openpyxl makes a formula of a text that begins with "="
    cell.quotePrefix = True  # and a program that opens the file must not either, after an edit


def _is_exact(value: Decimal | int) -> bool:
    """Whether a spreadsheet keeps all digits."""
    number = Decimal(value)
    if not number.is_finite():
        return False
    return len(number.normalize().as_tuple().digits) <= DIGITS and abs(number.adjusted()) < 300


def _number_format(column: Sequence[Cell]) -> str:
    """One for all numbers of a column, so that their points stand below each other."""
    given = [value for value in column if value is not None]
    if given and all(isinstance(value, int) and value in YEARS for value in given):
        return "0"
    numbers = [Decimal(value) for value in given if isinstance(value, (int, Decimal))]
    numbers = [number for number in numbers if number.is_finite()]
    most = MOST_DECIMALS if any(abs(number) >= 1 for number in numbers) else DIGITS
    has_fractions = any(number != number.to_integral_value() for number in numbers)
    decimals = min(max(map(_decimals, numbers)), most) if has_fractions else 0
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _decimals(number: Decimal) -> int:
    """As many as it came with."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _widths(content: Sheet, columns: Columns) -> Sequence[int]:
    cells = zip(*content.rows, strict=True) if content.rows else ((),) * len(content.headings)
    return [_width((heading, *column), columns)
            for heading, column in zip(content.headings, cells, strict=True)]  # fmt: skip


def _width(values: Sequence[Cell], columns: Columns) -> int:
    needed = max(columns.count(str(value)) for value in values) + MARGIN
    return max(NARROW, needed if needed <= WIDE else min(needed, WIDE_FOR_TEXT))


def _written(book: Workbook) -> bytes:
    """The file without the time when it was made: openpyxl writes that time into the archive."""
    made = BytesIO()
    ExcelWriter(book, ZipFile(made, "w", ZIP_DEFLATED)).save()
    timeless = BytesIO()
    with ZipFile(made) as source, ZipFile(timeless, "w") as target:
        for name in source.namelist():
            entry = ZipInfo(name, ZIP_TIME)
            target.writestr(entry, source.read(name), ZIP_DEFLATED)
    return timeless.getvalue()
