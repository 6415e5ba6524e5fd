"""The same edition as XLSX, XLS and CSV says the same."""

import csv
import re
from dataclasses import astuple
from io import BytesIO, StringIO

import openpyxl
import pytest
import xlwt
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shortdrama.sources.files.csv_text import any_row, read_sheet, read_table
from shortdrama.sources.files.rich_text import visible
from shortdrama.sources.files.workbook import WorkbookRefused
from shortdrama.sources.omdia.workbook import ForecastRow, parse_workbook
from shortdrama_local.samples.omdia_workbooks import write_workbooks

HEADER = ("Region", "Country", "Segment", "Metric", "Unit")
Table = list[list[str]]


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_workbooks(tmp_path_factory.mktemp("inbox"))[0].read_bytes()


def as_xls(content: bytes) -> xlwt.Workbook:
    """The workbook cell by cell, with its number formats and merged areas."""
    book = xlwt.Workbook()
    for source in openpyxl.load_workbook(BytesIO(content)):
        sheet = book.add_sheet(source.title, cell_overwrite_ok=True)
        for row in source.iter_rows():
            for cell in row:
                if cell.value is not None:
                    style = xlwt.easyxf(num_format_str=cell.number_format)
                    sheet.write(cell.row - 1, cell.column - 1, cell.value, style)
        for area in source.merged_cells.ranges:
            label = source.cell(area.min_row, area.min_col).value
            sheet.write_merge(
                area.min_row - 1, area.max_row - 1, area.min_col - 1, area.max_col - 1, label
            )
    return book


def saved(book: xlwt.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_table(content: bytes) -> Table:
    """The rows of all figure sheets under one header, as somebody would copy them together."""
    book = openpyxl.load_workbook(BytesIO(content))
    table = [
        ["Microdramas"],
        ["Source: Omdia"],
        ["Publication date: 14 Oct 2025"],
        ["Version 2H25"],
    ]
    for number, title in enumerate(("Revenue", "Shares")):
        region = ""
        for row in book[title].iter_rows(min_row=8 + number, max_row=13):
            region = str(row[0].value or region)
            if row[1].value is not None:
                table.append([region, *(typed(cell) for cell in row[1:])])
    return table


def typed(cell: openpyxl.cell.Cell) -> str:
    if isinstance(cell.value, int | float):
        percent = "%" in cell.number_format
        return f"{cell.value:.0%}" if percent else f"{cell.value:,}"
    return "" if cell.value is None else str(cell.value)


def as_csv(table: Table, separator: str = ",", ending: str = "\r\n") -> str:
    buffer = StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator=ending).writerows(table)
    return buffer.getvalue()


def said(rows: tuple[ForecastRow, ...]) -> list[tuple[object, ...]]:
    """The rows without where they were read."""
    return [astuple(row)[:-3] for row in rows]


def test_an_xls_says_what_the_xlsx_says_cell_by_cell(october: bytes) -> None:
    expected = parse_workbook(october, "forecast.xlsx")
    read = parse_workbook(saved(as_xls(october)), "forecast.xls")
    assert (read.published_on, read.version) == (expected.published_on, expected.version)
    assert [row.cell for row in read.rows] == [row.cell for row in expected.rows]
    assert said(read.rows) == said(expected.rows)


def test_a_formula_of_an_xls_without_a_result_is_refused(october: bytes) -> None:
    book = as_xls(october)
    book.get_sheet("Revenue").write(8, 5, xlwt.Formula("5+6"))
    with pytest.raises(WorkbookRefused, match="sheet 'Revenue', cell F9: the formula has no"):
        parse_workbook(saved(book), "forecast.xls")


def test_a_whole_number_of_an_xls_is_a_year_and_an_error_is_no_figure(october: bytes) -> None:
    book = as_xls(october)
    book.get_sheet("Revenue").write(7, 5, 2025)
    rows = parse_workbook(saved(book), "forecast.xls").rows
    assert {row.value_kind for row in rows if row.sheet == "Revenue"} == {"actual"}
    book.get_sheet("Revenue").row(8).set_cell_error(5, 0x2A)
    with pytest.raises(WorkbookRefused, match=r"cell F9: '#N/A' is not a number"):
        parse_workbook(saved(book), "forecast.xls")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_csv_says_what_the_xlsx_says(october: bytes, encoding: str, separator: str) -> None:
    text = as_csv(as_table(october), separator)
    assert "11,000" in text
    if separator == "\t":  # nothing but the comma of the cells says what that of a figure means
        text = re.sub("([0-9]),([0-9])", r"\1\2", text)
    assert "World¹" in text
    read = parse_workbook(text.encode(encoding), "forecast.csv")
    assert said(read.rows) == said(parse_workbook(october, "forecast.xlsx").rows)
    assert (read.rows[0].sheet, read.rows[0].cell) == ("(csv)", "F6")


