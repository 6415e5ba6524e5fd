"""Two editions' figures, cell by cell."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.reports.delivery.differences import Change, changes
from shortdrama.reports.page import Cell, Sheet


def sheet(*rows: tuple[Cell, ...], headings: tuple[str, ...] = ("#", "App", "US$")) -> Sheet:
    return Sheet("Apps", headings, rows)


A, B = (1, "A", Decimal("10.5")), (2, "B", Decimal("3"))


def test_the_same_figures_are_no_change_however_they_are_written() -> None:
    assert changes([sheet(A, B)], [sheet(A, (2, "B", Decimal("3.00")))]) == ()


def test_a_changed_figure_is_named_by_its_row_and_heading() -> None:
    assert changes([sheet(A, B)], [sheet((1, "A", Decimal(11)), B)]) == (
        Change("Apps", "A", "US$", Decimal("10.5"), Decimal(11)),
    )


def test_rows_that_change_places_are_compared_by_what_names_them() -> None:
    assert changes([sheet(A, B)], [sheet((1, "B", Decimal(3)), (2, "A", Decimal("10.5")))]) == (
        Change("Apps", "B", "#", 2, 1),
        Change("Apps", "A", "#", 1, 2),
    )


def test_rows_that_have_come_or_gone_are_one_change_each() -> None:
    assert changes([sheet(A)], [sheet((1, "B", Decimal(3)))]) == (
        Change("Apps", "B", "", None, "# 1, App B, US$ 3"),
        Change("Apps", "A", "", "# 1, App A, US$ 10.5", None),
    )


def test_names_that_are_not_unique_take_more_columns_or_the_position() -> None:
    headings = ("Country", "App", "US$")
    old = sheet(("US", "A", 1), ("US", "B", 2), ("JP", "A", 3), headings=headings)
    new = sheet(("US", "A", 1), ("US", "B", 5), ("JP", "A", 3), headings=headings)
    assert changes([old], [new]) == (Change("Apps", "US · B", "US$", 2, 5),)
    twice = sheet(("US", "A", 1), ("US", "A", 2), headings=headings)
    other = sheet(("US", "A", 1), ("US", "A", 4), headings=headings)
    assert changes([twice], [other]) == (Change("Apps", "2", "US$", 2, 4),)


def test_days_name_rows_too_and_a_figure_that_becomes_unknown_is_a_change() -> None:
    headings = ("Day", "US$")
    old = sheet((date(2025, 9, 1), Decimal(1)), headings=headings)
    new = sheet((date(2025, 9, 1), None), headings=headings)
    assert changes([old], [new]) == (Change("Apps", "2025-09-01", "US$", Decimal(1), None),)


def test_sheets_and_columns_that_have_come_or_gone() -> None:
    other = Sheet("Countries", ("Country",), (("US",),))
    assert changes([sheet(A)], [sheet(A), other]) == (
        Change("Countries", "US", "", None, "Country US"),
    )
    assert changes([sheet(A), other], [sheet(A)])[0].new is None
    wider = sheet((1, "A", Decimal("10.5"), "up"), headings=("#", "App", "US$", "Move"))
    assert changes([sheet(A)], [wider]) == (Change("Apps", "1", "Move", None, "up"),)


def test_a_text_is_not_the_figure_that_it_looks_like() -> None:
    headings = ("App", "US$")
    assert len(
        changes([sheet(("A", "1"), headings=headings)], [sheet(("A", 1), headings=headings)])
    )


@pytest.mark.parametrize("headings", [("US$", "US$"), ("US$", "US$ (2)")])
def test_headings_that_repeat_lose_no_figure(headings: tuple[str, str]) -> None:
    assert len(changes([sheet((1, 2), headings=headings)], [sheet((3, 4), headings=headings)])) == 2


CELLS = st.one_of(
    st.text("ab=\u202e<", max_size=2), st.integers(0, 2), st.decimals(0, 2, places=1), st.none(),
    st.dates(date(2025, 1, 1), date(2025, 1, 2)),
)  # fmt: skip
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4)


@given(ROWS, ROWS)
def test_changes_are_there_exactly_where_something_differs(
    old: list[tuple[Cell, ...]], new: list[tuple[Cell, ...]]
) -> None:
    assert changes([sheet(*old)], [sheet(*old)]) == ()
    found = changes([sheet(*old)], [sheet(*new)])
    if not found:
        assert sorted(map(repr, map(_plain, old))) == sorted(map(repr, map(_plain, new)))
    assert len(found) <= 3 * max(len(old), len(new)) + len(old) + len(new)


def _plain(row: tuple[Cell, ...]) -> tuple[object, ...]:
    return tuple(float(cell) if isinstance(cell, int | Decimal) else cell for cell in row)
