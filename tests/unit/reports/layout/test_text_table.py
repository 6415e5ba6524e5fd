import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import LOCALES, LocaleName, page
from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.layout.text_table import PHONE, text_table
from shortdrama.reports.page import Phrase, Table

EN = Columns.of("en")


def table(*rows: tuple[str, ...], headings: tuple[str, ...] = ("#", "App", "Share")) -> Table:
    return Table("Apps", headings, tuple(tuple(map(Phrase, row)) for row in rows), "none")


def widest(lines: list[str], columns: Columns = EN) -> int:
    return max(map(columns.count, lines))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_leaders_of_the_example_fit_a_phone(locale: LocaleName) -> None:
    columns = Columns.of(page(locale).language)
    leaders = next(block for block in page(locale).blocks if isinstance(block, Table))
    lines = text_table(leaders, columns)
    assert widest(lines, columns) <= PHONE
    for row in leaders.rows:
        assert any(row[1].text in line and row[4].text in line for line in lines)


def test_figures_stand_at_the_right_under_their_headings() -> None:
    assert text_table(table(("1", "ReelShort", "23.6%"), ("10", "Box", "4.0%")), EN) == [
        " #  App        Share",
        "--  ---------  -----",
        " 1  ReelShort  23.6%",
        "10  Box         4.0%",
    ]


def test_a_detail_stands_under_its_name() -> None:
    rows = ((Phrase("1"), Phrase("ReelShort", detail="Crazy Maple"), Phrase("23.6%")),)
    assert text_table(Table("", ("#", "App", "Share"), rows, ""), EN)[-2:] == [
        "1  ReelShort    23.6%",
        "   Crazy Maple",
    ]


def test_a_long_name_takes_several_lines_before_the_table_outgrows_a_phone() -> None:
    lines = text_table(table(("1", "A drama with a really rather long name", "23.6%")), EN)
    assert widest(lines) <= PHONE
    assert " ".join(" ".join(lines[2:]).replace("23.6%", "").split()) == (
        "1 A drama with a really rather long name"
    )


def test_a_table_of_many_columns_takes_the_page() -> None:
    headings = tuple(f"Column {n}" for n in range(8))
    lines = text_table(table(tuple("1,234.5" for _ in headings), headings=headings), EN)
    assert PHONE < widest(lines) <= WIDTH


def test_a_long_heading_breaks_into_lines_at_the_bottom() -> None:
    lines = text_table(table(("1", "Box", "12.2"), headings=("#", "App", "Net rev. (US$M)")), EN)
    assert lines[0].strip() == "Net rev."
    assert lines[1].split() == ["#", "App", "(US$M)"]


def test_a_number_without_a_sign_shows_where_it_points() -> None:
    rows = ((Phrase("1"), Phrase("Box"), Phrase("3", "up")),)
    assert text_table(Table("", ("#", "App", "Rank"), rows, ""), EN)[-1].endswith("▲ 3")


@pytest.mark.parametrize(
    ("heading", "lines_of"),
    [
        ("净收入（万美元）", ["净收入", "（万美元）"]),
        ("Net revenue (US$M)", ["Net", "revenue", "(US$M)"]),
        ("（万美元）", ["（万美元）"]),
        ("Share (%) now", ["Share (%)", "now"]),
        ("", [""]),
    ],
)
def test_no_line_of_a_heading_breaks_inside_its_unit(heading: str, lines_of: list[str]) -> None:
    lines = text_table(table(("1", "Box", "1"), headings=("", "", heading)), Columns.of("zh-CN"))
    top = lines[: next(number for number, line in enumerate(lines) if line.startswith("-"))]
    assert [line.strip() for line in top] == lines_of


@given(
    st.lists(
        st.lists(st.text(st.sampled_from("ab短剧 （）▲-1"), max_size=120), min_size=5, max_size=5),
        min_size=1, max_size=4,
    ),
    st.sampled_from(["en", "zh-CN"]),
)  # fmt: skip
def test_no_line_outgrows_the_page(rows: list[list[str]], language: str) -> None:
    columns = Columns.of(language)
    five = table(*map(tuple, rows), headings=("#", "应用名称", "Net revenue", "Share", "环比"))
    assert widest(text_table(five, columns), columns) <= WIDTH


@pytest.mark.parametrize("headings", [("only",), ("a", "b")])
def test_a_table_may_have_one_column_or_two(headings: tuple[str, ...]) -> None:
    lines = text_table(table(tuple("x" * 90 for _ in headings), headings=headings), EN)
    assert widest(lines) <= WIDTH
