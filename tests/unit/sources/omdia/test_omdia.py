import csv
from collections.abc import Callable
from dataclasses import astuple, fields
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortdrama.core.errors import PermanentError
from shortdrama.core.settings import PUBLISHED_FIGURES
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.sources.files.workbook import WorkbookRefused
from shortdrama.sources.omdia.workbook import ForecastRow, Workbook, parse_workbook
from shortdrama_local.samples.omdia_workbooks import write_workbooks, write_wrong_unit_workbook

Edit = Callable[[openpyxl.Workbook], None]
FILE = "forecast.xlsx"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_workbooks(tmp_path_factory.mktemp("inbox"))


@pytest.fixture(scope="module")
def vintages(paths: list[Path]) -> list[Workbook]:
    return [parse_workbook(path.read_bytes(), path.name) for path in paths]


@pytest.fixture(scope="module")
def october(paths: list[Path]) -> bytes:
    return paths[0].read_bytes()


def edited(content: bytes, edit: Edit) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content))
    edit(book)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def put(sheet: str, cell: str, value: object, number_format: str = "General") -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value
        book[sheet][cell].number_format = number_format

    return edit


def world_2025(workbook: Workbook) -> ForecastRow:
    return next(row for row in workbook.rows if (row.sheet, row.cell) == ("Revenue", "F9"))


def test_a_row_has_the_columns_of_the_dataset_in_their_order() -> None:
    assert [field.name for field in fields(ForecastRow)] == [c.name for c in FORECASTS.columns]


def test_the_vintages_hold_exactly_the_published_facts(vintages: list[Workbook]) -> None:
    with PUBLISHED_FIGURES.open(encoding="utf-8", newline="") as file:
        facts = [fact for fact in csv.DictReader(file) if fact["vendor"] == "Omdia"]
    published = {
        (
            fact["published_on"], fact["geography"], fact["scope"], fact["metric"], fact["unit"],
            int(fact["period"]), Decimal(fact["value"]), fact["is_lower_bound"] == "true",
            fact["value_basis"], fact["basis_evidence"],
        )
        for fact in facts
    }  # fmt: skip
    read = [
        (
            str(row.published_on), row.geography, row.segment, row.metric, row.unit,
            row.year, row.value, row.is_lower_bound, row.value_basis, row.basis_evidence,
        )
        for workbook in vintages
        for row in workbook.rows
    ]  # fmt: skip
    assert len(facts) == len(read) == 8
    assert set(read) == published


def test_the_headline_figures_are_read(vintages: list[Workbook]) -> None:
    values = {
        (row.published_on, row.geography, row.segment, row.metric, row.year): row.value
        for workbook in vintages
        for row in workbook.rows
    }
    first, second = date(2025, 10, 14), date(2026, 2, 23)
    assert values[first, "World", "microdramas", "revenue", 2025] == 11_000_000_000
    assert values[second, "World", "microdramas", "revenue", 2025] == 11_000_000_000
    assert values[second, "World", "microdramas", "revenue", 2026] == 14_000_000_000
    assert values[second, "World ex-China", "microdramas", "revenue", 2026] == 3_000_000_000
    assert values[second, "US", "microdramas", "revenue", 2026] == 1_500_000_000
    assert values[first, "World", "FAST channels", "revenue", 2025] == 5_800_000_000
    assert values[first, "CN", "microdramas", "revenue_share", 2025] == Decimal("0.83")
    assert (first, "World", "microdramas", "revenue", 2026) not in values
    assert (first, "CN", "microdramas", "revenue", 2025) not in values


def test_a_share_given_as_more_than_is_a_lower_bound(vintages: list[Workbook]) -> None:
    bounds = [row for row in vintages[0].rows if row.is_lower_bound]
    assert [(row.segment, row.value) for row in bounds] == [
        ("microdramas: subscription and transactional", Decimal("0.6000"))
    ]


def test_the_vintage_is_the_publication_date_and_a_version(vintages: list[Workbook]) -> None:
    assert [(v.published_on, v.version) for v in vintages] == [
        (date(2025, 10, 14), "2H25"),
        (date(2026, 2, 23), "1H26"),
    ]
    assert {row.publisher for v in vintages for row in v.rows} == {"Omdia"}


def test_a_year_is_restated_from_forecast_to_estimate(vintages: list[Workbook]) -> None:
    kinds = [
        {row.year: row.value_kind for row in workbook.rows if row.geography == "World"}
        for workbook in vintages
    ]
    assert kinds == [{2025: "forecast"}, {2025: "estimate", 2026: "forecast"}]


