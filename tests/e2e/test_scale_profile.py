"""The profile `scale` in look-alike containers: Celery workers on Redis run the tasks.

`make stack-burst` runs it. Two workers of ingest and one of the warehouse, each with its own
command, user, secrets and environment.
"""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from native_container import Containers
from stack_runs import (
    CELERY,
    INGEST_WORKERS,
    PASSWORD,
    PLACE,
    bare_stack,
    found,
    start_scaled,
    started,
    until,
)

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800)]

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


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    secrets = {"postgres_password": PASSWORD, "redis_password": PASSWORD}
    folder = tmp_path_factory.mktemp("scale")
    with bare_stack(folder, secrets, {"ingest_places": WORK}) as made:
        start_scaled(made, **CELERY, AIRFLOW__CORE__DAGS_FOLDER=PLACE)
        yield made


def test_workers_become_healthy(containers: Containers) -> None:
    until(lambda: containers.is_healthy("scheduler"), 240)
    until(lambda: containers.is_healthy("warehouse-worker"), 240)
    for hostname in INGEST_WORKERS:
        until(lambda one=hostname: containers.is_healthy("ingest-worker", hostname=one), 240)
    assert not containers.is_healthy("ingest-worker", hostname="nobody")


def places(run: dict[str, Any], task_id: str) -> set[str]:
    return {task["hostname"] for task in run["tasks"] if task["task_id"] == task_id}


def test_ingest_runs_in_its_workers_and_all_else_in_the_warehouses(containers: Containers) -> None:
    run = found(started(containers, "ingest_places", **CELERY))
    assert run["state"] == "success", run
    assert places(run, "load") == set(INGEST_WORKERS)
    assert places(run, "build") == {"warehouse-worker"}
    assert {task["try_number"] for task in run["tasks"]} == {1}


def test_a_killed_worker_costs_time_only(containers: Containers) -> None:
    client, begun = started(containers, "ingest_places", **CELERY), monotonic()
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
    client = started(containers, "ingest_places", **CELERY)
    sleep(5)
    containers.kill("redis")
    sleep(3)
    containers.start_redis()
    run = found(client)
    assert run["state"] == "success", run
