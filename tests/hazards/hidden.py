"""What a person does not see: hidden rows, columns and sheets."""

import openpyxl
import xlwt

from hazards.editions import (
    JAPAN,
    REVENUE_PART,
    Edit,
    Hazard,
    as_csv,
    as_xls,
    base,
    edited,
    part_edited,
    replaced,
    saved,
    table,
)


def _hidden_row(book: openpyxl.Workbook) -> None:
    book["Revenue"].row_dimensions[JAPAN].hidden = True


def _hidden_year(book: openpyxl.Workbook) -> None:
    book["Revenue"].column_dimensions["F"].hidden = True


def _hidden_unit(book: openpyxl.Workbook) -> None:
    book["Revenue"].column_dimensions["E"].hidden = True


def _filtered(book: openpyxl.Workbook) -> None:
    sheet = book["Revenue"]
    sheet.auto_filter.ref = "A8:J14"
    sheet.auto_filter.add_filter_column(1, ["World¹", "China"])
    sheet.row_dimensions[JAPAN].hidden = True


def _extra_sheet(state: str) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book.create_sheet("Old figures")["A1"] = 3
        book["Old figures"].sheet_state = state

    return edit


def _hidden_shares(book: openpyxl.Workbook) -> None:
    book["Shares"].sheet_state = "hidden"


def _xls_hidden_row(sheet: xlwt.Worksheet) -> None:
    sheet.row(JAPAN - 1).hidden = True


def _narrow(book: openpyxl.Workbook) -> None:
    book["Revenue"].column_dimensions["F"].width = 0.08


def _flat(book: openpyxl.Workbook) -> None:
    book["Revenue"].row_dimensions[JAPAN].height = 0.75


def _outline(book: openpyxl.Workbook) -> None:
    book["Revenue"].row_dimensions.group(JAPAN, JAPAN, hidden=True)


HIDDEN = (
    Hazard("nothing is wrong", lambda: saved(base())),
    Hazard("the same edition as XLS", as_xls, "forecast.xls"),
    Hazard("the same edition as CSV", lambda: as_csv(table()), "forecast.csv"),
    Hazard(
        "a hidden row", lambda: edited(_hidden_row), japan=None, noted="'Revenue', not read: row 12"
    ),
    Hazard(
        "a row of height 0",
        lambda: part_edited(
            {REVENUE_PART: replaced('<row r="12"', '<row r="12" ht="0" customHeight="1"')}
        ),
        japan=None,
        noted="not read: row 12",
    ),
    Hazard("a row filtered out", lambda: edited(_filtered), japan=None, noted="not read: row 12"),
    Hazard(
        "a hidden row of an XLS",
        lambda: as_xls(_xls_hidden_row),
        "forecast.xls",
        japan=None,
        noted="not read: row 12",
    ),
    Hazard(
        "all rows hidden unless they say otherwise",
        lambda: part_edited(
            {
                REVENUE_PART: lambda text: text.replace(
                    "<sheetFormatPr ", '<sheetFormatPr zeroHeight="1" '
                ).replace('<row r="12"', '<row r="12" hidden="1"')
            }
        ),
        japan=None,
        noted="not read: row 12",
    ),
    Hazard(
        "a hidden column of a year",
        lambda: edited(_hidden_year),
        japan=None,
        noted="not read: column F",
    ),
    Hazard(
        "a year's column of width 0",
        lambda: part_edited(
            {
                REVENUE_PART: replaced(
                    "<sheetData>",
                    '<cols><col min="6" max="6" width="0" customWidth="1"/></cols><sheetData>',
                )
            }
        ),
        japan=None,
        noted="not read: column F",
    ),
    Hazard(
        "a hidden column of labels",
        lambda: edited(_hidden_unit),
        refused="'Revenue': no row holds the header labels .*hidden: column E",
    ),
    Hazard(
        "a hidden sheet",
        lambda: edited(_extra_sheet("hidden")),
        noted="the hidden sheet 'Old figures' was not read",
    ),
    Hazard(
        "a very hidden sheet",
        lambda: edited(_extra_sheet("veryHidden")),
        noted="the hidden sheet 'Old figures' was not read",
    ),
    Hazard(
        "a sheet of figures that is hidden",
        lambda: edited(_hidden_shares),
        refused="sheet 'Shares': the sheet is hidden.*Unhide",
    ),
    Hazard(
        "a visible sheet that the layout does not know",
        lambda: edited(_extra_sheet("visible")),
        refused="sheet 'Old figures': .*unknown",
    ),
    Hazard(
        "a year's column of one pixel",
        lambda: edited(_narrow),
        japan=None,
        noted="not read: column F",
    ),
    Hazard("a row of one pixel", lambda: edited(_flat), japan=None, noted="not read: row 12"),
    Hazard(
        "an outline that is collapsed",
        lambda: edited(_outline),
        japan=None,
        noted="not read: row 12",
    ),
)