@pytest.mark.parametrize(
    ("header", "kind"),
    [(2025, "actual"), ("2025", "actual"), ("2025e", "estimate"), ("2025F¹", "forecast")],
)
def test_the_header_says_what_kind_of_value_it_is(
    october: bytes, header: object, kind: str
) -> None:
    row = world_2025(parse_workbook(edited(october, put("Revenue", "F8", header)), FILE))
    assert (row.year, row.value_kind) == (2025, kind)


def test_every_row_names_the_cell_it_was_read_from(
    paths: list[Path], vintages: list[Workbook]
) -> None:
    for path, workbook in zip(paths, vintages, strict=True):
        book = openpyxl.load_workbook(path)
        for row in workbook.rows:
            assert row.file_name == path.name
            assert book[row.sheet][row.cell].value not in (None, "n/a", "-")


@pytest.mark.parametrize("mark", ["n/a", "N/A¹", "-", "–", " ", None])
def test_a_figure_that_is_not_published_gives_no_row(october: bytes, mark: str | None) -> None:
    rows = parse_workbook(edited(october, put("Revenue", "F9", mark)), FILE).rows
    assert "F9" not in {row.cell for row in rows if row.sheet == "Revenue"}
    assert len(rows) == 3


def test_zero_is_a_figure(october: bytes) -> None:
    workbook = parse_workbook(edited(october, put("Revenue", "F9", 0)), FILE)
    assert world_2025(workbook).value == 0


def test_the_table_is_found_by_its_header_wherever_it_stands(october: bytes) -> None:
    def move(book: openpyxl.Workbook) -> None:
        sheet = book["Revenue"]
        sheet.unmerge_cells("A9:A10")
        sheet["A10"] = "World"
        sheet.insert_rows(11, 2)  # a gap within the table
        sheet.insert_rows(1, 7)
        sheet.insert_cols(1, 2)

    before = parse_workbook(october, FILE).rows
    after = parse_workbook(edited(october, move), FILE).rows
    assert [astuple(row)[:-1] for row in after] == [astuple(row)[:-1] for row in before]
    assert after[0].cell == "H16"


def test_a_merged_region_holds_for_all_its_rows(paths: list[Path]) -> None:
    content = edited(paths[1].read_bytes(), put("Revenue", "G11", 3.5))
    rows = parse_workbook(content, FILE).rows
    assert [row.value for row in rows if row.geography == "World ex-China"] == [3_500_000_000]


def test_a_publication_date_may_be_a_date_cell_beside_its_label(october: bytes) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        for sheet in book:
            sheet["A4"] = "Publication date:"
            sheet["B4"] = date(2025, 10, 14)

    assert parse_workbook(edited(october, edit), FILE).published_on == date(2025, 10, 14)


@settings(max_examples=25, deadline=None)
@given(dollars=st.integers(min_value=1, max_value=99_999), scale=st.sampled_from([0, 6, 9]))
def test_the_unit_does_not_change_the_value(october: bytes, dollars: int, scale: int) -> None:
    unit = {0: "US$", 6: "US$m", 9: "US$bn"}[scale]

    def edit(book: openpyxl.Workbook) -> None:
        sheet = book["Revenue"]
        sheet["A6"] = f"Units: {unit}"
        for row in range(9, 14):
            sheet[f"E{row}"] = unit
        sheet["F9"] = float(Decimal(dollars * 10**5).scaleb(-scale))
        sheet["F9"].number_format = "General"

    assert world_2025(parse_workbook(edited(october, edit), FILE)).value == dollars * 10**5


@pytest.mark.parametrize(
    ("value", "number_format"), [(0.83, "0%"), (83, "0"), ("83%", "General"), ("83", "General")]
)
def test_a_share_is_a_ratio_however_it_is_typed(
    october: bytes, value: object, number_format: str
) -> None:
    content = edited(october, put("Shares", "F9", value, number_format))
    share = next(row for row in parse_workbook(content, FILE).rows if row.geography == "CN")
    assert (share.value, share.unit) == (Decimal("0.83"), "ratio")


def test_the_press_slip_is_left_for_the_gate(tmp_path: Path) -> None:
    path = tmp_path / "slip.xlsx"
    write_wrong_unit_workbook(path)
    row = world_2025(parse_workbook(path.read_bytes(), path.name))
    assert (row.geography, row.year, row.value, row.unit) == ("World", 2025, 110, "USD")


def unknown_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("ARPU")["A1"] = 3


def missing_sheet(book: openpyxl.Workbook) -> None:
    book.remove(book["Shares"])


def in_every_sheet(cell: str, value: object) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        for sheet in book:
            sheet[cell] = value

    return edit


