"""The team's stack in look-alike containers: it starts, and its tasks survive a cold burst.

`make stack-burst` runs it. Each service has its own command, user, secrets and environment, a root
that it cannot write to, and no rights (`native_container`).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic

import pytest

from native_container import Containers, children
from stack_runs import PASSWORD, PLACE, bare_stack, found, started, until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1500)]

TASKS = 14
BURST = f'''
"""Many short tasks at once. **A task is red**: the API server was too slow."""
from datetime import UTC, datetime
from airflow.sdk import dag, task
from shortdrama.orchestration.alerts import UNATTENDED

NO_RETRIES = {{"default_args": UNATTENDED["default_args"] | {{"retries": 0}}}}

@dag(schedule=None, start_date=datetime(2025, 1, 1, tzinfo=UTC), doc_md=__doc__, **NO_RETRIES)
def ingest_burst():
    @task
    def work(number: int) -> str:
        from shortdrama.core.settings import settings
        return settings().s3.access_key_id
    @task
    def keys(used: list[str]) -> list[str]:
        return sorted(set(used))
    keys(work.expand(number=list(range({TASKS}))))

ingest_burst()
'''


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    secrets = {"postgres_password": f"{PASSWORD}\n"}
    with bare_stack(tmp_path_factory.mktemp("stack"), secrets, {"ingest_burst": BURST}) as made:
        yield made


def busy(cores: int) -> list[subprocess.Popen[bytes]]:
    return [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]


def test_the_stack_starts_in_order_and_becomes_healthy(containers: Containers) -> None:
    for service in ("airflow-init", "airflow-init", "lake-init"):
        ran = containers.run(service)
        assert ran.returncode == 0, f"{service}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"
    assert not containers.is_healthy("api-server"), "it is not started yet"
    more = {"AIRFLOW__CORE__DAGS_FOLDER": PLACE}
    containers.start("api-server", **more)
    took = {"api-server": until(lambda: containers.is_healthy("api-server"), 180)}
    for service in ("dag-processor", "triggerer", "scheduler", "retention", "watch"):
        containers.start(service, **({} if service == "watch" else more))
    for service in ("dag-processor", "triggerer", "scheduler", "retention", "watch"):
        took[service] = until(lambda one=service: containers.is_healthy(one), 240)
    print("healthy after seconds:", {name: round(seconds) for name, seconds in took.items()})
    for name in containers.running:
        assert containers.running[name].poll() is None, f"{name} has ended"


def test_a_burst_right_after_a_restart_with_busy_cores_costs_no_task(
    containers: Containers,
) -> None:
    # Once in peace, so that the DAG is known.
    calm = found(started(containers, "ingest_burst"))
    assert calm["state"] == "success", calm
    assert calm["left"]["keys"] == ["shortdrama-ingest"]
    others = busy(2 * (os.cpu_count() or 1))
    try:
        containers.kill("api-server")
        containers.start("api-server", AIRFLOW__CORE__DAGS_FOLDER=PLACE)
        begun = monotonic()
        run = found(started(containers, "ingest_burst"))
    finally:
        for process in others:
            process.kill()
            process.wait()
    states = [(task["state"], task["try_number"]) for task in run["tasks"]]
    print(f"{TASKS} tasks after a restart: {monotonic() - begun:.0f} s, load {os.getloadavg()[0]}")
    assert states == [("success", 1)] * (TASKS + 1), run


def test_a_stopped_scheduler_ends_in_order(containers: Containers) -> None:
    (child,) = children(containers.running["scheduler"].pid)
    os.kill(child, 15)
    assert until(lambda: containers.running["scheduler"].poll() is not None, 60) < 60
