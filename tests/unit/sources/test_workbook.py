from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from shortdrama.sources import workbook
from shortdrama.sources.workbook import WorkbookRefused, lines, open_sheets


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def zip_without_a_workbook() -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"Region,Country\n", saved(openpyxl.Workbook())[:-400], zip_without_a_workbook()],
    ids=["empty", "csv", "truncated", "zip_without_a_workbook"],
)
def test_what_is_no_xlsx_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(WorkbookRefused, match=r"^forecast\.xlsx: .*not a readable XLSX.*save it"):
        open_sheets(content, "forecast.xlsx")


def test_a_file_above_the_size_limit_is_not_even_opened() -> None:
    with pytest.raises(WorkbookRefused, match=r"forecast\.xlsx: the file has 20,971,521 bytes"):
        open_sheets(b"\0" * (workbook.MAX_BYTES + 1), "forecast.xlsx")


def test_a_sheet_that_a_stray_cell_spans_to_the_last_row_is_refused() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["B1048576"] = "stray"
    with pytest.raises(WorkbookRefused, match=r"sheet 'Sheet': the sheet spans .*B1048576"):
        open_sheets(saved(book), "forecast.xlsx")


def test_sheets_that_show_nothing_are_passed_over() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "  "
    book.create_sheet("Revenue")["C3"] = 0
    assert [sheet.title for sheet in open_sheets(saved(book), "forecast.xlsx")] == ["Revenue"]


def test_a_line_says_what_stands_in_its_cell_or_else_in_the_next() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["units:  US$m", None, "Units:", "US$bn"])
    book.worksheets[0].append(["See the units: row", "Units:"])
    sheets = open_sheets(saved(book), "forecast.xlsx")
    said = [(line.cell.coordinate, line.value) for line in lines(sheets, r"Units:\s*(.*)")]
    assert said == [("A1", "US$m"), ("C1", "US$bn"), ("B2", None)]
