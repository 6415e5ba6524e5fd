"""`shortdrama backfill`: what a person asks for and sees."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backfills import load_of
from shortdrama.backfill.plan import Asked
from shortdrama.backfill.run import begin
from shortdrama.cli.main import app
from shortdrama.core.errors import BackfillRefused
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore

Run = Callable[..., str]
YEAR = ("appfigures.estimates", "--from", "2025-01-01", "--to", "2025-12-31")


@pytest.fixture
def run(
    environment: None, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, ("backfill", *arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def test_a_plan_is_shown_and_nothing_is_asked(run: Run) -> None:
    text = run(*YEAR, "--countries", "us,ZZ", "--dry-run")
    assert "calls: 8 in 4 windows" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_plan_is_a_document_for_machines(run: Run) -> None:
    document = json.loads(run(*YEAR, "--dry-run", "--json"))
    assert document["asked"]["policy"] == "missing"
    assert [one["window"]["start"] for one in document["windows"]][:2] == [
        "2025-01-01",
        "2025-04-03",
    ]
    assert document["calls"] == sum(one["calls"] for one in document["windows"])


def test_wrong_input_is_refused(run: Run) -> None:
    with pytest.raises(BackfillRefused, match="needs its reason"):
        run(*YEAR, "--yes", "--because", " ")
    with pytest.raises(BackfillRefused, match="only says how things are now"):
        run("tiktok.hashtags", *YEAR[1:], "--dry-run")


@pytest.mark.usefixtures("environment")
def test_a_backfill_is_shown_listed_and_dropped(
    run: Run, settings: Settings, store: ObjectStore
) -> None:
    assert run("list") == "there is no backfill\n"
    asked = Asked(
        dataset="appfigures.estimates",
        window=Window(start=date(2025, 1, 1), end=date(2025, 12, 31)),
        reason="the first year",
    )
    backfill = begin(asked, is_reviewed=True, by="ada", settings=settings, store=store)
    name = backfill.backfill_id
    assert f"{name} " in run("list")
    assert json.loads(run("list", "--json"))[0]["state"] == "planned"
    text = run("show", name)
    assert f"backfill {name} is planned; at its end it is staged for review" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert [one["status"] for one in json.loads(run("show", name, "--json"))["loads"]] == [None] * 4
    with pytest.raises(BackfillRefused, match="is planned and not staged"):
        run("promote", name, "--because", "it is right")
    assert "nothing of it will count" in run("discard", name, "--because", "wrong year")
    assert json.loads(run("show", name, "--json"))["state"] == "discarded"


def test_who_accepts_a_refused_window_reads_how_its_backfill_goes_on(
    run: Run, settings: Settings, store: ObjectStore
) -> None:
    """It has failed because of that window, and does not go on by itself."""
    asked = Asked(
        dataset="appfigures.estimates",
        window=Window(start=date(2025, 1, 1), end=date(2025, 12, 31)),
        reason="the first year",
    )
    backfill = begin(asked, is_reviewed=True, by="ada", settings=settings, store=store)
    key = keys.quarantined(asked.dataset, "load-0")
    store.put(key, b"rows")
    refused = load_of(backfill, 0, "quarantined").model_copy(update={"key": key})
    LoadLedger(store, asked.dataset).append(refused)
    given = ("gate", "accept", "load-0", "--because", "it is right")
    result = CliRunner().invoke(app, given, catch_exceptions=False)
    said = " ".join(result.stdout.split())
    assert f"it is staged, and counts when backfill {backfill.backfill_id} does" in said
    assert f"to go on with that: shortdrama backfill show {backfill.backfill_id}" in said
