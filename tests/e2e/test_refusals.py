"""What the gates refuse, under the real scheduler, and what people decide about it.

The tests run in the order in which they stand, after those of test_pipeline.py on the same stack:
they leave other marts behind.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.reports.archive import parts
from shortdrama.reports.archive.editions import find_edition
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.overrides import build_id
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest
from shortdrama_local.embedded.airflow import USER
from shortdrama_local.embedded.airflow_api import Run
from shortdrama_local.embedded.demo import INGEST_DAGS
from shortdrama_local.samples.omdia_workbooks import (
    write_deviating_workbook,
    write_workbooks,
    write_wrong_unit_workbook,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]


def drop(stack: Any, path: Path, name: str) -> LoadRecord:
    """Drop a workbook and have it taken in; its load."""
    stack.store.upload(path, keys.inbox("omdia") + name)
    stack.airflow.expect_success(stack.airflow.trigger("ingest_omdia"), print)
    return LoadLedger(stack.store, FORECASTS.id).records()[-1]


def decide(stack: Any, decision: str, subject: str, because: str) -> Run:
    """Fill in the form of the manual DAG."""
    form = {"decision": decision, "subject": subject, "because": because}
    run: Run = stack.airflow.trigger("gate_decision", form)
    return run


def subjects(stack: Any) -> list[str]:
    return [str(alert["Subject"]) for alert in stack.alerts()]


@pytest.fixture(scope="module", autouse=True)
def awake(stack: Any) -> None:
    """The manual DAG takes runs, as the others do."""
    stack.airflow.wait_for_dags({"gate_decision"})
    for dag_id in (*INGEST_DAGS, "market_marts", "gate_decision"):
        stack.airflow.unpause(dag_id)


@pytest.fixture(scope="module")
def refused_runs() -> list[Run]:
    """Filled by the first test: runs whose gate has refused."""
    return []


def test_refused_loads_leave_their_dataset_and_let_the_others_go_on(
    stack: Any, refused_runs: list[Run], tmp_path: Path
) -> None:
    accepted = {name: LoadLedger(stack.store, name).accepted() for name in DATASETS}
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

    refused_runs.append(unit)
    for dataset, run, expectation in (
        (ESTIMATES, negative, "expect_column_values_to_be_between(downloads)"),
        (FORECASTS, unit, "expect_column_values_to_be_between(world_revenue_usd_min)"),
    ):
        refused = LoadLedger(stack.store, dataset.id).records()[-1]
        assert refused.status == "quarantined"
        assert stack.store.exists(keys.quarantined(dataset.id, refused.load_id))
        assert stack.store.exists(keys.quarantine_reasons(dataset.id, refused.load_id))
        (failed,) = [task for task in stack.airflow.tasks(run) if task["state"] == "failed"]
        said = stack.airflow.log(run, failed["task_id"], failed["map_index"])
        assert expectation in said
        assert refused.load_id in said
        assert LoadLedger(stack.store, dataset.id).accepted() == accepted[dataset.id]
    assert len(LoadLedger(stack.store, PRODUCTS.id).accepted()) == len(accepted[PRODUCTS.id]) + 1

    after = stack.publish()
    assert before is not None
    assert after != before, "the accepted products must have been published"
    assert stack.differing_rows(before, after) == {}

    shown = CliRunner().invoke(app, ["status", "--json"])
    datasets = json.loads(shown.stdout)["datasets"]
    for dataset in (ESTIMATES, FORECASTS):
        (refused,) = datasets[dataset.id]["refused_since"]
        assert "expect_column_values_to_be_between" in refused["reason"]
        assert datasets[dataset.id]["as_of"] == str(accepted[dataset.id][-1].coverage.window.end)


def test_each_refused_load_was_mailed_once_with_the_first_of_what_gate_show_says(
    stack: Any,
) -> None:
    told = {str(alert["X-Shortdrama-Cause"]): alert for alert in stack.alerts()}
    for dataset, failing in ((ESTIMATES, "downloads"), (FORECASTS, "vintage_change_factor_max")):
        refused = LoadLedger(stack.store, dataset.id).records()[-1]
        alert = told[f"load_refused/{refused.load_id}"]
        assert f"{dataset.id} {refused.coverage.window}: {failing}" in alert["Subject"]
        body = alert.get_content()
        assert f"shortdrama replay {refused.load_id}" in body
        shown = CliRunner().invoke(app, ["gate", "show", refused.load_id]).output
        everything = " ".join(shown.split())
        about_the_rest = ("Left out here: ", f"    shortdrama gate show {refused.load_id}")
        for line in body.splitlines():
            assert line.startswith(about_the_rest) or " ".join(line.split()) in everything
    causes = [str(alert["X-Shortdrama-Cause"]) for alert in stack.alerts()]
    assert sorted(causes) == sorted(told), "each cause is mailed once"


def test_clearing_a_refused_gate_is_red_again_and_sends_no_second_mail(
    stack: Any, refused_runs: list[Run]
) -> None:
    before = subjects(stack)
    for run in refused_runs:
        (failed,) = [task for task in stack.airflow.tasks(run) if task["state"] == "failed"]
        stack.airflow.clear(run, failed["task_id"])
        assert stack.airflow.wait(run, print) == "failed"
    assert subjects(stack) == before


def test_a_red_mart_gate_publishes_and_sends_nothing(stack: Any, tmp_path: Path) -> None:
    """The workbook is plausible, so its load is accepted; only the marts' gate can tell."""
    path = tmp_path / "deviating.xlsx"
    write_deviating_workbook(path)
    before = (current_snapshot_id(stack.store), stack.mails())
    load = drop(stack, path, path.name)
    assert load.status == "accepted"
    run = stack.airflow.trigger("market_marts")
    assert stack.airflow.wait(run, print) == "failed"
    assert (current_snapshot_id(stack.store), stack.mails()) == before
    build = build_id(read_inputs(stack.store).fingerprint)
    (alert,) = [mail for mail in stack.alerts() if build in str(mail["Subject"])]
    assert f"shortdrama load revoke {load.load_id}" in alert.get_content()
    listed = CliRunner().invoke(app, ["gate", "list"]).output
    assert listed.startswith(build)


