"""XLSX, through openpyxl: the results that Excel kept, beside the formulas that made them."""

from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell as OpenpyxlCell
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from shortdrama.sources.files.workbook import (
    Area,
    Cell,
    Sheet,
    WorkbookRefused,
    check_span,
)
from shortdrama.sources.files.xlsx_package import check_package


def read(content: bytes, file_name: str) -> list[Sheet]:
    """The worksheets, hidden ones too, in their order; raises WorkbookRefused."""
    check_package(content, file_name)
    values = _load(content, file_name, with_results=True)
    formulas = _load(content, file_name, with_results=False)
    return [_sheet(file_name, sheet, formulas[sheet.title]) for sheet in values.worksheets]


def _load(content: bytes, file_name: str, *, with_results: bool) -> Workbook:
    try:
        return load_workbook(BytesIO(content), data_only=with_results, keep_links=False)
    except Exception as error:  # openpyxl lets through whatever a broken part raises
        raise WorkbookRefused(
            file_name,
            f"this is not a readable XLSX workbook ({type(error).__name__}: {error}); "
            "save it from Excel as .xlsx, without a password",
        ) from error


def _sheet(file_name: str, values: Worksheet, formulas: Worksheet) -> Sheet:
    check_span(file_name, values.title, values.max_row, values.max_column)
    rows = tuple(
        tuple(
            Cell(row, column, cell.value, cell.number_format, _is_uncomputed(cell, formulas))
            for column, cell in enumerate(cells)
        )
        for row, cells in enumerate(values.iter_rows())
    )
    merged = tuple(
        Area(area.min_row - 1, area.min_col - 1, area.max_row - 1, area.max_col - 1)
        for area in values.merged_cells.ranges
    )
    return Sheet(file_name, values.title, rows, merged)


def _is_uncomputed(cell: OpenpyxlCell | MergedCell, formulas: Worksheet) -> bool:
    return cell.value is None and formulas[cell.coordinate].data_type == "f"
