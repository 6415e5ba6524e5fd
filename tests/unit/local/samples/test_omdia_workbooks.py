from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import time_machine

from shortdrama_local.samples import omdia_workbooks
from shortdrama_local.samples.omdia_workbooks import (
    omdia_facts,
    write_workbooks,
    write_wrong_unit_workbook,
)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_workbooks(tmp_path_factory.mktemp("inbox") / "omdia")


def numbers(path: Path) -> dict[tuple[str, str], object]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }


def test_the_vintages_are_named_by_their_publication_date(paths: list[Path]) -> None:
    assert [path.name for path in paths] == [
        "omdia_microdramas_2025-10-14.xlsx",
        "omdia_microdramas_2026-02-23.xlsx",
    ]


def test_a_vintage_is_not_written_before_its_publication(tmp_path: Path) -> None:
    for day, count in (("2025-10-13", 0), ("2025-10-14", 1), ("2026-02-22", 1), ("2026-02-23", 2)):
        assert len(write_workbooks(tmp_path / day, by=date.fromisoformat(day))) == count


def test_no_number_stands_in_them_but_the_published_ones(paths: list[Path]) -> None:
    assert numbers(paths[0]) == {
        ("Revenue", "F9"): 11_000,
        ("Revenue", "F13"): 5_800,
        ("Shares", "F9"): 0.83,
    }
    assert numbers(paths[1]) == {
        ("Revenue", "F10"): 11,
        ("Revenue", "G10"): 14,
        ("Revenue", "G11"): 3,
        ("Revenue", "G13"): 1.5,
    }


def test_every_sheet_says_that_it_is_a_compilation(paths: list[Path]) -> None:
    for path in paths:
        for sheet in openpyxl.load_workbook(path):
            said = [cell.value for (cell,) in sheet.iter_rows(max_col=1)]
            assert "Source: Omdia" in said
            assert any("not an Omdia file" in str(text) for text in said)


def test_the_same_facts_give_the_same_bytes_on_any_day(tmp_path: Path) -> None:
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC)):
        first = [path.read_bytes() for path in write_workbooks(tmp_path / "first")]
    with time_machine.travel(datetime(2027, 11, 9, 17, 3, tzinfo=UTC)):
        second = [path.read_bytes() for path in write_workbooks(tmp_path / "second")]
    assert first == second


def test_the_wrong_unit_workbook_differs_in_its_unit_and_one_figure(tmp_path: Path) -> None:
    path = tmp_path / "new_folder" / "slip.xlsx"
    write_wrong_unit_workbook(path)
    assert numbers(path) == {
        ("Revenue", "F9"): 110,
        ("Revenue", "F13"): 5_800_000_000,
        ("Shares", "F9"): 0.83,
    }
    assert openpyxl.load_workbook(path)["Revenue"]["A6"].value == "Units: US$"


@pytest.mark.parametrize(
    "change",
    [
        {"geography": "JP"},
        {"period": 2024},
        {"published_on": datetime(2026, 9, 1, tzinfo=UTC).date()},
    ],
    ids=["unknown_line", "unknown_year", "unknown_vintage"],
)
def test_a_fact_without_a_place_stops_the_making(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    stray = omdia_facts()[0].model_copy(update={"fact_id": "om-stray", **change})
    monkeypatch.setattr(omdia_workbooks, "omdia_facts", lambda: [*omdia_facts(), stray])
    with pytest.raises(ValueError, match="om-stray has no place in the workbooks; add a line"):
        write_workbooks(tmp_path)


def test_the_facts_are_money_in_dollars_and_shares_as_ratios() -> None:
    values = {fact.fact_id: fact.value for fact in omdia_facts()}
    assert values["om-2025-world-v1"] == Decimal(11_000_000_000)
    assert values["om-2025-china-share-v1"] == Decimal("0.83")
