"""Colours and conditions: what a person sees of a figure that stands there."""

import openpyxl
import xlwt
from openpyxl.formatting.rule import CellIsRule, DataBarRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from hazards.editions import (
    REVENUE_PART,
    Edit,
    Hazard,
    as_xls,
    edited,
    look,
    part_edited,
    put,
    replaced,
)

_OTHER_FORMAT = Rule(
    type="cellIs",
    operator="greaterThan",
    formula=["0"],
    dxf=DifferentialStyle(numFmt=NumberFormat(200, '0"bn"')),
)
_BARS = DataBarRule(start_type="min", end_type="max", color="FF638EC6", showValue=False)
_RED = CellIsRule(operator="greaterThan", formula=["0"], font=Font(color="FFFF0000"))


def _rule(rule: Rule) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"].conditional_formatting.add("F12:I12", rule)

    return edit


_WHITE = CellIsRule(operator="greaterThan", formula=["0"], font=Font(color="FFFFFFFF"))
_NEWER = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    "<x14:conditionalFormattings><x14:conditionalFormatting "
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:cfRule type="{}">{}'
    "</x14:cfRule><xm:sqref>F12:I12</xm:sqref></x14:conditionalFormatting>"
    "</x14:conditionalFormattings></ext></extLst></worksheet>"
)
_NEWER_FORMAT = _NEWER.format(
    "cellIs", '<x14:dxf><numFmt numFmtId="200" formatCode="0&quot;bn&quot;"/></x14:dxf>'
)
_NEWER_ICONS = _NEWER.format("iconSet", '<x14:iconSet iconSet="3Stars" showValue="0"/>')


def _newer(rule: str) -> bytes:
    return part_edited({REVENUE_PART: replaced("</worksheet>", rule)})


def _coloured(text: str | Color, ground: str | None = None) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        cell = book["Revenue"]["F12"]
        cell.font = Font(color=text)
        if ground is not None:
            cell.fill = PatternFill("solid", fgColor=ground)

    return edit


def _white_line(book: openpyxl.Workbook) -> None:
    for sheet in book:
        sheet["A4"].font = Font(color="FFFFFFFF")


def _xls_white(sheet: xlwt.Worksheet) -> None:
    sheet.write(11, 5, 40, xlwt.easyxf("font: colour white"))


_UNSEEN = "cell F12: '40' is of the colour of its background"
LOOKS = (
    Hazard(
        "white figures on white",
        lambda: edited(look("F12", Font(color="FFFFFFFF"))),
        refused="cell F12: '40' is of the colour of its background",
    ),
    Hazard(
        "another format under a condition",
        lambda: edited(_rule(_OTHER_FORMAT)),
        refused="cell F12: '40' is shown in another way under a condition",
    ),
    Hazard(
        "bars in place of the number",
        lambda: edited(_rule(_BARS)),
        refused="cell F12: '40' is shown in another way under a condition",
    ),
    Hazard("a colour under a condition", lambda: edited(_rule(_RED))),
    Hazard(
        "white figures under a condition",
        lambda: edited(_rule(_WHITE)),
        refused="cell F12: '40' is shown in another way under a condition",
    ),
    Hazard(
        "another format under a newer condition",
        lambda: _newer(_NEWER_FORMAT),
        refused="cell F12: '40' is shown in another way under a condition",
    ),
    Hazard(
        "newer icons in place of the number",
        lambda: _newer(_NEWER_ICONS),
        refused="cell F12: '40' is shown in another way under a condition",
    ),
    Hazard(
        "white by the number format",
        lambda: edited(put("F12", 40, "[White]0")),
        refused="cell F12: .*shows 40 in white",
    ),
    Hazard(
        "white by its number in Excel's list",
        lambda: edited(_coloured(Color(indexed=9))),
        refused=_UNSEEN,
    ),
    Hazard("nearly white", lambda: edited(_coloured("FFFAFAFA")), refused=_UNSEEN),
    Hazard(
        "white on a white fill",
        lambda: edited(_coloured("FFFFFFFF", "FFFFFFFF")),
        refused=_UNSEEN,
    ),
    Hazard(
        "dark figures on a fill of the same colour",
        lambda: edited(_coloured("FF1F4E78", "FF1F4E78")),
        refused=_UNSEEN,
    ),
    Hazard("white on a dark fill", lambda: edited(_coloured("FFFFFFFF", "FF1F4E78"))),
    Hazard("white on white in an XLS", lambda: as_xls(_xls_white), "forecast.xls", refused=_UNSEEN),
    Hazard(
        "a publication date in white",
        lambda: edited(_white_line),
        refused="cell A4: 'Publication date: 14 Oct 2025' is of the colour of its background",
    ),
)
