from io import BytesIO

import openpyxl
import pytest

from shortdrama.sources.files.opening import open_sheets
from shortdrama.sources.files.workbook import WorkbookRefused, lines


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_sheet_that_a_stray_cell_spans_to_the_last_row_is_refused() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["B1048576"] = "stray"
    with pytest.raises(WorkbookRefused, match=r"sheet 'Sheet': the sheet spans A1:B1048576"):
        open_sheets(saved(book), "forecast.xlsx")


def test_sheets_that_show_nothing_are_passed_over() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "  "
    book.create_sheet("Revenue")["C3"] = 0
    sheets = open_sheets(saved(book), "forecast.xlsx")
    assert [sheet.title for sheet in sheets] == ["Revenue"]


def test_a_line_says_what_stands_in_its_cell_or_else_in_the_next() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["units:  US$m", None, "Units:", "US$bn"])
    book.worksheets[0].append(["See the units: row", "Units:"])
    sheets = open_sheets(saved(book), "forecast.xlsx")
    said = [(line.cell.coordinate, line.value) for line in lines(sheets, r"Units:\s*(.*)")]
    assert said == [("A1", "US$m"), ("C1", "US$bn"), ("B2", None)]
