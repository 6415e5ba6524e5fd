"""A good edition as XLSX, XLS and CSV, and ways to make one thing of it wrong."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

HEADER = ("Region", "Country", "Segment", "Metric", "Unit")
YEARS = (2023, 2024, "2025F", "2026F")
PAID = "Microdramas: subscription and transactional"
REVENUES = (
    ("World", "World¹", "Microdramas", 5200, 8100, 11000, 14000),
    ("World", "Rest of world²", "Microdramas", 600, 1200, 1870, 3000),
    ("Asia & Oceania", "China", "Microdramas", 4600, 6900, 9130, 11000),
    ("Asia & Oceania", "Japan", "Microdramas", 40, 80, 120, 200),
    ("North America", "United States", "Microdramas", 300, 640, 930, 1500),
    ("World", "World¹", "FAST channels³", 5000, 5400, 5800, 6100),
)
SHARES = (
    ("Asia & Oceania", "China", "Microdramas", "Share of world revenue", 0.88, 0.85, 0.83, 0.79),
    ("World", "World¹", PAID, "Share of segment revenue", 0.5, 0.55, 0.6, 0.62),
)
METADATA = ("Microdramas", "Source: Omdia", None, "Publication date: 14 Oct 2025", "Version 2H25")
JAPAN = 12
"""The row of Japan on the sheet Revenue; its figures stand in F to I."""

Edit = Callable[[openpyxl.Workbook], None]


def base() -> openpyxl.Workbook:
    """A good edition of 32 figures; the years stand in F to I."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, unit in (("Revenue", "US$m"), ("Shares", "%")):
        sheet = book.create_sheet(title)
        for line in METADATA:
            sheet.append([line])
        sheet.append([f"Units: {unit}"])
        sheet.append([])
        sheet.append([*HEADER, *YEARS, "CAGR 2025-30"])
    for *labels, a, b, c, d in REVENUES:
        book["Revenue"].append([*labels, "Revenue", "US$m", a, b, c, d, 0.1])
    for *labels, a, b, c, d in SHARES:
        book["Shares"].append([*labels, "%", a, b, c, d, "n/a"])
    for row in book["Shares"]["F9:I10"]:
        for cell in row:
            cell.number_format = "0%"
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def edited(edit: Edit) -> bytes:
    book = base()
    edit(book)
    return saved(book)


def put(cell: str, value: object, number_format: str = "General", sheet: str = "Revenue") -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value
        book[sheet][cell].number_format = number_format

    return edit


def rich(cell: str, *runs: tuple[str, InlineFont | None], sheet: str = "Revenue") -> Edit:
    text = CellRichText(*(run if font is None else TextBlock(font, run) for run, font in runs))
    return put(cell, text, sheet=sheet)


def part_edited(edits: dict[str, Callable[[str], str]], content: bytes | None = None) -> bytes:
    """The workbook with the text of some parts changed, as no library writes it."""
    buffer = BytesIO()
    with (
        ZipFile(BytesIO(content or saved(base()))) as source,
        ZipFile(buffer, "w", ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            body = source.read(name)
            if name in edits:
                before = body.decode()
                after = edits[name](before)
                assert after != before, f"{name} is as it was"
                body = after.encode()
            target.writestr(name, body)
        assert set(edits) <= set(source.namelist())
    return buffer.getvalue()


def replaced(before: str, after: str) -> Callable[[str], str]:
    return lambda text: text.replace(before, after)


def with_shared_texts(content: bytes) -> bytes:
    """The workbook with its texts in a part of their own, as Excel stores them."""
    texts: list[str] = []

    def moved(match: re.Match[str]) -> str:
        texts.append(match[2])
        return f'<c{match[1]} t="s"><v>{len(texts) - 1}</v></c>'

    buffer = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name).decode()
            if name.startswith("xl/worksheets/"):
                body = re.sub(r'<c([^>]*) t="inlineStr"[^>]*><is>(.*?)</is></c>', moved, body)
            elif name == "xl/_rels/workbook.xml.rels":
                body = body.replace("</Relationships>", _SHARED)
            target.writestr(name, body)
        items = "".join(f"<si>{text}</si>" for text in texts)
        target.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{items}</sst>')
    return buffer.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHARED = (
    '<Relationship Id="shared" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org'
    '/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)
REVENUE_PART, SHARES_PART = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
F12 = '<c r="F12" t="n"><v>40</v></c>'


def f12(instead: str) -> bytes:
    return part_edited({REVENUE_PART: replaced(F12, instead)})


def table() -> list[list[str]]:
    """The edition as the rows of a CSV."""
    rows = [[line] for line in METADATA if line]
    rows.append([*HEADER, *map(str, YEARS)])
    for *labels, a, b, c, d in SHARES:
        rows.append([*labels, "%", *(f"{value:.0%}" for value in (a, b, c, d))])
    for *labels, a, b, c, d in REVENUES:
        rows.append([*labels, "Revenue", "US$m", *map(str, (a, b, c, d))])
    return rows


def plain_table() -> list[list[str]]:
    """The edition as the rows of a CSV, in ASCII."""
    return [[cell.strip("¹²³") for cell in row] for row in table()]


def as_csv(rows: list[list[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    buffer = StringIO()
    csv.writer(buffer, delimiter=separator).writerows(rows)
    return buffer.getvalue().encode(encoding)


def csv_with(before: str, after: str, separator: str = ",") -> bytes:
    text = as_csv(table(), separator).decode()
    assert before in text
    return text.replace(before, after).encode()


def as_xls(edit: Callable[[xlwt.Worksheet], None] = lambda _: None) -> bytes:
    """The edition as an old Excel file; `edit` gets the sheet of revenues."""
    book = xlwt.Workbook()
    for source in base():
        sheet = book.add_sheet(source.title, cell_overwrite_ok=True)
        for row in source.iter_rows():
            for cell in row:
                if cell.value is not None:
                    style = xlwt.easyxf(num_format_str=cell.number_format)
                    sheet.write(cell.row - 1, cell.column - 1, cell.value, style)
    edit(book.get_sheet("Revenue"))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@dataclass(frozen=True)
class Hazard:
    """`japan` is what is read for Japan in 2023, in US$m: a figure, or None where nothing is.

    `refused` is a pattern of the refusal; `noted` of what is said of an accepted file.
    """

    about: str
    content: Callable[[], bytes]
    file_name: str = "forecast.xlsx"
    refused: str | None = None
    japan: float | None = 40
    noted: str | None = None

    @property
    def outcome(self) -> str:
        if self.refused is not None:
            return "refused"
        if self.noted is not None:
            return "not read, and said"
        if self.japan is None:
            return "read as not published"
        return "read as shown" if self.japan == 40 else f"read as {self.japan:g}"


def look(cell: str, font: Font) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"][cell].font = font

    return edit


def line_between(text: str) -> Edit:
    """A line of text above the row of Japan."""

    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"].insert_rows(JAPAN)
        book["Revenue"].cell(JAPAN, 1, text)

    return edit
