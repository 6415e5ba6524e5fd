"""How an answer is shown: within the screen's width, and nothing of it lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from shortdrama.analysts.table import Column, shown, table


def of(width: int = 80, **columns: list[object]) -> list[str]:
    made = [
        Column(
            name,
            all(isinstance(value, int) for value in values),
            tuple(shown(str(value)) for value in values),
        )
        for name, values in columns.items()
    ]
    return table(made, len(made[0].cells), width).splitlines()


def test_chinese_letters_take_two_cells() -> None:
    assert of(app=["短剧", "Reel"], n=[7, 10]) == [
        "app    n",
        "----  --",
        "短剧   7",
        "Reel  10",
    ]


def test_joined_and_combining_letters_keep_the_columns_straight() -> None:
    lines = of(app=["e\u0301toile", "한국 드라마", "x"], n=[1, 2, 3])
    assert {cell_len(line) for line in lines} == {cell_len(lines[1])}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("two\nlines", "two\\nlines"),
        ("tab\there", "tab\\there"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("para\u2029graph", "para\\u2029graph"),
        ("nul\x00", "nul\\x00"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
        ("turned\u202e", "turned\\u202e"),
        ("isolated\u2067", "isolated\\u2067"),
    ],
)
def test_nothing_in_a_cell_moves_the_cursor(value: str | None, text: str) -> None:
    assert shown(value) == text


def test_a_long_text_is_wrapped_beside_the_others() -> None:
    words = "gross revenue in US dollars, as the vendor states it, before the stores' fees"
    lines = of(60, column_name=["revenue_usd", "app_id"], comment=[words, "the app"])
    assert lines[0] == "column_name  comment" + " " * 0
    assert lines[2:4] == [
        "revenue_usd  gross revenue in US dollars, as the vendor",
        "             states it, before the stores' fees",
    ]
    assert lines[4] == "app_id       the app"


def test_what_is_too_wide_is_folded_by_column_behind_the_first() -> None:
    lines = of(30, month=["2025-07", "2025-08"], downloads=[1, 2], revenue_usd=[3, 4], share=[5, 6])
    assert lines == [
        "month    downloads",
        "-------  ---------",
        "2025-07          1",
        "2025-08          2",
        "",
        "month    revenue_usd  share",
        "-------  -----------  -----",
        "2025-07            3      5",
        "2025-08            4      6",
        "",
        "4 columns in 2 parts, because",
        "they are wider than 30; csv",
        "and json have all in one.",
    ]


def test_a_single_row_that_is_too_wide_has_a_line_per_column() -> None:
    assert of(20, n=[1], word=["abcdefghijklmnop"], other=["a b c d e f g h i"]) == [
        "    n  1",
        " word  abcdefghijklm",
        "       nop",
        "other  a b c d e f g",
        "       h i",
    ]


def test_a_wide_first_column_is_not_repeated() -> None:
    lines = of(20, name=["a long name of an app", "x"], downloads=[1, 2], revenue=[3, 4])
    assert sum(line.startswith("name") for line in lines) == 1


TEXTS = st.text(max_size=60)
NUMBERS = st.integers(-(10**12), 10**12)


@given(
    st.lists(st.tuples(TEXTS, TEXTS, TEXTS, NUMBERS), min_size=1, max_size=4),
    st.integers(min_value=24, max_value=120),
)
def test_no_line_is_wider_than_the_screen_and_no_text_is_lost(
    rows: list[tuple[str, str, str, int]], width: int
) -> None:
    names = ("first", "second", "third", "n")
    made = [
        Column(name, name == "n", tuple(shown(str(row[number])) for row in rows))
        for number, name in enumerate(names)
    ]
    said = table(made, len(rows), width)
    assert max(map(cell_len, said.splitlines())) <= width
    letters = "".join(said.split())
    for column in made:
        for cell in column.cells:
            for word in cell.split():
                assert word[:8] in said or all(letter in letters for letter in word)
