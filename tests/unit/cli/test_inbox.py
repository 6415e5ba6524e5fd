"""`shortdrama inbox`: a file and a layout are looked at before they count."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hazards import base, edited, put, saved
from hazards.editions import as_csv, f12
from houses import northwind, prisma
from shortdrama.cli.main import app
from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore

Run = Callable[..., str]


@pytest.fixture
def run(store: ObjectStore, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `shortdrama inbox …` on the test's lake; what it prints."""
    monkeypatch.setattr("shortdrama.cli.inbox.open_store", lambda: store)
    monkeypatch.setattr("shortdrama.cli.inbox.settings", lambda: settings)

    def invoke(*arguments: object, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["inbox", *map(str, arguments)], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout

    return invoke


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "october.xlsx"
    path.write_bytes(saved(base()))
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(edited(lambda book: [put(c, "#REF!")(book) for c in ("F12", "G12")]))
    return path


def inbox(store: ObjectStore) -> list[str]:
    return [key for key in store.list("inbox/") if "/layouts/" not in key]


def test_put_drops_a_good_file(run: Run, store: ObjectStore, good: Path) -> None:
    assert "is in; its DAG takes it on its next run" in run("put", "omdia", good)
    assert inbox(store) == ["inbox/omdia/october.xlsx"]


def test_put_names_all_problems_and_drops_nothing(
    run: Run, store: ObjectStore, broken: Path
) -> None:
    said = run("put", "omdia", broken, code=1)
    assert "cell F12" in said
    assert "cell G12" in said
    assert "was not dropped; correct it, or drop it with --anyway" in said
    assert inbox(store) == []
    run("put", "omdia", broken, "--anyway")
    assert inbox(store) == ["inbox/omdia/broken.xlsx"]


def test_put_passes_over_what_programs_leave_behind(
    run: Run, store: ObjectStore, tmp_path: Path, good: Path
) -> None:
    for name, content in (("~$october.xlsx", b"x"), (".DS_Store", b"x"), ("empty.xlsx", b"")):
        (tmp_path / name).write_bytes(content)
    said = run("put", "omdia", *sorted(tmp_path.iterdir()))
    assert said.count("is passed over") == 3
    assert inbox(store) == ["inbox/omdia/october.xlsx"]


def test_check_shows_rows_and_writes_nothing(run: Run, store: ObjectStore, good: Path) -> None:
    before = sorted(store.list(""))
    said = run("check", "omdia", good)
    assert "omdia.forecasts by the layout omdia_2h25" in said
    assert "- all rows: Omdia, 2025-10-14, 2H25, False, october.xlsx" in said
    assert "  World, microdramas, revenue, USD, 2023, actual, 5,200,000,000, gross" in said
    assert "32 rows would be taken" in said
    assert sorted(store.list("")) == before


def test_check_names_what_the_gate_would_refuse(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "tiny.xlsx"
    path.write_bytes(edited(put("I13", 3_500)))
    checked = json.loads(run("check", "omdia", path, "--json", code=1))
    assert any("us_to_ex_china_max" in problem for problem in checked["problems"])
    assert len(checked["rows"]) == 32


def test_a_new_house_in_the_steps_of_the_manual(
    run: Run, store: ObjectStore, tmp_path: Path
) -> None:
    """docs/add-a-layout.md, as somebody does it who has never done it."""
    workbook = tmp_path / "northwind.xlsx"
    workbook.write_bytes(northwind())
    assert "shortdrama inbox layout draft" in run("check", "omdia", workbook, code=1)
    draft = run("layout", "draft", workbook, "--id", "northwind_2025")
    layout = tmp_path / "northwind_2025.json"
    layout.write_text(draft)
    with pytest.raises(Failure, match=r"is a draft; fill in 4 lines: line 3: .*publisher"):
        run("layout", "check", layout)
    filled = (
        draft.replace('"publisher": "TODO"', '"publisher": "Northwind"')
        .replace('"scope": "TODO"', '"scope": "vertical video"')
        .replace('"source": "TODO"', '"source": "its cover sheet"')
        .replace('"source_line": "TODO"', '"source_line": "Northwind Research.*"')
    )
    layout.write_text(filled)
    said = run("layout", "check", layout, "--file", workbook, code=1)
    assert "'Base case' stands between rows of figures" in " ".join(said.split())
    assert "too; leave one of them" not in said
    layout.write_text(
        filled.replace('"years"', '"headings": {"Base case": {}, "High case": "skip"}, "years"')
    )
    said = run("layout", "check", layout, "--file", workbook)
    assert "read by northwind_2025: 9 figures" in said
    assert "shortdrama inbox layout put" in said
    run("layout", "put", layout)
    assert list(store.list(keys.inbox_layouts("omdia"))) == [
        "inbox/omdia/layouts/northwind_2025.json"
    ]
    assert "9 rows would be taken" in run("check", "omdia", workbook)


def test_a_draft_says_what_a_person_must_decide(run: Run, tmp_path: Path) -> None:
    workbook = tmp_path / "prisma.xlsx"
    workbook.write_bytes(prisma())
    draft = json.loads(run("layout", "draft", workbook))
    assert draft["columns"] == {"year": ["Year"]}
    assert draft["units"]["US$ billion"] == {"unit": "USD", "scale": "1000000000"}


def test_a_draft_of_a_csv_is_made_by_its_own_separator(run: Run, tmp_path: Path) -> None:
    rows = [
        ["Northwind Research"],
        ["Released: 3 Nov 2025"],
        ["All figures in US$ million"],
        ["Market", "Indicator", "2024", "2025E", "2026F"],
        ["Global", "Spend", "7900,5", "10800", "13900"],
    ]
    workbook = tmp_path / "northwind.csv"
    workbook.write_bytes(as_csv(rows, ";"))
    draft = json.loads(run("layout", "draft", workbook))
    assert draft["columns"] == {"country": ["Market"], "metric": ["Indicator"]}
    assert list(draft["metrics"]) == ["Spend"]
    assert draft["unit_line"] == r"All figures in\s*(.*)"
    assert draft["units"] == {"US$ million": {"unit": "USD", "scale": "1000000"}}


def test_a_draft_of_a_damaged_workbook_names_the_cell(run: Run, tmp_path: Path) -> None:
    workbook = tmp_path / "damaged.xlsx"
    workbook.write_bytes(f12('<c r="F12" t="s"><v>9</v></c>'))
    with pytest.raises(Failure, match=r"damaged\.xlsx, sheet 'Revenue', cell F12: the file is"):
        run("layout", "draft", workbook)


def test_what_check_prints_fits_a_screen(run: Run, good: Path, broken: Path) -> None:
    lines = run("check", "omdia", good) + run("check", "omdia", broken, code=1)
    assert max(map(len, lines.splitlines())) <= 80


def test_too_large_a_file_is_refused_before_it_is_read(run: Run, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(10**12)
    checked = json.loads(run("check", "omdia", large, "--json", code=1))
    assert "has 1,000,000,000,000 bytes, more than" in checked["problems"][0]
    with pytest.raises(Failure, match="more than the 20,971,520 of any"):
        run("layout", "draft", large)


def test_an_unknown_source_is_named(run: Run, good: Path) -> None:
    with pytest.raises(AssertionError, match="has no inbox"):
        run("check", "nobody", good)
