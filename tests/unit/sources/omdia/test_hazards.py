"""Every hazard of tests/hazards, through the whole reader."""

import re
from decimal import Decimal

import openpyxl
import pytest

from hazards import HAZARDS, Hazard, edited
from shortdrama.sources.files.workbook import WorkbookRefused
from shortdrama.sources.omdia.collecting import MAX_PROBLEMS
from shortdrama.sources.omdia.workbook import Workbook, parse_workbook

GOOD = 32
"""Figures in the edition that every hazard is made from."""


def japan_2023(workbook: Workbook) -> float | None:
    found = [r.value for r in workbook.rows if (r.geography, r.year) == ("JP", 2023)]
    assert len(found) <= 1
    return float(found[0] / 10**6) if found else None


@pytest.mark.parametrize("hazard", HAZARDS, ids=[hazard.about for hazard in HAZARDS])
def test_what_is_shown_is_what_is_read_or_it_is_refused(hazard: Hazard) -> None:
    if hazard.refused is not None:
        with pytest.raises(WorkbookRefused) as refusal:
            parse_workbook(hazard.content(), hazard.file_name)
        assert any(
            re.search(f"^{hazard.file_name}.*{hazard.refused}", str(problem))
            for problem in refusal.value.problems
        ), [str(problem) for problem in refusal.value.problems]
        return
    workbook = parse_workbook(hazard.content(), hazard.file_name)
    assert japan_2023(workbook) == hazard.japan
    assert bool(workbook.notes) == bool(hazard.noted)
    assert all(re.search(hazard.noted or "", note) for note in workbook.notes)
    if hazard.japan == 40:
        assert len(workbook.rows) == GOOD
        china = {
            r.year: r.value for r in workbook.rows if r.unit == "ratio" and r.geography == "CN"
        }
        assert china[2023] == Decimal("0.88")
        assert {r.value_kind for r in workbook.rows if r.year == 2025} == {"forecast"}


def test_all_problems_are_named_at_once() -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["Revenue"]["F12"] = "#REF!"
        book["Revenue"]["B13"] = "Atlantis"
        book["Shares"]["A4"] = "Publication date: 10/11/2025"
        book["Shares"]["F9"] = 0.5
        book["Shares"]["F9"].number_format = "General"

    with pytest.raises(WorkbookRefused, match=r"Shares', cell A4.*and 3 more") as refusal:
        parse_workbook(edited(edit), "forecast.xlsx")
    assert [problem.cell for problem in refusal.value.problems] == ["A4", "F12", "B13", "F9"]


def test_a_file_that_is_wrong_everywhere_is_refused_with_a_page_of_problems() -> None:
    def edit(book: openpyxl.Workbook) -> None:
        for row in range(20, 200):
            for column, text in enumerate((f"Region {row}", "x", "y", "z", "u", 1), start=1):
                book["Revenue"].cell(row, column, text)

    with pytest.raises(WorkbookRefused) as refusal:
        parse_workbook(edited(edit), "forecast.xlsx")
    assert len(refusal.value.problems) == MAX_PROBLEMS
