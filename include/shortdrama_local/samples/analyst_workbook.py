"""Writes workbooks that look like those of an analyst house; the same content, the same bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

LABEL_COLUMNS = ("Region", "Country", "Segment", "Metric", "Unit")
LABEL_WIDTHS = (17, 17, 43, 25, 8)
GROWTH_COLUMN = "CAGR 2025-30"
"""Analyst houses print it next to the years; nothing reads it."""

PROPERTIES_PART = "docProps/core.xml"
TITLE_FONT = Font(bold=True, size=14)
HEADER_FONT = Font(bold=True, color="FFFFFFFF")
HEADER_FILL = PatternFill("solid", start_color="FF1F3864")
NOTE_FONT = Font(italic=True, size=9, color="FF595959")


@dataclass(frozen=True)
class Line:
    """The labels of one row of a table."""

    region: str
    country: str
    segment: str
    metric: str


@dataclass(frozen=True)
class Entry:
    """What a cell under a year holds, and how it is shown."""

    value: Decimal | str
    number_format: str = "General"


@dataclass(frozen=True)
class Page:
    """A sheet with one table, its figures by line and year, all in one unit."""

    title: str
    unit: str
    years: tuple[str, ...]
    entries: dict[Line, tuple[Entry, ...]]


@dataclass(frozen=True)
class Book:
    """A workbook: every table has the same title and metadata above it."""

    title: str
    metadata: tuple[str, ...]
    made_on: date
    pages: tuple[Page, ...]
    notes: tuple[str, ...]


def workbook_bytes(book: Book) -> bytes:
    """The book as XLSX, with the publication date instead of today's date in every timestamp."""
    workbook = Workbook()
    contents = workbook.worksheets[0]
    contents.title = "Contents"
    _write_texts(contents, book, (f"{page.title} ({page.unit})" for page in book.pages))
    _write_texts(workbook.create_sheet("Notes & definitions"), book, book.notes)
    for page in book.pages:
        _write_page(workbook.create_sheet(page.title), book, page)
    return _with_fixed_times(workbook, book.made_on)


def _write_texts(sheet: Worksheet, book: Book, texts: Iterable[str]) -> None:
    _write_metadata(sheet, book)
    sheet.append([])
    for text in texts:
        sheet.append([text])
    sheet.column_dimensions["A"].width = 90


def _write_metadata(sheet: Worksheet, book: Book) -> None:
    for text in (book.title, *book.metadata):
        sheet.append([text])
    sheet["A1"].font = TITLE_FONT


def _write_page(sheet: Worksheet, book: Book, page: Page) -> None:
    _write_metadata(sheet, book)
    sheet.append([f"Units: {page.unit}"])
    sheet.append([])
    sheet.append([*LABEL_COLUMNS, *page.years, GROWTH_COLUMN])
    header = sheet.max_row
    for column, cell in enumerate(sheet[header]):
        cell.font, cell.fill = HEADER_FONT, HEADER_FILL
        is_label = column < len(LABEL_COLUMNS)
        cell.alignment = Alignment(horizontal="left" if is_label else "right")
    for _, lines in groupby(page.entries, key=lambda line: line.region):
        _write_region(sheet, page, list(lines))
    sheet.append([])
    for note in book.notes:
        sheet.append([note])
        sheet.cell(sheet.max_row, 1).font = NOTE_FONT
    widths = (*LABEL_WIDTHS, *(10 for _ in page.years), 14)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(header + 1, len(LABEL_COLUMNS) + 1).coordinate


def _write_region(sheet: Worksheet, page: Page, lines: list[Line]) -> None:
    """Write the rows of one region, with its name in one merged cell next to them."""
    first = sheet.max_row + 1
    for line in lines:
        labels = (line.region, line.country, line.segment, line.metric, page.unit)
        sheet.append([*labels, *(entry.value for entry in page.entries[line]), "n/a"])
        beside_labels = sheet[sheet.max_row][len(LABEL_COLUMNS) :]
        for shown, entry in zip(beside_labels, page.entries[line], strict=False):
            shown.number_format = entry.number_format
        for shown in beside_labels:
            shown.alignment = Alignment(horizontal="right")
    if len(lines) > 1:
        sheet.merge_cells(start_row=first, end_row=sheet.max_row, start_column=1, end_column=1)
        sheet.cell(first, 1).alignment = Alignment(vertical="top")


def _with_fixed_times(workbook: Workbook, day: date) -> bytes:
    """Saving writes today's time into every part and the properties; write them all again."""
    saved = BytesIO()
    workbook.save(saved)
    workbook.properties.creator = "shortdrama"
    workbook.properties.created = workbook.properties.modified = datetime.combine(day, time())
    result = BytesIO()
    with ZipFile(saved) as source, ZipFile(result, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == PROPERTIES_PART:
                content = tostring(workbook.properties.to_tree())
            part = ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
            target.writestr(part, content, ZIP_DEFLATED)
    return result.getvalue()
