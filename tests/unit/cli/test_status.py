"""`shortdrama status` and `doctor`: how the lake, Airflow and a home's services are."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backfills import days, load_of
from shortdrama.backfill.plan import Asked
from shortdrama.backfill.run import begin, note_paused
from shortdrama.cli import status as status_module
from shortdrama.cli.main import app
from shortdrama.core import settings as config
from shortdrama.core.machine import ServiceState
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore

Run = Callable[..., str]
SINCE = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@pytest.fixture
def run(
    environment: None, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs `shortdrama` on the test's lake, on a terminal of 80 columns; what it prints."""
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    monkeypatch.setattr(status_module.out, "_width", 80)

    def invoke(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout

    return invoke


@pytest.fixture
def reachable(airflow: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The Airflow that the settings name."""
    monkeypatch.setenv("SHORTDRAMA_AIRFLOW__BASE_URL", airflow.url)
    monkeypatch.setenv("SHORTDRAMA_AIRFLOW__PASSWORD", "right")
    config.settings.cache_clear()
    return airflow


def own(**changes: Any) -> ServiceState:
    well = {"name": "s3", "state": "running", "since": SINCE, "restarts": 0}
    return ServiceState(**{**well, "last_restart": None, "last_cause": None, **changes})


def test_status_says_how_airflow_is(run: Run, reachable: Any) -> None:
    marts = reachable.answers["dags"]["dags"][1]
    marts |= {"is_paused": False, "next_dagrun_run_after": "2026-11-28T12:00:00Z"}
    lines = run("status").splitlines()
    assert "scheduler: last heartbeat 8 s ago" in lines
    assert "DAG processor: last heartbeat 9 s ago" in lines
    assert "next run: market_marts at 11-28 12:00 UTC" in lines
    assert "paused: ingest_minis" in lines
    waiting = "waits longest: ingest_minis, paused, for 0 s, run"
    assert any(line.startswith(waiting) for line in lines)
    assert any(line.startswith("disk: ") and line.endswith(" GB left") for line in lines)


def test_a_dead_scheduler_is_seen_at_once(run: Run, reachable: Any) -> None:
    reachable.beats(scheduler="2026-11-28T09:11:40+00:00")
    lines = run("status").splitlines()
    assert "scheduler: DEAD, last heartbeat 2 h ago" in lines
    assert "DAG processor: DEAD, there was never a heartbeat" in lines


def test_without_airflow_the_lake_is_shown_all_the_same(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "http://127.0.0.1:9"
    monkeypatch.setenv("SHORTDRAMA_AIRFLOW__BASE_URL", nobody)
    config.settings.cache_clear()
    lines = run("status").splitlines()
    assert any("appfigures.estimates" in line for line in lines)
    assert [line for line in lines if "Airflow" in line] == [f"Airflow does not answer at {nobody}"]


def test_a_homes_services_are_a_table_of_80_columns(
    run: Run, reachable: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [
        own(name="airflow-dag-processor", restarts=12, last_restart=SINCE, last_cause="ended"),
        own(name="airflow-scheduler", state="gave up", since=None),
    ]
    monkeypatch.setattr("shortdrama.core.machine.services", lambda: states)
    printed = run("status")
    assert max(map(len, printed.splitlines())) <= 80
    rows = [[cell.strip() for cell in line.split("│")] for line in printed.splitlines()]
    at = "11-28 09:30"
    assert ["", "airflow-dag-processor", "running", at, "12", f"{at}, ended", ""] in rows
    assert ["", "airflow-scheduler", "gave up", "", "", "", ""] in rows


def test_machines_read_it_all(run: Run, reachable: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shortdrama.core.machine.services", lambda: [own()])
    told = json.loads(run("status", "--json"))
    assert told["airflow"]["scheduler_heartbeat"] == "2026-11-28T11:21:36.195450+00:00"
    assert told["airflow"]["oldest_waiting"]["dag"] == "ingest_minis"
    assert told["services"][0]["since"] == "2026-11-28T09:30:00+00:00"
    assert told["disk_free_bytes"] > 0
    reachable.status = 503
    told = json.loads(run("status", "--json"))
    error = f"Airflow at {reachable.url} answers HTTP 503 Service Unavailable"
    assert told["airflow"] == {"error": error}


def test_doctor_fails_for_a_dead_scheduler(run: Run, reachable: Any) -> None:
    reachable.beats(scheduler="2026-11-28T09:11:40+00:00")
    checks = {check["name"]: check for check in json.loads(run("doctor", "--json", code=1))}
    assert not checks["Airflow"]["ok"]
    assert "Airflow" not in run("doctor", "--no-airflow", "--json", code=1)


def loads_of_estimates(store: ObjectStore) -> None:
    """Two weeks with a hole, the newest of them refused, by a source that says markup."""
    first = date(2026, 2, 10)
    spans = [(0, 5, "accepted"), (8, 13, "accepted"), (14, 16, "quarantined")]
    for number, (start, end, status) in enumerate(spans):
        window = Window(start=first + timedelta(start), end=first + timedelta(end))
        said_at = datetime(2026, 2, 28, number, tzinfo=UTC)
        LoadLedger(store, "appfigures.estimates").append(
            LoadRecord(
                load_id=keys.load_id(said_at, "a" * 12), pull_id="p", sha256="0", rows=1,
                dataset="appfigures.estimates", status=status, key="raw/x", said_at=said_at,
                coverage=Coverage(window=window, countries=("US", "ZZ")), decided_at=said_at,
                is_sample=True,
                reasons=("[red]revenue[/red] of [bold is ten times too high",) * (number == 2),
            )
        )  # fmt: skip


def test_status_shows_what_is_covered_missing_and_refused(
    run: Run, store: ObjectStore, reachable: Any
) -> None:
    loads_of_estimates(store)
    printed = run("status")
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    print(printed)
    assert "appfigures.estimates refused 2026-02-23 1 d ago 4 d 1" in lines
    assert "covered 2026-02-10..2026-02-15, 2026-02-18..2026-02-23" in lines
    assert "gap 2026-02-16..2026-02-17, 2026-02-27..2026-02-28" in lines
    assert "refused 2026-02-24..2026-02-26" in lines
    assert "- [red]revenue[/red] of [bold is ten times too high" in lines
    assert "shortdrama gate show 20260228T020000Z-aaaaaaaaaaaa" in lines
    assert "marts: accepted loads are waiting to be built" in lines
    assert "next report: weekly brief 2026-W08, due since 2026-02-26" in printed
    assert "next loads, unless paused: none, the clock is frozen" in lines
    assert max(map(len, printed.splitlines())) <= 80


def test_machines_read_what_is_missing(run: Run, store: ObjectStore, reachable: Any) -> None:
    loads_of_estimates(store)
    told = json.loads(run("status", "--json"))
    estimates = told["datasets"]["appfigures.estimates"]
    assert estimates["troubles"] == ["refused", "stale", "gap"]
    assert [stretch["state"] for stretch in estimates["stretches"]] == [
        "covered", "gap", "covered", "refused", "gap",
    ]  # fmt: skip
    assert told["marts"]["gate"] == "waiting"
    assert told["report"]["period"] == "2026-W08"


def test_status_shows_backfills_and_what_can_be_done(
    run: Run, settings: Settings, store: ObjectStore, reachable: Any
) -> None:
    asked = Asked(
        dataset="appfigures.estimates", window=days("2025-01-01", "2025-12-31"), reason="a year"
    )
    backfill = begin(asked, is_reviewed=True, by="ada", settings=settings, store=store)
    LoadLedger(store, asked.dataset).append(load_of(backfill, 0))
    until = datetime(2026, 3, 2, tzinfo=UTC)
    note_paused(backfill.backfill_id, until, "spent", "airflow", settings, store)
    printed = run("status")
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert f"backfill {backfill.backfill_id} is paused since 03-01 08:00 UTC" in lines
    assert "2025-01-01..2025-12-31: 1/4 windows, 1,000 rows, 17/68 calls" in lines
    assert "it waits for quota and goes on by itself at 2026-03-02 00:00 UTC" in lines
    assert max(map(len, printed.splitlines())) <= 80
    (told,) = json.loads(run("status", "--json"))["backfills"]
    assert told["known"]["progress"]["windows"] == 1
