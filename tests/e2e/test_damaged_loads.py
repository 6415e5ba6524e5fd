"""A raw object is damaged under a lake that the real scheduler serves, and is put back.

Runs before the other end-to-end tests, on the same stack, and leaves the same rows behind.
"""

from datetime import date
from typing import Any

import pytest

from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest
from shortdrama_local.embedded.airflow_api import Run

LAST_DAY = date(2025, 9, 30)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def snapshot_id(stack: Any) -> str:
    """What is published before anything is damaged."""
    found = current_snapshot_id(stack.store)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def third_quarter(stack: Any) -> LoadRecord:
    """The load that has September, which the next build will read."""
    loads = LoadLedger(stack.store, ESTIMATES.id).accepted()
    return next(load for load in loads if load.coverage.window.end == LAST_DAY)


@pytest.fixture(scope="module")
def accepted(stack: Any, third_quarter: LoadRecord) -> bytes:
    """Its object, as it was accepted."""
    body: bytes = stack.store.get(third_quarter.key)
    return body


@pytest.fixture(scope="module")
def damaged(stack: Any, snapshot_id: str, third_quarter: LoadRecord, accepted: bytes) -> LoadRecord:
    """Its object holds the second quarter, which reads without an error. A new load waits."""
    loads = LoadLedger(stack.store, ESTIMATES.id).accepted()
    second = next(load for load in loads if load.coverage.window.end != LAST_DAY)
    stack.store.copy(second.key, third_quarter.key)
    september = {"start": "2025-09-01", "end": "2025-09-30"}
    stack.airflow.wait_for_dags({"housekeeping"})
    stack.airflow.unpause("housekeeping")
    stack.airflow.expect_success(stack.airflow.trigger("ingest_appfigures", september), print)
    return third_quarter


def has_newest_load(stack: Any, snapshot_id: str | None) -> bool:
    """Whether the newest load of estimates is in the snapshot."""
    newest = LoadLedger(stack.store, ESTIMATES.id).accepted()[-1]
    return newest.load_id in read_manifest(stack.store, snapshot_id).datasets[ESTIMATES.id].load_ids


def failed(stack: Any, dag_id: str, task_id: str) -> str:
    """Run the DAG, which fails in that task; the task's log."""
    run: Run = stack.airflow.trigger(dag_id)
    assert stack.airflow.wait(run, print) == "failed"
    tasks = {task["task_id"]: task for task in stack.airflow.tasks(run)}
    assert [name for name, task in tasks.items() if task["state"] == "failed"] == [task_id]
    assert tasks[task_id]["try_number"] == 1, "another try would find the same"
    return str(stack.airflow.log(run, task_id))


def test_market_marts_refuses_and_names_load_and_object(stack: Any, damaged: LoadRecord) -> None:
    log = failed(stack, "market_marts", "build")
    assert f"load {damaged.load_id}: {damaged.key} has other bytes" in log
    # The products of the same run may be published: such a build reads no estimates.
    assert not has_newest_load(stack, current_snapshot_id(stack.store))
    (alert,) = [mail for mail in stack.alerts() if damaged.load_id in mail.get_content()]
    assert damaged.key in alert.get_content()


def test_the_nightly_task_finds_it_too(stack: Any, damaged: LoadRecord) -> None:
    log = failed(stack, "housekeeping", "check_loads")
    assert f"load {damaged.load_id}: {damaged.key} holds load" in log


def test_put_back_one_ordinary_run_gives_readers_the_right_rows(
    stack: Any, snapshot_id: str, damaged: LoadRecord, accepted: bytes
) -> None:
    stack.store.put(damaged.key, accepted)
    after = stack.publish()
    assert has_newest_load(stack, after)
    assert stack.differing_rows(snapshot_id, after) == {}
    stack.airflow.expect_success(stack.airflow.trigger("housekeeping"), print)


def test_a_full_refresh_that_ends_in_the_same_results_publishes_nothing(stack: Any) -> None:
    before = current_snapshot_id(stack.store)
    run = stack.airflow.trigger("market_marts", {"full_refresh": True})
    stack.airflow.expect_success(run, print)
    assert "full refresh: asked for" in stack.airflow.log(run, "build")
    assert current_snapshot_id(stack.store) == before
