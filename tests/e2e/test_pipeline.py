"""The promises of the whole pipeline, kept under the real scheduler.

The tests run in the order in which they stand, on one stack: the figures first, then the same loads
again, cleared tasks, and refused loads last.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from shortdrama.analysts.answers import answer
from shortdrama.cli import app
from shortdrama.config import settings
from shortdrama.datasets import DATASETS, ESTIMATES, FORECASTS, PRODUCTS
from shortdrama.embedded.airflow_api import AirflowApi, Run
from shortdrama.embedded.demo import CLOCK, PERIOD, QUARTERS, load_and_publish
from shortdrama.embedded.machine import Machine
from shortdrama.embedded.stack import start_stack, stop_stack
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.samples.omdia_workbooks import write_wrong_unit_workbook
from shortdrama.warehouse.read import connect
from shortdrama.warehouse.snapshots import current_snapshot_id, read_manifest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

LINEAGE = ("load_id",)


@dataclass(frozen=True)
class Stack:
    """A running stack on which the demo's loads ended well."""

    machine: Machine
    airflow: AirflowApi
    store: ObjectStore
    runs: list[Run]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    patch = pytest.MonkeyPatch()
    home: Path = tmp_path_factory.mktemp("home")
    patch.setenv("SHORTDRAMA_HOME", str(home))
    patch.setenv("SHORTDRAMA_FROZEN_CLOCK", CLOCK.isoformat())
    settings.cache_clear()
    try:
        machine = start_stack(CLOCK, print)
        settings.cache_clear()
        airflow = AirflowApi(machine)
        runs = load_and_publish(airflow, print)
        yield Stack(machine, airflow, ObjectStore.of(settings().s3), runs)
    finally:
        stop_stack()
        patch.undo()
        settings.cache_clear()


def rows(query: str) -> list[dict[str, Any]]:
    """What `shortdrama sql --format json` answers."""
    return json.loads(answer(query, "json", settings()), parse_float=Decimal)


def ledgers(stack: Stack) -> dict[str, list[LoadRecord]]:
    return {name: LoadLedger(stack.store, dataset).records() for name, dataset in DATASETS.items()}


def mails(stack: Stack) -> list[str]:
    return sorted(path.name for path in (stack.machine.maildir / "new").iterdir())


def differing_rows(before: str, after: str) -> dict[str, int]:
    """Rows of each mart that only one of two snapshots has, lineage aside."""
    with connect(settings(), before) as connection:
        manifest = read_manifest_of(before)
        other = keys.snapshot(after, "marts.duckdb")
        connection.execute(f"attach 's3://{settings().s3.bucket}/{other}' as other (read_only)")
        return {mart: _differing(connection, mart) for mart in manifest.marts}


def _differing(connection: Any, mart: str) -> int:
    columns = [name for (name, *_) in connection.execute(f"describe {mart}").fetchall()]
    compared = ", ".join(name for name in columns if name not in LINEAGE)
    here, there = f"select {compared} from marts.{mart}", f"select {compared} from other.{mart}"
    count = connection.execute(
        f"select count(*) from (({here} except all {there}) union all ({there} except all {here}))"
    ).fetchone()
    return int(count[0])


def read_manifest_of(snapshot_id: str) -> Any:
    return read_manifest(ObjectStore.of(settings().s3), snapshot_id)


def publish(stack: Stack) -> str:
    stack.airflow.expect_success(stack.airflow.trigger("market_marts"), print)
    snapshot_id = current_snapshot_id(stack.store)
    assert snapshot_id is not None
    return snapshot_id


def test_quarters_hold_the_published_totals(stack: Stack) -> None:
    """298 apps, 308M downloads, $647M net, +12.2 % and +12.8 % (Appfigures, 2025Q3)."""
    (quarter,) = rows(
        "select * from rpt_market_size_quarterly"
        " where geography = 'World ex-China' and period_label = '2025Q3'"
    )
    assert quarter["active_apps"] == 298
    assert quarter["downloads"] == pytest.approx(308_000_000, rel=0.005)
    assert float(quarter["revenue_usd"]) == pytest.approx(647_000_000, rel=0.005)
    assert float(quarter["downloads_growth_pct"]) == pytest.approx(12.2, abs=0.3)
    assert float(quarter["revenue_growth_pct"]) == pytest.approx(12.8, abs=0.3)
    assert quarter["revenue_basis"] == "net"
    assert quarter["is_sample"] is True


def test_july_has_the_published_share_and_leader(stack: Stack) -> None:
    (us,) = rows(
        "select revenue_usd from rpt_market_size_monthly"
        " where geography = 'US' and period_label = '2025-07'"
    )
    assert float(us["revenue_usd"]) / 209_000_000 * 100 == pytest.approx(45.6, abs=0.5)
    (first,) = rows(
        "select app_name, revenue_usd from rpt_app_leaderboard_monthly"
        " where geography = 'World ex-China' and period_label = '2025-07' and revenue_rank = 1"
    )
    assert first["app_name"] == "ReelShort"
    assert float(first["revenue_usd"]) == pytest.approx(48_740_000, rel=0.01)


