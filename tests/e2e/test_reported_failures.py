"""What the engineers are told when a machine fails and not the data, under the real scheduler.

After the other tests of the stack: these stop its services and kill its tasks.
"""

import os
import signal
from time import monotonic, sleep
from typing import Any

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama_local.embedded.airflow_api import Run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

OF_THE_STORE = {
    "ingest_omdia": "plan",
    "ingest_minis": "plan",
    "market_marts": "build",
    "market_reports": "tell",
}
"""The tasks of four DAGs that read the lake first; nothing is due while the clock stands still."""


@pytest.fixture(scope="module", autouse=True)
def awake(stack: Any) -> None:
    for dag_id in OF_THE_STORE:
        stack.airflow.unpause(dag_id)


def subjects(stack: Any, after: int) -> list[str]:
    return [str(alert["Subject"]) for alert in stack.alerts()[after:]]


def kill_each_try(stack: Any, run: Run, task_id: str) -> int:
    """kill -9 a task's process as often as it is started; how often that was."""
    killed: set[int] = set()
    deadline = monotonic() + 600
    while stack.airflow.state(run) not in ("success", "failed"):
        assert monotonic() < deadline
        for task in stack.airflow.tasks(run):
            alive = task["task_id"] == task_id and task["state"] == "running" and task["pid"]
            if alive and task["pid"] not in killed:
                os.kill(task["pid"], signal.SIGKILL)
                killed.add(task["pid"])
        sleep(0.2)
    return len(killed)


@pytest.mark.long
def test_a_task_that_is_killed_mails_once_and_once_more_when_it_is_well(stack: Any) -> None:
    before = len(stack.alerts())
    run = stack.airflow.trigger("market_marts", {"force": True})
    assert kill_each_try(stack, run, "build") == 2, "it is tried again once"
    assert stack.airflow.state(run) == "failed"
    mail = stack.next_alert("Task killed: market_marts, build", before)
    assert "out of memory or killed" in mail.get_content()

    CliRunner().invoke(app, ["watch", "--once"])
    assert subjects(stack, before) == ["Task killed: market_marts, build"]

    stack.airflow.expect_success(stack.airflow.trigger("market_marts", {"force": True}), print)
    stack.next_alert("Recovered after", before + 1)
    assert len(subjects(stack, before)) == 2


@pytest.mark.long
def test_the_watch_sees_what_the_dag_processor_does_not_tell(stack: Any) -> None:
    """Its memory is taken away, as if nobody had mailed: it finds the killed task by itself."""
    from datetime import timedelta

    from shortdrama.core.clock import Clock
    from shortdrama.core.settings import settings
    from shortdrama.health.airflow import silent_tasks

    found = silent_tasks(settings().airflow, Clock().now() - timedelta(hours=1))
    assert {(task.dag_id, task.task_id) for task in found} == {("market_marts", "build")}


@pytest.mark.long
def test_a_store_that_is_away_is_one_mail_for_all_dags_and_one_when_it_is_back(
    stack: Any,
) -> None:
    before = len(stack.alerts())
    with stack.without_store():
        runs = {dag_id: stack.airflow.trigger(dag_id) for dag_id in OF_THE_STORE}
        for run in runs.values():
            assert stack.airflow.wait(run, print) == "failed"
        (subject,) = subjects(stack, before)
        assert subject.startswith("S3 away: ")
        for dag_id, task_id in OF_THE_STORE.items():
            said = stack.airflow.log(runs[dag_id], task_id, try_number=2)
            assert said.rindex("Could not connect to the endpoint URL") > said.rindex("error_det")
    stack.airflow.expect_success(stack.airflow.trigger("ingest_omdia"), print)
    recovered = stack.next_alert("Recovered after", before + 1)
    assert str(recovered["Subject"]).endswith(subject)
    assert len(subjects(stack, before)) == 2
