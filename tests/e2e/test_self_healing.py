"""A service that dies or hangs while DAGs run: work goes on by itself, and `status` tells.

These run last on the stack of the other tests, for they leave restarts behind.
"""

import json
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from living_services import is_well, pid_of, until
from shortdrama.cli.main import app
from shortdrama_local.embedded import leftovers
from shortdrama_local.embedded.airflow_api import Run
from shortdrama_local.embedded.machine import this_machine
from shortdrama_local.embedded.services import SERVICES
from shortdrama_local.embedded.stack import stop_stack
from shortdrama_local.embedded.supervisor import Supervisor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

GOES_ON_WITHIN = 120.0


def supervisor_process() -> psutil.Process:
    supervisor = Supervisor.running(this_machine())
    assert supervisor is not None
    return supervisor.process()


def restarts_of(service: str) -> dict[str, Any]:
    """What `shortdrama status` says of a service."""
    told = CliRunner().invoke(app, ["status", "--json"], catch_exceptions=False)
    found: dict[str, Any] = next(
        state for state in json.loads(told.stdout)["services"] if state["name"] == service
    )
    return found


def is_running(stack: Any, run: Run, task_id: str) -> bool:
    return any(
        task["task_id"] == task_id and task["state"] == "running"
        for task in stack.airflow.tasks(run)
    )


def went_on(stack: Any, run: Run, since: datetime) -> bool:
    """Whether a task has started or ended since then."""
    instants = [
        datetime.fromisoformat(task[name])
        for task in stack.airflow.tasks(run)
        for name in ("start_date", "end_date")
        if task[name]
    ]
    return any(instant > since for instant in instants)


@pytest.mark.parametrize(
    ("service", "dag_id", "conf", "during"),
    [
        pytest.param("airflow-scheduler", "ingest_tiktok", {}, "load.pull", marks=pytest.mark.long),
        pytest.param(
            "airflow-api-server", "ingest_tiktok", {}, "load.pull", marks=pytest.mark.long
        ),
        pytest.param("postgres", "ingest_tiktok", {}, "load.pull", marks=pytest.mark.long),
        pytest.param("s3", "market_marts", {"force": True}, "build", marks=pytest.mark.long),
    ],
)
def test_work_goes_on_by_itself_after_kill_9(
    stack: Any, service: str, dag_id: str, conf: dict[str, Any], during: str
) -> None:
    before = restarts_of(service)["restarts"]
    stack.airflow.unpause(dag_id)
    run = stack.airflow.trigger(dag_id, conf)
    until(lambda: is_running(stack, run, during), within_seconds=120)
    killed_at = datetime.now(UTC)
    os.kill(pid_of(service), signal.SIGKILL)
    until(lambda: went_on(stack, run, killed_at), GOES_ON_WITHIN)
    state = until(lambda: stack.airflow.wait(run, print), within_seconds=600)
    assert state == "success"
    after = restarts_of(service)
    assert after["restarts"] > before
    assert after["state"] in ("running", "starting")
    assert datetime.fromisoformat(after["last_restart"]) >= killed_at.replace(microsecond=0)
    assert after["last_cause"] == "ended"


def in_session(session: int) -> set[int]:
    """The processes of the session that the supervisor began, whatever became of it."""
    found = set()
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getsid(process.pid) == session and leftovers.is_alive(process):
                found.add(process.pid)
    return found


def test_nothing_of_a_killed_scheduler_runs_on(stack: Any) -> None:
    """Its workers are idle for ever, and its tasks are started again: both must go."""
    scheduler, supervisor = pid_of("airflow-scheduler"), supervisor_process()
    workers = {child.pid for child in psutil.Process(scheduler).children(recursive=True)}
    assert len(workers) >= 2
    os.kill(scheduler, signal.SIGKILL)
    until(lambda: not workers & in_session(supervisor.pid), within_seconds=60)
    until(lambda: is_well("airflow-scheduler"), GOES_ON_WITHIN)


@pytest.mark.long
def test_a_hung_store_is_started_again(stack: Any) -> None:
    before = restarts_of("s3")["restarts"]
    pid = pid_of("s3")
    os.kill(pid, signal.SIGSTOP)
    until(lambda: pid_of("s3") not in (0, pid) and is_well("s3"), GOES_ON_WITHIN)
    after = restarts_of("s3")
    assert (after["restarts"], after["last_cause"]) == (before + 1, "hung")
    assert stack.store.get("lake.json")


@pytest.mark.long
def test_a_dead_scheduler_is_a_failure_of_doctor(stack: Any) -> None:
    """It is stopped, so that nothing starts it again; nobody is told but who asks."""
    supervisor = Supervisor.running(this_machine())
    assert supervisor is not None
    supervisor.stop_service("airflow-scheduler")
    try:

        def is_dead() -> bool:
            told = CliRunner().invoke(app, ["doctor", "--json"], catch_exceptions=False)
            checks = {check["name"]: check for check in json.loads(told.stdout)}
            return told.exit_code == 1 and "the scheduler is dead" in checks["Airflow"]["detail"]

        until(is_dead, GOES_ON_WITHIN)
        told = CliRunner().invoke(app, ["status"], catch_exceptions=False)
        assert "scheduler: DEAD, last heartbeat" in told.stdout
    finally:
        supervisor.start_service("airflow-scheduler")
    until(lambda: is_well("airflow-scheduler"), GOES_ON_WITHIN)


def test_down_ends_everything_also_when_the_supervisor_was_killed(stack: Any) -> None:
    """Not least the scheduler's workers and a task that runs; this is the end of the stack."""
    run = stack.airflow.trigger("market_marts", {"force": True})
    until(lambda: is_running(stack, run, "build"), within_seconds=120)
    supervisor = supervisor_process()
    supervisor.kill()
    leftovers.wait_for([supervisor])
    assert len(in_session(supervisor.pid)) > len(SERVICES)
    stop_stack()
    assert in_session(supervisor.pid) == set()
    assert leftovers.leftovers() == []