def test_both_omdia_editions_stand_side_by_side(stack: Stack) -> None:
    editions = rows(
        "select published_on, year, value, ratio_to_fast from rpt_forecast_revisions"
        " where publisher = 'Omdia' and geography = 'World' and segment = 'microdramas'"
        " and metric = 'revenue' order by published_on, year"
    )
    assert [(row["published_on"], row["year"], int(row["value"])) for row in editions] == [
        ("2025-10-14", 2025, 11_000_000_000),
        ("2026-02-23", 2025, 11_000_000_000),
        ("2026-02-23", 2026, 14_000_000_000),
    ]
    assert float(editions[0]["ratio_to_fast"]) == pytest.approx(1.90, abs=0.005)


def test_the_brief_reached_everybody_once(stack: Stack) -> None:
    assert len(mails(stack)) == len(settings().mail.recipients) == 2


def test_the_same_loads_again_change_no_row(stack: Stack) -> None:
    before = current_snapshot_id(stack.store)
    runs = [
        stack.airflow.trigger("ingest_appfigures", {"start": start, "end": end})
        for start, end in QUARTERS
    ]
    runs.append(stack.airflow.trigger("ingest_tiktok"))
    for run in runs:
        stack.airflow.expect_success(run, print)
    after = publish(stack)
    assert before is not None
    assert after != before, "the second loads must have been built, or nothing is compared"
    assert differing_rows(before, after) == dict.fromkeys(read_manifest_of(after).marts, 0)


def test_a_brief_that_was_sent_is_not_sent_again(stack: Stack) -> None:
    sent = mails(stack)
    run = stack.airflow.trigger("market_reports", {"period": PERIOD})
    stack.airflow.expect_success(run, print)
    assert mails(stack) == sent


def test_clearing_any_task_changes_nothing(stack: Stack) -> None:
    before = (ledgers(stack), current_snapshot_id(stack.store), mails(stack))
    first_of_dag = {run.dag_id: run for run in reversed(stack.runs)}
    waves = [
        {task["task_id"] for task in stack.airflow.tasks(run)} for run in first_of_dag.values()
    ]
    for task_ids, run in zip(waves, first_of_dag.values(), strict=True):
        for task_id in sorted(task_ids):
            stack.airflow.clear(run, task_id)
            assert stack.airflow.wait(run, print) == "success", f"{run.dag_id}.{task_id}"
    publish(stack)
    assert (ledgers(stack), current_snapshot_id(stack.store), mails(stack)) == before


def test_refused_loads_leave_their_dataset_and_let_the_others_go_on(
    stack: Stack, tmp_path: Path
) -> None:
    accepted = {name: LoadLedger(stack.store, DATASETS[name]).accepted() for name in DATASETS}
    before = current_snapshot_id(stack.store)
    faults = f"{stack.machine.simulator_url}/simulator/faults"
    requests.put(
        faults, json={"/v2/reports/estimates": "negative_downloads"}, timeout=10
    ).raise_for_status()
    wrong = tmp_path / "omdia_110_dollars.xlsx"
    write_wrong_unit_workbook(wrong)
    stack.store.upload(wrong, keys.inbox("omdia") + wrong.name)
    try:
        negative = stack.airflow.trigger(
            "ingest_appfigures", {"start": "2025-09-01", "end": "2025-09-30"}
        )
        unit = stack.airflow.trigger("ingest_omdia")
        assert stack.airflow.wait(negative, print) == "failed"
        assert stack.airflow.wait(unit, print) == "failed"
    finally:
        requests.delete(faults, timeout=10).raise_for_status()

    for dataset, run, expectation in (
        (ESTIMATES, negative, "expect_column_values_to_be_between(downloads)"),
        (FORECASTS, unit, "expect_column_values_to_be_between(world_revenue_usd_min)"),
    ):
        refused = LoadLedger(stack.store, dataset).records()[-1]
        assert refused.status == "quarantined"
        assert stack.store.exists(keys.quarantined(dataset, refused.load_id))
        assert stack.store.exists(keys.quarantine_reasons(dataset, refused.load_id))
        (failed,) = [task for task in stack.airflow.tasks(run) if task["state"] == "failed"]
        said = stack.airflow.log(run, failed["task_id"], failed["map_index"])
        assert expectation in said
        assert refused.load_id in said
        assert LoadLedger(stack.store, dataset).accepted() == accepted[dataset.id]
    assert len(LoadLedger(stack.store, PRODUCTS).accepted()) == len(accepted[PRODUCTS.id]) + 1

    after = publish(stack)
    assert before is not None
    assert after != before, "the accepted products must have been published"
    assert differing_rows(before, after) == dict.fromkeys(read_manifest_of(after).marts, 0)

    shown = CliRunner().invoke(app, ["status", "--json"])
    datasets = json.loads(shown.stdout)["datasets"]
    for dataset in (ESTIMATES, FORECASTS):
        (reason,) = datasets[dataset.id]["refused_since"]
        assert "expect_column_values_to_be_between" in reason
        assert datasets[dataset.id]["as_of"] == str(accepted[dataset.id][-1].coverage.window.end)