DEFECTS: dict[str, tuple[Edit, str]] = {
    "unknown_sheet": (unknown_sheet, r"sheet 'ARPU': .*expected one of: Revenue, Shares"),
    "missing_sheet": (missing_sheet, r"the sheet 'Shares' is missing or empty.*Restore"),
    "no_publisher": (in_every_sheet("A2", None), r"no cell says 'Source: Omdia'"),
    "no_publication_date": (in_every_sheet("A4", None), r"no cell gives the publication date"),
    "ambiguous_publication_date": (
        in_every_sheet("A4", "Publication date: 10/11/2025"),
        r"sheet 'Contents', cell A4: .*'10/11/2025' is not readable; write it like",
    ),
    "empty_publication_date": (
        in_every_sheet("A4", "Publication date:"),
        r"sheet 'Contents', cell A4: the publication date None is not readable",
    ),
    "publication_dates_disagree": (
        put("Shares", "A4", "Publication date: 23 Feb 2026"),
        r"sheet 'Shares', cell A4: .*2026.* here but .*2025.* on sheet 'Contents', cell A4",
    ),
    "versions_disagree": (
        put("Shares", "A5", "Version 1H26"),
        r"sheet 'Shares', cell A5: the version is '1H26' here but '2H25'",
    ),
    "no_header": (put("Revenue", "B8", "Land"), r"sheet 'Revenue': no row holds the header labels"),
    "unknown_column": (
        put("Revenue", "F8", "Growth"),
        r"sheet 'Revenue', cell F8: the column 'Growth' is unknown; expected one of: a year",
    ),
    "column_without_header": (
        put("Revenue", "F8", None),
        r"cell F9: '11,000' stands in a column without a header",
    ),
    "unknown_region": (
        put("Revenue", "A12", "Americas"),
        r"cell A12: the region 'Americas' is unknown; expected one of: World, Asia & Oceania",
    ),
    "region_left_blank": (put("Revenue", "A12", None), r"cell A12: the region is blank"),
    "unknown_country": (
        put("Revenue", "B12", "Canada"),
        r"cell B12: the country 'Canada' is unknown; expected one of: United States",
    ),
    "country_of_another_region": (
        put("Revenue", "A12", "Asia & Oceania"),
        r"cell B12: the country 'United States' is unknown; expected one of: China, Japan",
    ),
    "unknown_segment": (
        put("Revenue", "C13", "Vertical novels"),
        r"cell C13: the segment 'Vertical novels' is unknown; .*add it to the layout",
    ),
    "unknown_metric": (put("Revenue", "D9", "Users"), r"cell D9: the metric 'Users' is unknown"),
    "unknown_unit": (put("Revenue", "E9", "RMB m"), r"cell E9: the unit 'RMB m' is unknown"),
    "unit_of_another_metric": (
        put("Revenue", "E9", "%"),
        r"cell E9: the unit '%' does not fit the metric 'revenue'",
    ),
    "unit_other_than_units_row": (
        put("Revenue", "E9", "US$bn"),
        r"cell E9: the row is in 'US\$bn', but by cell A6 the sheet is in 'US\$m'",
    ),
    "formula_without_result": (
        put("Revenue", "F9", "=5+6"),
        r"cell F9: the formula has no stored result; open the workbook in Excel and save",
    ),
    "error_value": (put("Revenue", "F9", "#REF!"), r"cell F9: '#REF!' is not a number"),
    "upper_bound": (put("Revenue", "F9", "<11,000"), r"cell F9: '<11,000' is not a number"),
    "percentage_of_dollars": (
        put("Revenue", "F9", 0.5, "0%"),
        r"cell F9: the cell shows a percentage, but its row is in USD",
    ),
    "scaled_number_format": (
        put("Revenue", "F9", 11e9, "#,##0,,"),
        r"cell F9: the number format '#,##0,,' shows .* scaled down",
    ),
    "beyond_the_dataset": (put("Revenue", "F9", 10**10), r"cell F9: 1\.?0*e\+16 USD is too large"),
}


@pytest.mark.parametrize(("edit", "message"), DEFECTS.values(), ids=DEFECTS.keys())
def test_a_defect_is_refused_with_its_place_and_remedy(
    october: bytes, edit: Edit, message: str
) -> None:
    with pytest.raises(WorkbookRefused, match=rf"^forecast\.xlsx.*{message}"):
        parse_workbook(edited(october, edit), FILE)


def test_a_refused_workbook_is_a_permanent_error_of_the_source() -> None:
    with pytest.raises(PermanentError):
        parse_workbook(b"", FILE)
