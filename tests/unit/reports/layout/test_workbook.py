import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell as XlsxCell
from openpyxl.worksheet.worksheet import Worksheet

from pages import LOCALES, LocaleName, page
from shortdrama.reports.layout.workbook import workbook
from shortdrama.reports.page import Cell, Sheet


def made(*sheets: Sheet) -> bytes:
    return workbook(replace(page("en"), sheets=sheets))


def opened(content: bytes) -> list[Worksheet]:
    return load_workbook(BytesIO(content)).worksheets


def cell_of(value: Cell) -> XlsxCell:
    cell = opened(made(Sheet("S", ("Heading",), ((value,),))))[1]["A2"]
    assert isinstance(cell, XlsxCell)
    return cell


def names_of(*names: str) -> list[str]:
    return [sheet.title for sheet in opened(made(*(Sheet(n, ("h",), ()) for n in names)))][1:]


@pytest.mark.parametrize("locale", LOCALES)
def test_figures_are_numbers_and_dates_are_dates(locale: LocaleName) -> None:
    sheet = opened(workbook(page(locale)))[1]
    assert [cell.value for cell in sheet[2]] == ["ReelShort", 12_200_000, datetime(2025, 9, 22), 1]  # noqa: DTZ001
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "d", "n"]
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])


@pytest.mark.parametrize(
    "text",
    ["=1+1", "=cmd|' /C calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", "=1\n", "1e5",
     "2025-01-01", "true", "#REF!", "https://x.example"],
)  # fmt: skip
def test_a_text_is_a_text_whatever_it_begins_with(text: str) -> None:
    cell = cell_of(text)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    xml = ZipFile(BytesIO(made(Sheet("S", ("h",), ((text,),))))).read("xl/worksheets/sheet2.xml")
    assert b"<f" not in xml
    assert b"hyperlink" not in xml


def test_a_heading_is_no_formula_either() -> None:
    assert opened(made(Sheet("S", ("=1+1",), ())))[1]["A1"].data_type == "s"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (Decimal("12345678901.23"), 12345678901.23),
        (Decimal("0.1"), 0.1),
        (Decimal("1E+3"), 1000),
        (-7, -7),
        (10**14, 10**14),
        (10**17 + 1, "100000000000000001"),
        (Decimal("1234567890123456.78"), "1234567890123456.78"),
        (Decimal("NaN"), "NaN"),
        (Decimal("Infinity"), "Infinity"),
        (None, None),
        ("", None),
        (date(1899, 1, 1), "1899-01-01"),
        (date(9999, 12, 31), datetime(9999, 12, 31)),  # noqa: DTZ001
        (datetime(2025, 1, 1, 8, tzinfo=UTC), "2025-01-01 08:00:00+00:00"),
        ("x" * 40_000, "x" * 32_767),
    ],
)
def test_no_digit_is_lost(value: Cell, read: object) -> None:
    assert cell_of(value).value == read


@pytest.mark.parametrize(
    ("column", "number_format"),
    [
        ((Decimal("1234.50"),), "#,##0.00"),
        ((1234,), "#,##0"),
        ((Decimal("3000000000.0000"), Decimal("9500000000.0000")), "#,##0"),
        ((Decimal("12.3456"), Decimal("0.0001")), "#,##0.00"),
        ((Decimal("0.0035"), None), "#,##0.0000"),
        ((2025, 2030, None), "0"),
        ((2025, 900), "#,##0"),
        ((1900, 2100), "0"),
        ((1899, 2101), "#,##0"),
        ((Decimal(2025), Decimal(2026)), "#,##0"),
        ((Decimal("1E+3"), Decimal("1.5")), "#,##0.0"),
        ((Decimal("NaN"), 7, "n/a"), "#,##0"),
        ((Decimal("1E+200"), Decimal("0.5")), "#,##0.0"),
    ],
)
def test_the_numbers_of_a_column_share_a_format_and_years_are_not_grouped(
    column: tuple[Cell, ...], number_format: str
) -> None:
    sheet = opened(made(Sheet("S", ("h",), tuple((value,) for value in column))))[1]
    numbers = [cell for (cell,) in sheet["A2:A9"] if isinstance(cell.value, (int, float))]
    assert {cell.number_format for cell in numbers} == {number_format}


def test_sentences_take_several_lines_and_all_begin_at_the_top() -> None:
    rows = (("Scope", "App stores only, net of store fees; " * 4), ("Source", "Appfigures"))
    sheet = opened(made(Sheet("Read me", ("Item", "Note"), rows)))[1]
    assert [bool(sheet[at].alignment.wrap_text) for at in ("A2", "B2", "B3")] == [
        False,
        True,
        False,
    ]
    assert {cell.alignment.vertical for row in sheet.iter_rows() for cell in row} == {"top"}
    assert sheet.column_dimensions["B"].width == 72


@pytest.mark.parametrize("locale", LOCALES)
def test_the_first_sheet_says_what_the_figures_are(locale: LocaleName) -> None:
    """Who gets the file alone reads there if it is a sample, the scope, the ids."""
    shown = page(locale)
    sheet = opened(workbook(shown))[0]
    assert sheet.title == {"en": "Read me", "zh": "说明"}[locale]
    told = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    wanted = [banner.text for banner in shown.banners] + [shown.answer.scope, shown.footer.method]
    wanted += [fact.detail for fact in shown.footer.facts]
    assert [text for text in wanted if text not in told] == []
    assert any(shown.period in text for text in told)


def test_two_decimals_are_shown_and_all_are_kept() -> None:
    cell = cell_of(Decimal("12.3456"))
    assert (cell.number_format, cell.value) == ("#,##0.00", 12.3456)


def test_names_of_sheets_are_made_fit_and_unique() -> None:
    names = names_of("a/b:c*?[x]\\", "Apps", "apps", "x" * 40, "X" * 40, "", "'q'")
    assert len({name.casefold() for name in names}) == 7
    assert all(0 < len(name) <= 31 for name in names)
    assert names[1:3] == ["Apps", "apps 2"]


def test_columns_are_wide_enough_for_chinese_but_not_endless() -> None:
    sheet = opened(made(Sheet("S", ("名", "b"), (("短剧" * 5, "x" * 500),))))[1]
    assert sheet.column_dimensions["A"].width >= 20
    assert sheet.column_dimensions["B"].width < 80


def test_a_page_without_sheets_has_no_workbook() -> None:
    assert made() == b""


def test_another_process_at_another_time_makes_the_same_bytes() -> None:
    script = (
        "import sys; from pages import page\n"
        "from shortdrama.reports.layout.workbook import workbook\n"
        "sys.stdout.buffer.write(workbook(page('zh')))"
    )
    environment = {"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env=environment
    )
    assert other.stdout == workbook(page("zh"))