def test_the_next_good_loads_heal_both_without_hands(stack: Any, tmp_path: Path) -> None:
    before = current_snapshot_id(stack.store)
    october, _ = write_workbooks(tmp_path)
    run = stack.airflow.trigger("ingest_appfigures", {"start": "2025-09-01", "end": "2025-09-30"})
    stack.airflow.expect_success(run, print)
    good = drop(stack, october, "omdia_october_again.xlsx")
    assert good.status == "accepted"
    after = stack.next_snapshot(before)
    while good.load_id not in read_manifest(stack.store, after).datasets[FORECASTS.id].load_ids:
        after = stack.next_snapshot(after)
    # Rows of forecasts name the file that they were read from.
    differing = stack.differing_rows(str(before), after).keys()
    assert differing <= {"fct_market_forecasts", "rpt_forecast_context"}
    states = read_inputs(stack.store).states()
    assert states[ESTIMATES.id].refused_since == states[FORECASTS.id].refused_since == ()


def test_a_decision_that_cannot_be_is_refused(stack: Any) -> None:
    before = stack.ledgers()
    good = LoadLedger(stack.store, FORECASTS.id).accepted()[-1]
    run = decide(stack, "accept_load", good.load_id, "it is right")
    assert stack.airflow.wait(run, print) == "failed"
    assert "is accepted already" in stack.airflow.log(run, "decide")
    assert stack.ledgers() == before


@pytest.mark.long
def test_a_revocation_and_an_override_are_in_the_next_manifest_and_edition(stack: Any) -> None:
    """Without the good workbook the deviating one counts again, and somebody lets it pass."""
    before = current_snapshot_id(stack.store)
    good = LoadLedger(stack.store, FORECASTS.id).accepted()[-1]
    revoked = decide(stack, "revoke_load", good.load_id, "dropped by mistake")
    stack.airflow.expect_success(revoked, print)
    run = stack.airflow.trigger("market_marts")
    assert stack.airflow.wait(run, print) == "failed", "the mart gate is red again"
    build = build_id(read_inputs(stack.store).fingerprint)
    accepted = decide(stack, "accept_marts", build, "Omdia has corrected its figure")
    stack.airflow.expect_success(accepted, print)
    after = stack.next_snapshot(before)

    manifest = read_manifest(stack.store, after)
    made = [(one.kind, one.subject, one.by, one.because) for one in manifest.overrides]
    assert made == [
        ("load_revoked", good.load_id, USER, "dropped by mistake"),
        ("marts_published", build, USER, "Omdia has corrected its figure"),
    ]
    assert any("status" in warning.text for warning in manifest.warnings)

    stack.airflow.expect_success(
        stack.airflow.trigger("market_reports", {"period": "2025-W38"}), print
    )
    edition = find_edition(stack.store, "weekly_brief/2025-W38")
    assert edition is not None
    assert edition.snapshot_id == after
    english = " ".join(parts.read(stack.store, edition.id, edition.parts["en"]).text.split())
    assert f"{USER} withdrew data" in english
    assert "“dropped by mistake”" in english
    assert f"{USER} had these figures published despite" in english
    assert "“Omdia has corrected its figure”" in english
    assert (
        "理由：“dropped by mistake”"
        in parts.read(stack.store, edition.id, edition.parts["zh"]).html
    )


@pytest.mark.long
def test_without_the_deviating_workbook_the_marts_are_green_again(stack: Any) -> None:
    """It leaves a lake behind on which a build passes, for the tests that follow."""
    before = current_snapshot_id(stack.store)
    deviating = LoadLedger(stack.store, FORECASTS.id).accepted()[-1]
    stack.airflow.expect_success(
        decide(stack, "revoke_load", deviating.load_id, "Omdia says otherwise"), print
    )
    after = read_manifest(stack.store, stack.next_snapshot(before))
    assert deviating.load_id not in after.datasets[FORECASTS.id].load_ids
    assert [one.kind for one in after.overrides] == ["load_revoked", "load_revoked"]