def test_a_csv_of_one_sheet_is_refused_because_it_would_replace_the_edition(
    october: bytes,
) -> None:
    revenue = [row for row in as_table(october) if "%" not in row]
    with pytest.raises(WorkbookRefused, match=r"^forecast\.csv: no row is about revenue_share"):
        parse_workbook(as_csv(revenue).encode(), "forecast.csv")


def test_a_defect_of_a_csv_is_told_by_its_cell(october: bytes) -> None:
    text = as_csv(as_table(october)).replace('"11,000"', "eleven")
    with pytest.raises(WorkbookRefused, match=r"^forecast\.csv, cell F6: 'eleven' is not a number"):
        parse_workbook(text.encode(), "forecast.csv")


@pytest.mark.parametrize("figure", ["1.500", "11,000", ">5,5%", "1.234,5"])
def test_a_figure_that_depends_on_the_country_is_refused_where_semicolons_separate(
    figure: str,
) -> None:
    text = as_csv([list(HEADER), ["World", "World", "Microdramas", "Revenue", figure]], ";")
    with pytest.raises(WorkbookRefused, match=r"^f\.csv, cell E2: .*may mean two numbers"):
        read_table(text.encode(), "f.csv", HEADER)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Region,\0Country\n", "zero bytes"),
        (b"Region,\x81\n", "neither UTF-8 nor cp1252"),
        (b"Land,Markt\nA,B\n", "no row holds the header labels Region, Country"),
        (b'Region,Country\n"A"x,B\n', "quotes do not match"),
        (b'Region,Country\n"A,B\n', "quotes do not match"),
    ],
    ids=["zero_bytes", "unknown_encoding", "no_header", "text_after_a_quote", "open_quote"],
)
def test_what_is_no_readable_csv_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(WorkbookRefused, match=rf"^f\.csv: .*{message}.*'CSV UTF-8'"):
        read_table(content, "f.csv", HEADER[:2])


TEXTS = st.text(
    st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), max_size=8
) | st.sampled_from(["11,000", "a;b", 'say "so"', "tab\there", "two\nlines", "n/a", "–"])


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(TEXTS, min_size=1, max_size=5), max_size=6),
    separator=st.sampled_from([",", "\t"]),
    ending=st.sampled_from(["\r\n", "\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    encoding=st.sampled_from(["utf-8-sig", "cp1252"]),
    before=st.integers(min_value=0, max_value=3),
)
def test_every_dialect_gives_back_the_same_cells(
    rows: Table, separator: str, ending: str, quoting: int, encoding: str, before: int
) -> None:
    table = [["Title"]] * before + [list(HEADER), *rows]
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator=ending, quoting=quoting)
    writer.writerows(table)
    content = buffer.getvalue().encode(encoding)
    # Few texts are the same bytes as another text in UTF-8, which is tried first.
    assume(encoding != "cp1252" or content.isascii() or not utf8(content))
    read = table_or_refusal(content)
    assert read == table or (encoding == "cp1252" and "encoding is not certain" in read)


def table_or_refusal(content: bytes) -> Table | str:
    try:
        return read_table(content, "f.csv", HEADER)
    except WorkbookRefused as refused:
        return str(refused)


def utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@given(rows=st.lists(st.lists(TEXTS, min_size=1, max_size=5), max_size=6))
def test_a_sheet_of_a_csv_is_as_wide_as_its_widest_row_everywhere(rows: Table) -> None:
    sheet = read_sheet(as_csv([list(HEADER[:2]), *rows]).encode("utf-8-sig"), "f.csv", any_row)
    assert {len(row) for row in sheet.rows} == {max(2, *map(len, rows), 0)}
    for number, row in enumerate(rows, start=1):
        assert [cell.value or "" for cell in sheet.rows[number]][: len(row)] == list(
            map(visible, row)
        )
