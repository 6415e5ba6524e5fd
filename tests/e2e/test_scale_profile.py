"""The profile `scale` in look-alike containers: Celery workers on Redis run the tasks.

`make stack-burst` runs it. Two workers of ingest and one of the warehouse, each with its own
command, user, secrets and environment.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from native_container import Containers

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800)]

PASSWORD = """p$w${x}"'`\\ ä 短剧 %40#:/@"""
PLACES = "/mnt/folder/dags"
CELERY = {
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "PARALLELISM": "2",
    # A task whose worker was killed is started again sooner than after five minutes.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40",
}
INGEST = ("ingest-1", "ingest-2")
WORK = '''
"""Where tasks run. **A task is red**: a worker was killed."""
from datetime import UTC, datetime, timedelta
from airflow.sdk import dag, task
from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.loads import INGEST

@dag(schedule=None, start_date=datetime(2025, 1, 1, tzinfo=UTC), doc_md=__doc__, **UNATTENDED)
def ingest_places():
    def here() -> list[str]:
        import socket
        from shortdrama.core.settings import settings
        return [socket.gethostname(), settings().s3.access_key_id]

    @task(queue=INGEST, retries=2, retry_delay=timedelta(seconds=1))
    def load(number: int) -> list[str]:
        from time import sleep
        sleep(8)
        return here()

    @task
    def build(_: list[list[str]]) -> list[str]:
        return here()

    loads = load.expand(number=list(range(8)))
    build(loads)

ingest_places()
'''
CLIENT = """
import json, sys, time
from shortdrama.core.settings import settings
from shortdrama.health.airflow_session import AirflowSession

airflow, command = AirflowSession(settings().airflow), sys.argv[1]
end = time.monotonic() + 600
while True:
    try:
        airflow.unpause("ingest_places")
        break
    except Exception:
        if time.monotonic() > end:
            raise
        time.sleep(1)
run = airflow.trigger("ingest_places")
print(run.run_id, flush=True)
while airflow.state(run) not in ("success", "failed") and time.monotonic() < end:
    time.sleep(1)
found = {"state": airflow.state(run), "tasks": list(airflow.tasks(run))}
print("FOUND" + json.dumps(found, default=str))
"""


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    if os.geteuid() != 0:
        pytest.skip("look-alike containers need root")
    secrets = {"postgres_password": PASSWORD, "redis_password": PASSWORD}
    made = Containers.made(tmp_path_factory.mktemp("scale"), secrets)
    dags = made.folder / "dags"
    dags.mkdir()
    (dags / "ingest_places.py").write_text(WORK)
    try:
        made.start_database()
        made.start_redis()
        made.start_store()
        made.start("simulator")
        mail = [sys.executable, "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:1025"]
        made.running["mailpit"] = subprocess.Popen(
            made.inside(*mail, "-c", "aiosmtpd.handlers.Sink")
        )
        until(lambda: made.is_healthy("simulator"), 120)
        for service in ("airflow-init", "lake-init"):
            until(lambda one=service: made.run(one, **CELERY).returncode == 0, 240)
        more = CELERY | {"AIRFLOW__CORE__DAGS_FOLDER": PLACES}
        made.start("api-server", **more)
        until(lambda: made.is_healthy("api-server"), 240)
        for service in ("dag-processor", "scheduler", "warehouse-worker"):
            made.start(service, **more)
        for hostname in INGEST:
            made.start("ingest-worker", hostname=hostname, **more)
        yield made
    finally:
        made.close()


def until(is_so: Any, within_seconds: float) -> float:
    begun = monotonic()
    while not is_so():
        assert monotonic() - begun < within_seconds, "it took too long"
        sleep(0.5)
    return monotonic() - begun


def started(containers: Containers) -> subprocess.Popen[str]:
    return subprocess.Popen(
        containers.container("scheduler", "python", "-c", CLIENT, "run", **CELERY),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def found(client: subprocess.Popen[str]) -> dict[str, Any]:
    printed, _ = client.communicate(timeout=900)
    lines = [line for line in printed.splitlines() if line.startswith("FOUND")]
    assert lines, printed[-3000:]
    answer: dict[str, Any] = json.loads(lines[0].removeprefix("FOUND"))
    return answer


def test_workers_become_healthy(containers: Containers) -> None:
    until(lambda: containers.is_healthy("scheduler"), 240)
    until(lambda: containers.is_healthy("warehouse-worker"), 240)
    for hostname in INGEST:
        until(lambda one=hostname: containers.is_healthy("ingest-worker", hostname=one), 240)
    assert not containers.is_healthy("ingest-worker", hostname="nobody")


def places(run: dict[str, Any], task_id: str) -> set[str]:
    return {task["hostname"] for task in run["tasks"] if task["task_id"] == task_id}


def test_ingest_runs_in_its_workers_and_all_else_in_the_warehouses(containers: Containers) -> None:
    run = found(started(containers))
    assert run["state"] == "success", run
    assert places(run, "load") == set(INGEST)
    assert places(run, "build") == {"warehouse-worker"}
    assert {task["try_number"] for task in run["tasks"]} == {1}


def test_a_killed_worker_costs_time_only(containers: Containers) -> None:
    client, begun = started(containers), monotonic()
    log = containers.folder / "ingest-1.log"
    known = log.read_text().count("received")
    until(lambda: log.read_text().count("received") > known, 120)
    containers.kill("ingest-1")
    run = found(client)
    print(f"with a worker killed: {monotonic() - begun:.0f} s")
    assert run["state"] == "success", run
    again = [task for task in run["tasks"] if task["try_number"] > 1]
    assert again, "the killed worker had nothing to do"
    assert {task["hostname"] for task in again} == {"ingest-2"}


def test_a_restart_of_redis_loses_no_task(containers: Containers) -> None:
    client = started(containers)
    sleep(5)
    containers.kill("redis")
    sleep(3)
    containers.start_redis()
    run = found(client)
    assert run["state"] == "success", run
