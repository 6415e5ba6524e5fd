"""What can be wrong with a workbook that a person hands in, and what becomes of each.

Read by the test that proves it and by the one that writes the table in docs/sources.md.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule, DataBarRule, Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils.datetime import CALENDAR_MAC_1904

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
    return buffer.getvalue()


def replaced(before: str, after: str) -> Callable[[str], str]:
    return lambda text: text.replace(before, after)


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


def _merged(area: str) -> Edit:
    return lambda book: book["Revenue"].merge_cells(area)


def _merged_regions(book: openpyxl.Workbook) -> None:
    book["Revenue"].merge_cells("A11:A12")


def _line_between(text: str) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"].insert_rows(JAPAN)
        book["Revenue"].cell(JAPAN, 1, text)

    return edit


def _line_below(text: str) -> Edit:
    return put("A17", text)


def _look(cell: str, font: Font) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"][cell].font = font

    return edit


def _rule(rule: Rule) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"].conditional_formatting.add("F12:I12", rule)

    return edit


_OTHER_FORMAT = Rule(
    type="cellIs",
    operator="greaterThan",
    formula=["0"],
    dxf=DifferentialStyle(numFmt=NumberFormat(200, '0"bn"')),
)
_BARS = DataBarRule(start_type="min", end_type="max", color="FF638EC6", showValue=False)
_RED = CellIsRule(operator="greaterThan", formula=["0"], font=Font(color="FFFF0000"))
RAISED = InlineFont(vertAlign="superscript")
LOWERED = InlineFont(vertAlign="subscript")
STRUCK = InlineFont(strike=True)


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
        "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml",
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


def _set_zero(sheet: xlwt.Worksheet) -> None:
    sheet.write(JAPAN - 1, 5, 40, xlwt.easyxf(num_format_str='0"bn"'))


def _xls_hidden_row(sheet: xlwt.Worksheet) -> None:
    sheet.row(JAPAN - 1).hidden = True


def _xls_raised(sheet: xlwt.Worksheet) -> None:
    font = xlwt.easyfont("escapement superscript")
    sheet.write_rich_text(JAPAN - 1, 5, ["40", ("2", font)])


def _xls_formula(sheet: xlwt.Worksheet) -> None:
    sheet.write(JAPAN - 1, 5, xlwt.Formula("5+6"))


HAZARDS = (
    Hazard("nothing is wrong", lambda: saved(base())),
    Hazard("the same edition as XLS", as_xls, "forecast.xls"),
    Hazard("the same edition as CSV", lambda: as_csv(table()), "forecast.csv"),
    # What is hidden.
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
    # Percentages.
    Hazard(
        "a share of 0.88 without percent format",
        lambda: edited(put("F9", 0.88, sheet="Shares")),
        refused="sheet 'Shares', cell F9: '0.88' in a row of % may be 0.88% or 88",
    ),
    Hazard(
        "a share of 1 without percent format",
        lambda: edited(put("F9", 1, sheet="Shares")),
        refused="cell F9: '1' in a row of % may be",
    ),
    Hazard(
        "a share of 0.88 in a CSV",
        lambda: csv_with("88%", "0.88"),
        "forecast.csv",
        refused="cell F6: '0.88' in a row of % may be",
    ),
    Hazard("a share typed as 88", lambda: edited(put("F9", 88, sheet="Shares"))),
    Hazard("a share typed as the text 88%", lambda: edited(put("F9", "88%", sheet="Shares"))),
    Hazard(
        "a percent sign that the format only prints",
        lambda: edited(put("F9", 88, '0"%"', sheet="Shares")),
    ),
    Hazard(
        "a share that the file's revenues contradict",
        lambda: edited(put("F9", 0.38, "0%", sheet="Shares")),
        refused=r"'Shares', cell F9: the share is 38.0%, but Revenue!F11 and Revenue!F9 make it 88",
    ),
    Hazard(
        "a share of more than the whole",
        lambda: edited(put("F10", 6200, "General", "Shares")),
        refused="cell F10: the share 6200% is more than the whole",
    ),
    Hazard(
        "a percentage in a row of dollars",
        lambda: edited(put("F12", 0.4, "0%")),
        refused="cell F12: the cell shows a percentage",
    ),
    Hazard(
        "a country larger than the world",
        lambda: edited(put("F12", 40_000)),
        refused=r"cell F12: JP in 2023 is 7.7 times the world's figure, which is in Revenue!F9",
    ),
    # Number formats.
    Hazard("thousands set off", lambda: edited(put("F12", 40.2, "#,##0.0")), japan=40.2),
    Hazard("brackets for negative numbers", lambda: edited(put("F12", 40, "#,##0_);(#,##0)"))),
    Hazard("colours in a format", lambda: edited(put("F12", 40, "[Blue]0;[Red]-0"))),
    Hazard("the row's own currency", lambda: edited(put("F12", 40, '"US$"#,##0'))),
    Hazard("the row's own unit", lambda: edited(put("F12", 40, '"US$" 0" million"'))),
    Hazard(
        "another currency in the format",
        lambda: edited(put("F12", 40, "[$€-2] #,##0")),
        refused=r"cell F12: the number format '\[\$€-2\] #,##0' shows '€40', but the row is in",
    ),
    Hazard(
        "another unit in the format",
        lambda: edited(put("F12", 40, '0.0"bn"')),
        refused="cell F12: .*shows '40.0bn', but the row is in 'US\\$m'",
    ),
    Hazard(
        "another unit in the format of an XLS",
        lambda: as_xls(_set_zero),
        "forecast.xls",
        refused="cell F12: .*shows '40bn', but the row is in 'US\\$m'",
    ),
    Hazard(
        "a text in place of the number",
        lambda: edited(put("F12", 40, '"n/a"')),
        refused="cell F12: .*shows the stored 40 as 'n/a'",
    ),
    Hazard(
        "a text beside the number",
        lambda: edited(put("F12", 40, '0" (est.)"')),
        refused=r"cell F12: .*shows '40 est\.'",
    ),
    Hazard(
        "a format that hides the number",
        lambda: edited(put("F12", 40, ";;;")),
        refused="cell F12: .*shows the stored 40 not at all",
    ),
    Hazard(
        "a format that scales the number",
        lambda: edited(put("F12", 40e6, "#,##0,,")),
        refused="cell F12: .*scaled down",
    ),
    Hazard(
        "a format that rounds to nothing",
        lambda: edited(put("F12", 0.04, "0")),
        refused="cell F12: .*shows the stored 0.04 as zero; show more decimals",
    ),
    Hazard(
        "a negative number without its sign",
        lambda: edited(put("F12", -40, "0;0")),
        refused="cell F12: .*with another sign",
    ),
    Hazard(
        "zero shown as a dash",
        lambda: edited(put("F12", 0, '0;-0;"-"')),
        refused="cell F12: .*shows the stored 0 as '-'",
    ),
    Hazard(
        "powers of ten",
        lambda: edited(put("F12", 40, "0.0E+00")),
        refused="cell F12: .*in powers of ten",
    ),
    Hazard(
        "a fraction", lambda: edited(put("F12", 40.5, "# ?/?")), refused="cell F12: .*'/' between"
    ),
    Hazard(
        "a condition in the format",
        lambda: edited(put("F12", 40, '[>=30]0"+";0')),
        refused=r"cell F12: .*depends on the condition",
    ),
    Hazard(
        "a date where a figure belongs",
        lambda: edited(put("F12", date(2025, 10, 14), "yyyy-mm-dd")),
        refused=r"cell F12: the cell shows a date \(2025-10-14\)",
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
        "a sheet that hides zeros",
        lambda: part_edited(
            {
                REVENUE_PART: lambda text: text.replace(
                    "<sheetView ", '<sheetView showZeros="0" '
                ).replace(F12, F12.replace(">40<", ">0<"))
            }
        ),
        refused="cell F12: '0' is not shown, because the sheet hides zeros",
    ),
    Hazard(
        "a sheet that shows its formulas",
        lambda: part_edited(
            {REVENUE_PART: replaced("<sheetView ", '<sheetView showFormulas="1" ')}
        ),
        refused="sheet 'Revenue': the sheet shows formulas in place of their results",
    ),
    # Text.
    Hazard("a raised footnote digit", lambda: edited(rich("F12", ("40", None), ("2", RAISED)))),
    Hazard("a raised footnote digit of an XLS", lambda: as_xls(_xls_raised), "forecast.xls"),
    Hazard("a typed footnote mark", lambda: edited(put("F12", "40²"))),
    Hazard(
        "a raised digit on a label", lambda: edited(rich("B12", ("Japan", None), ("3", RAISED)))
    ),
    Hazard(
        "several fonts in a figure", lambda: edited(rich("F12", ("4", None), ("0", InlineFont())))
    ),
    Hazard(
        "a lowered digit in a figure",
        lambda: edited(rich("F12", ("40", None), ("2", LOWERED))),
        refused="cell F12: '40₂' is not a number",
    ),
    Hazard(
        "a raised digit within a figure",
        lambda: edited(rich("F12", ("4", None), ("2", RAISED), ("0", None))),
        refused="cell F12: '4²0' is not a number",
    ),
    Hazard(
        "a cell that is raised as a whole",
        lambda: edited(_look("F12", Font(vertAlign="superscript"))),
        refused="cell F12: '⁴⁰' is not a number",
    ),
    Hazard(
        "a figure struck through",
        lambda: edited(_look("F12", Font(strike=True))),
        refused="cell F12: '40' is struck through",
    ),
    Hazard(
        "a figure struck through in part",
        lambda: edited(rich("F12", ("50", STRUCK), (" 40", None))),
        refused="cell F12: '50 40' is partly struck through",
    ),
    Hazard(
        "white figures on white",
        lambda: edited(_look("F12", Font(color="FFFFFFFF"))),
        refused="cell F12: '40' is white on white",
    ),
    Hazard("a number stored as text", lambda: edited(put("F12", "40"))),
    Hazard(
        "a footnote digit in brackets",
        lambda: edited(put("F12", "40 (1)")),
        refused=r"cell F12: '40 \(1\)' is not a number",
    ),
    Hazard(
        "the sounds of Japanese signs",
        lambda: part_edited(
            {
                "xl/sharedStrings.xml": replaced(
                    "<t>Japan</t>", '<t>Japan</t><rPh sb="0" eb="5"><t>nippon</t></rPh>'
                )
            }
        ),
    ),
    # Merged cells and blocks.
    Hazard("a region merged over its rows", lambda: edited(_merged_regions)),
    Hazard(
        "a figure merged over several years",
        lambda: edited(_merged("F12:I12")),
        refused="cell F12: '40' is merged over F12:I12",
    ),
    Hazard(
        "a figure merged over several rows",
        lambda: edited(_merged("F12:F13")),
        refused="cell F12: '40' is merged over F12:F13",
    ),
    Hazard(
        "a scenario between rows",
        lambda: edited(_line_between("High case")),
        refused="cell A12: the line 'High case' stands between rows of figures",
    ),
    Hazard(
        "a unit between rows",
        lambda: edited(_line_between("All figures in US$bn")),
        refused="cell A12: the line 'All figures in US\\$bn' stands between rows",
    ),
    Hazard("a footnote below the table", lambda: edited(_line_below("1 Without advertising."))),
    Hazard(
        "another unit below the table",
        lambda: edited(_line_below("All figures in US$bn.")),
        refused="cell A17: 'All figures in US\\$bn.' names another unit than the rows",
    ),
    Hazard("the same unit in other words", lambda: edited(_line_below("Figures in US$ million"))),
    Hazard(
        "a scenario above the table",
        lambda: edited(put("A3", "High case")),
        refused="cell A3: 'High case' names a scenario",
    ),
    Hazard(
        "a year that stands there twice",
        lambda: edited(put("G8", 2023)),
        refused="cell G8: the year 2023 stands there twice",
    ),
    Hazard(
        "a remark beside the table",
        lambda: edited(put("K12", "see note")),
        refused="cell K12: 'see note' stands in a column without a header",
    ),
    # Formulas, errors, dates, variants.
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
    # Text files: encodings and figures.
    Hazard(
        "a CSV in UTF-8 with its mark", lambda: b"\xef\xbb\xbf" + as_csv(table()), "forecast.csv"
    ),
    Hazard("a CSV in UTF-16", lambda: as_csv(table(), encoding="utf-16"), "forecast.csv"),
    Hazard(
        "a CSV in UTF-16 without its mark",
        lambda: as_csv(table(), encoding="utf-16-be"),
        "forecast.csv",
    ),
    Hazard(
        "a CSV of western Excel (cp1252)",
        lambda: as_csv(table(), encoding="cp1252"),
        "forecast.csv",
    ),
    Hazard(
        "a CSV of Chinese Excel (GB18030)",
        lambda: as_csv([*plain_table(), ["数据来源：公开资料整理，仅供参考"]], encoding="gb18030"),
        "forecast.csv",
    ),
    Hazard(
        "a CSV in another encoding (Big5)",
        lambda: as_csv([*plain_table(), ["資料來源：公開資料整理，僅供參考"]], encoding="big5"),
        "forecast.csv",
        refused="its encoding is not certain: GB18030",
    ),
    Hazard(
        "a CSV of Polish Excel (cp1250)",
        lambda: as_csv([*plain_table(), ["Źródło: społeczność"]], encoding="cp1250"),
        "forecast.csv",
        refused="its encoding is not certain",
    ),
    Hazard(
        "a CSV that holds zero bytes",
        lambda: csv_with("World", "Wor\0ld"),
        "forecast.csv",
        refused="it holds zero bytes that are not UTF-16",
    ),
    Hazard(
        "semicolons and decimal commas",
        lambda: csv_with(";40;", ";40,0;", ";"),
        "forecast.csv",
    ),
    Hazard(
        "decimal commas and points for thousands",
        lambda: csv_with(";5200;", ";5.200,0;", ";"),
        "forecast.csv",
    ),
    Hazard(
        "semicolons, and a figure that means two numbers",
        lambda: csv_with(";5200;", ";5.200;", ";"),
        "forecast.csv",
        refused="cell F8: '5.200' may mean two numbers",
    ),
    Hazard(
        "decimal commas and decimal points in one file",
        lambda: csv_with(";40;80;", ";40,0;80.5;", ";"),
        "forecast.csv",
        refused="cell F11: '40,0' has a decimal comma and '80.5' a decimal point",
    ),
    Hazard(
        "a text in XLSX that means two numbers",
        lambda: edited(put("F12", "1.500")),
        refused="cell F12: '1.500' is text, and nothing says whether its point is the decimal sign",
    ),
    Hazard(
        "a row of more than a million bytes",
        lambda: as_csv(table()) + b"," * 1_100_000,
        "forecast.csv",
        refused="a row has more than 1,000,000 bytes",
    ),
    Hazard(
        "a CSV of a million rows",
        lambda: as_csv(table()) + b"\n" * 1_100_000,
        "forecast.csv",
        refused="the sheet spans A1:I27778, more than 250,000 cells",
    ),
    Hazard(
        "quotes that do not match",
        lambda: as_csv(table()) + b'"Japan',
        "forecast.csv",
        refused="its quotes do not match",
    ),
)
