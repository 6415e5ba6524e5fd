"""Formulas, errors, dates and variants of the file format."""

import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from hazards.editions import (
    F12,
    JAPAN,
    REVENUE_PART,
    SHARES_PART,
    Hazard,
    as_xls,
    base,
    edited,
    f12,
    part_edited,
    put,
    saved,
)


def _dates_of_1904(book: openpyxl.Workbook) -> None:
    book.epoch = CALENDAR_MAC_1904
    for sheet in book:
        sheet["A4"] = "Publication date:"
        sheet["B4"] = date(2025, 10, 14)
        sheet["B4"].number_format = "yyyy-mm-dd"


def _strict(content: bytes) -> bytes:
    """The strict variant of the format, in which every name space is another."""
    main = "http://schemas.openxmlformats.org/"
    names = [
        "xl/workbook.xml", REVENUE_PART, SHARES_PART, "xl/styles.xml", "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
    ]  # fmt: skip

    def edit(text: str) -> str:
        for old, new in (
            (f"{main}spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
            (
                f"{main}officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            ),
        ):
            text = text.replace(old, new)
        return text

    with ZipFile(BytesIO(content)) as archive:
        there = set(archive.namelist())
    return part_edited({name: edit for name in names if name in there}, content)


def _empty_styles(text: str) -> str:
    start, end = text.index("<fonts"), text.index("<cellXfs")
    return text[:start] + "<fonts/><fills/><borders/>" + text[end:]


def _xls_formula(sheet: xlwt.Worksheet) -> None:
    sheet.write(JAPAN - 1, 5, xlwt.Formula("5+6"))


def _same_part(text: str) -> str:
    return text.replace("sheet2.xml", "sheet1.xml")


def _xls_of_many_sheets() -> bytes:
    """Blank sheets with one stray cell far from the table."""
    book = xlwt.Workbook()
    for number in range(6):
        book.add_sheet(f"sheet {number}").write(999, 49, 1)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


VARIANTS = (
    Hazard(
        "a formula with an empty text as its result",
        lambda: f12('<c r="F12" t="str"><f>IF(1=1,"","x")</f><v></v></c>'),
        japan=None,
    ),
    Hazard("a formula with a stored result", lambda: f12('<c r="F12"><f>8*5</f><v>40</v></c>')),
    Hazard(
        "a formula without a stored result",
        lambda: edited(put("F12", "=5+6")),
        refused="cell F12: the formula has no stored result; open the workbook in Excel",
    ),
    Hazard(
        "a formula of an XLS without a stored result",
        lambda: as_xls(_xls_formula),
        "forecast.xls",
        refused="cell F12: the formula has no stored result",
    ),
    Hazard(
        "an error in a cell",
        lambda: edited(put("F12", "#REF!")),
        refused="cell F12: '#REF!' is not a number: a formula points to cells that are gone",
    ),
    Hazard(
        "a cell that stands there twice",
        lambda: f12(F12 + F12),
        refused="cell F12: the cell stands twice in the file",
    ),
    Hazard("dates that count from 1904", lambda: edited(_dates_of_1904)),
    Hazard("the strict variant of XLSX", lambda: _strict(saved(base()))),
    Hazard("empty lists of styles", lambda: part_edited({"xl/styles.xml": _empty_styles})),
    Hazard("years that a format makes forecasts", lambda: edited(put("H8", 2025, '0"F"'))),
    Hazard(
        "a year with another text in its format",
        lambda: edited(put("F8", 2023, '0" Q1"')),
        refused="cell F8: the column '2023 Q1' is unknown",
    ),
    Hazard(
        "a cell that is damaged",
        lambda: f12('<c r="F12"><v>4,0</v></c>'),
        refused="cell F12: the file is damaged here",
    ),
    Hazard(
        "a number that only a programmer writes so",
        lambda: f12('<c r="F12"><v>4_0</v></c>'),
        refused="cell F12: the file is damaged here",
    ),
    Hazard(
        "a text that is missing",
        lambda: f12('<c r="F12" t="s"><v>99999</v></c>'),
        refused="cell F12: the file is damaged here",
    ),
    Hazard(
        "a number without end",
        lambda: f12('<c r="F12"><v>1e999</v></c>'),
        refused="cell F12: the number is too large",
    ),
    Hazard("a text beside its usual place", lambda: f12('<c r="F12" t="inlineStr"><v>40</v></c>')),
    Hazard("a style that is missing", lambda: f12('<c r="F12" s="999"><v>40</v></c>')),
    Hazard(
        "a cell of row 0",
        lambda: f12('<c r="F0"><v>40</v></c>'),
        refused="not a readable XLSX workbook: its parts do not fit together; open it in Excel",
    ),
    Hazard(
        "a workbook that names no sheets",
        lambda: part_edited({"xl/workbook.xml": lambda text: re.sub("<sheet [^>]*/>", "", text)}),
        refused="no cell says",
    ),
    Hazard(
        "a sheet that points nowhere",
        lambda: part_edited({"xl/workbook.xml": lambda text: re.sub(' r:id="[^"]*"', "", text)}),
        refused="not a readable XLSX workbook: its parts do not fit together; open it in Excel",
    ),
    Hazard(
        "two sheets that are one and the same",
        lambda: part_edited({"xl/_rels/workbook.xml.rels": _same_part}),
        refused="not a readable XLSX workbook: its parts do not fit together; open it in Excel",
    ),
    Hazard(
        "an XLS of many full sheets",
        _xls_of_many_sheets,
        "forecast.xls",
        refused="the workbook has more than 250,000 cells",
    ),
)
