"""What a person is told about a load that was decided."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.gates.results import Finding, GateResult
from shortdrama.gates.triage import letter, page
from shortdrama.ingest.decisions import accept_load, revoke_load
from shortdrama.ingest.triage import _pull_again, triage_of_load
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore

ID = "20260225T080000Z-444ba5ada874"
NEGATIVE = Finding(
    suite="appfigures.estimates.rows",
    expectation="expect_column_values_to_be_between",
    column="downloads",
    severity="critical",
    unexpected=2,
    checked=12_345,
    expected="at least 0",
    samples=(
        {"product_id": 7, "country_code": "US", "estimated_on": "2026-02-01", "downloads": -5},
        {"product_id": 8, "country_code": "US", "estimated_on": "2026-02-01", "downloads": -9},
    ),
    reason="Nobody takes a download back, so a negative count is an error of the vendor or of us.",
)
LAGGING = Finding(
    suite="appfigures.estimates.load",
    expectation="expect_column_values_to_be_between",
    column="newest_day_lag",
    severity="warning",
    unexpected=1,
    checked=1,
    expected="at most 3",
    observed=4,
    reason="The newest days may lag, and the next pull fills them.",
)


@pytest.fixture
def record_gate(store: ObjectStore) -> Callable[[LoadRecord, Finding], None]:
    """Leaves what the gate found, as admitting a load does."""

    def leave(record: LoadRecord, *findings: Finding) -> None:
        found = GateResult(
            subject=record.load_id, suites=("s",), rows=7, findings=findings, what_to_do="mend"
        )
        outcome = Outcome(
            kind="gate",
            status="refused" if found.refused else "succeeded",
            subject=record.load_id,
            dataset=record.dataset,
            ended_at=record.decided_at,
            details=found.model_dump(mode="json"),
        )
        record_outcome(store, outcome)
        if found.refused:
            key = keys.quarantine_reasons(ESTIMATES.id, record.load_id)
            store.put(key, outcome.model_dump_json().encode())

    return leave


@pytest.fixture
def before(enter: Any, store: ObjectStore, tmp_path: Path) -> LoadRecord:
    """An accepted load that had product 7 in the US at 120 downloads, and product 8 not at all."""
    record: LoadRecord = enter("before", "accepted")
    path = tmp_path / "before.parquet"
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in ESTIMATES.all_columns)
    with duckdb.connect() as connection:
        connection.execute(f"create table load ({columns})")
        connection.execute(
            "insert into load values (7, 'US', '2026-02-01', 120, 12.50, 'USD', 'before',"
            " '2026-02-24 08:00:00', true)"
        )
        connection.execute(f"copy load to '{path}' (format parquet)")
    store.upload(path, record.key)
    return record


@pytest.fixture
def refused(before: LoadRecord, enter: Any, record_gate: Any) -> LoadRecord:
    record: LoadRecord = enter(ID)
    record_gate(record, LAGGING, NEGATIVE)
    return record


def test_each_failing_row_stands_beside_what_was_said_before(refused, lake_settings, store) -> None:
    triage = triage_of_load(ID, lake_settings, store)
    critical, warning = triage.judged
    assert (critical.finding, warning.finding) == (NEGATIVE, LAGGING)
    known, new = critical.compared
    assert known.previous == {**NEGATIVE.samples[0], "downloads": 120}
    assert (new.previous, new.has_previous) == (None, True)


def test_the_page_fits_80_columns_and_says_what_where_why_and_what_to_do(
    refused, lake_settings, store
) -> None:
    shown = page(triage_of_load(ID, lake_settings, store), 80)
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.startswith(f"appfigures.estimates {refused.coverage.window} was refused\n")
    for told in (
        f"Load: {ID}",
        "2 countries: ZZ US",
        "1. critical: downloads: 2 of 12,345 rows are not at least 0",
        "product_id 7, country_code US, estimated_on 2026-02-01: downloads -5 (before: 120)",
        "downloads -9 (no such row before)",
        "2. warning: newest_day_lag: observed 4, expected at most 3",
        "    shortdrama airflow dags trigger ingest_appfigures \\",
        '      --conf \'{"start": "2026-02-01", "end": "2026-02-24"}\'',
        f"    shortdrama replay {ID}",
        f'    shortdrama gate accept {ID} --because "…"',
    ):
        assert " ".join(told.split()) in " ".join(shown.split())


def test_a_mails_lines_are_left_to_the_phone(refused, lake_settings, store) -> None:
    shown = letter(triage_of_load(ID, lake_settings, store))
    assert (
        "   - product_id 7, country_code US, estimated_on 2026-02-01: downloads -5 (before: 120)\n"
        in shown
    )


def test_a_subject_line_is_made_of_the_name_and_the_first_reason(
    refused, lake_settings, store
) -> None:
    triage = triage_of_load(ID, lake_settings, store)
    assert triage.name == "appfigures.estimates 2026-02-01..2026-02-24"
    assert triage.reason == "downloads: 2 of 12,345 rows are not at least 0"


def test_who_has_decided_is_told_and_what_can_be_done_then(refused, lake_settings, store) -> None:
    accept_load(ID, "the vendor confirmed it", "ada", lake_settings, store)
    accepted = page(triage_of_load(ID, lake_settings, store), 80)
    assert "load accepted by ada on 2026-02-25 08:00 UTC (“the vendor confirmed it”)" in accepted
    assert f'shortdrama load revoke {ID} --because "…"' in accepted
    assert "gate accept" not in accepted
    revoke_load(ID, "it was wrong", "grace", lake_settings, store)
    revoked = page(triage_of_load(ID, lake_settings, store), 80)
    assert "load accepted by ada" in revoked
    assert "load revoked by grace on 2026-02-25 08:00 UTC (“it was wrong”)" in revoked
    assert f"shortdrama replay {ID}" in revoked
    assert "gate accept" not in revoked


def test_warnings_of_a_load_that_passed_are_told_too(
    enter, record_gate, lake_settings, store
) -> None:
    record_gate(enter("fine", "accepted"), LAGGING)
    triage = triage_of_load("fine", lake_settings, store)
    assert [one.finding for one in triage.judged] == [LAGGING]
    assert triage.state == "accepted"


def test_what_nobody_can_accept_is_not_offered(enter, lake_settings, store) -> None:
    enter("shapeless", key="landing/appfigures/estimates/2026/02/25/p/0.json.gz", rows=0)
    shown = page(triage_of_load("shapeless", lake_settings, store), 80)
    assert "shapeless is odd" in shown
    assert "shortdrama replay shapeless" in shown
    assert "gate accept" not in shown


@pytest.mark.parametrize(
    ("dataset", "command"),
    [
        (FORECASTS, "shortdrama inbox put omdia FILE"),
        (HASHTAGS, "shortdrama airflow dags trigger ingest_tiktok"),
    ],
)
def test_each_source_is_asked_again_in_its_own_way(
    enter, lake_settings, store, dataset, command
) -> None:

    assert _pull_again(enter("odd"), dataset).command == command


@pytest.fixture
def command_line(lake_settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    for module in ("gate", "load"):
        monkeypatch.setattr(f"shortdrama.cli.{module}.settings", lambda: lake_settings)
    monkeypatch.setattr("shortdrama.cli.shared.settings", lambda: lake_settings)
    monkeypatch.setattr("shortdrama.core.machine.ensure_store", lambda: None)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_the_commands_show_decide_and_list(refused, command_line) -> None:
    listed = command_line("gate", "list")
    assert f"{ID}  2026-02-25 08:00  in quarantine" in listed.output
    shown = command_line("gate", "show", ID)
    assert "downloads -5" in shown.output
    accepted = command_line("gate", "accept", ID, "--because", "it is right", "--by", "ada")
    assert accepted.exit_code == 0, accepted.output
    assert f"load {ID} counts from now on: 7 rows" in accepted.output
    again = command_line("gate", "accept", ID, "--because", "it is right", "--by", "ada")
    assert "is accepted already, by ada" in str(again.exception)
    revoked = command_line(
        "load", "revoke", ID, "--because", "it is wrong", "--by", "grace", "--yes"
    )
    assert f"load {ID} no longer counts" in revoked.output
    told = json.loads(command_line("gate", "show", ID, "--json").output)
    assert [decision["by"] for decision in told["decisions"]] == ["ada", "grace"]
    (one,) = json.loads(command_line("gate", "list", "--json").output)
    assert (one["subject"], one["state"]) == (ID, "revoked by grace")


def test_a_decision_names_the_user_of_the_machine(refused, command_line, monkeypatch) -> None:
    monkeypatch.setenv("LOGNAME", "lovelace")
    assert command_line("gate", "accept", ID, "--because", "it is right").exit_code == 0
    assert "by lovelace" in command_line("gate", "show", ID).output


@pytest.mark.parametrize("arguments", [("gate", "accept", ID), ("load", "revoke", ID)])
def test_a_decision_without_a_reason_is_no_command(command_line, arguments) -> None:
    assert command_line(*arguments).exit_code == 2
