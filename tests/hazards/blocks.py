"""What stands around figures: merged cells, headings, remarks."""

import openpyxl

from hazards.editions import (
    HEADER,
    JAPAN,
    YEARS,
    Edit,
    Hazard,
    edited,
    line_between,
    put,
)


def _merged(area: str) -> Edit:
    return lambda book: book["Revenue"].merge_cells(area)


def _merged_regions(book: openpyxl.Workbook) -> None:
    book["Revenue"].merge_cells("A11:A12")


def _line_below(text: str) -> Edit:
    return put("A17", text)


REMARK = "Figures are rounded. In 2025 one US$ was 7.1 yuan."


def _two_cells(label: str, value: str) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"]["A7"], book["Revenue"]["B7"] = label, value

    return edit


def _notes(text: str) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book.create_sheet("Notes & definitions")["A1"] = text

    return edit


def _row_twice(book: openpyxl.Workbook) -> None:
    sheet = book["Revenue"]
    sheet.append([cell.value for cell in sheet[JAPAN]])


def _second_table(book: openpyxl.Workbook) -> None:
    sheet = book["Revenue"]
    sheet["A18"] = "Revenue per user"
    sheet.append([*HEADER, *YEARS])
    sheet.append([cell.value for cell in sheet[JAPAN]])


def _merged_date(book: openpyxl.Workbook) -> None:
    for sheet in book:
        sheet["A4"] = "Publication date:"
        sheet.merge_cells("A4:B4")
        sheet["C4"] = "14 Oct 2025"


BLOCKS = (
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
        lambda: edited(line_between("High case")),
        refused="cell A12: the line 'High case' stands between rows of figures",
    ),
    Hazard(
        "a unit between rows",
        lambda: edited(line_between("All figures in US$bn")),
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
    Hazard(
        "a scenario in one word above the table",
        lambda: edited(put("A7", "Downside")),
        refused="cell A7: 'Downside' names a scenario",
    ),
    Hazard(
        "another kind of scenario",
        lambda: edited(put("A7", "Conservative case")),
        refused="cell A7: 'Conservative case' names a scenario",
    ),
    Hazard(
        "a scenario above some years",
        lambda: edited(put("H7", "Optimistic")),
        refused="cell H7: 'Optimistic' names a scenario",
    ),
    Hazard(
        "a currency above the table",
        lambda: edited(put("A7", "Currency: EUR m")),
        refused="cell A7: 'Currency: EUR m' names another unit",
    ),
    Hazard(
        "a currency with its prices",
        lambda: edited(put("A7", "All figures in constant 2024 euros")),
        refused="cell A7: .* names another unit",
    ),
    Hazard(
        "a scale above the table",
        lambda: edited(put("A7", "in thousands")),
        refused="cell A7: 'in thousands' names another unit",
    ),
    Hazard(
        "a unit in brackets in the title",
        lambda: edited(put("A1", "Microdrama revenues (EUR m)")),
        refused="cell A1: .* names another unit",
    ),
    Hazard(
        "a unit at the end of the title",
        lambda: edited(put("A1", "Microdrama revenues, US$bn")),
        refused="cell A1: .* names another unit",
    ),
    Hazard(
        "a unit above a year",
        lambda: edited(put("F7", "US$bn")),
        refused="cell F7: .* names another unit",
    ),
    Hazard(
        "a Chinese unit above the table",
        lambda: edited(put("A7", "单位：亿元人民币")),
        refused="cell A7: .* names another unit",
    ),
    Hazard(
        "local currency",
        lambda: edited(put("A17", "Revenues are shown in local currency")),
        refused="cell A17: .* names another unit",
    ),
    Hazard(
        "a scenario chosen in a cell",
        lambda: edited(_two_cells("Scenario", "High")),
        refused="cell A7: 'Scenario' names a scenario",
    ),
    Hazard("the base case chosen in a cell", lambda: edited(_two_cells("Scenario", "Base case"))),
    Hazard(
        "a currency chosen in a cell",
        lambda: edited(_two_cells("Currency", "EUR")),
        refused="cell A7: 'Currency' names another unit",
    ),
    Hazard(
        "actuals and forecasts named above the years",
        lambda: edited(_two_cells("Actual", "Forecast")),
    ),
    Hazard("a remark that mentions a currency", lambda: edited(_line_below(REMARK))),
    Hazard(
        "another currency in the notes",
        lambda: edited(_notes("All figures in EUR m")),
        refused="sheet 'Notes & definitions', cell A1: .* names another unit",
    ),
    Hazard(
        "another scenario in the notes",
        lambda: edited(_notes("Scenario: High")),
        refused="sheet 'Notes & definitions', cell A1: .* names a scenario",
    ),
    Hazard("scenarios explained in the notes", lambda: edited(_notes("In the high case …"))),
    Hazard(
        "a row that stands there twice",
        lambda: edited(_row_twice),
        refused=r"cell F15: revenue of JP \(microdramas\) in 2023 stands in Revenue!F12 too",
    ),
    Hazard(
        "a region that is left blank",
        lambda: edited(put("A12", None)),
        refused="cell A12: the region is blank; write one of: World",
    ),
    Hazard(
        "a second table below",
        lambda: edited(_second_table),
        refused="cell A18: the line 'Revenue per user' stands between rows",
    ),
    Hazard(
        "a publication date beside two merged cells",
        lambda: edited(_merged_date),
    ),
)
