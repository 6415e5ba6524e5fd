"""The team's stack in look-alike containers, and runs of its DAGs: what several tests share."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from native_container import Containers

PASSWORD = """p$w${x}"'`\\ ä 短剧 %40#:/@"""
PLACE = "/mnt/folder/dags"
"""Where containers see the DAGs that a test writes."""

CELERY = {
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "PARALLELISM": "2",
    # A task whose worker was killed is started again sooner than after five minutes.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40",
}
INGEST_WORKERS = ("ingest-1", "ingest-2")
SECONDS = 900
CLIENT = f"""
import json, sys, time
from shortdrama.core.settings import settings
from shortdrama.health.airflow_session import AirflowSession

airflow, dag = AirflowSession(settings().airflow), sys.argv[1]
end = time.monotonic() + {SECONDS}
while True:
    try:
        airflow.unpause(dag)
        break
    except Exception:
        if time.monotonic() > end:
            raise
        time.sleep(1)
run = airflow.trigger(dag, *(json.loads(conf) for conf in sys.argv[2:]))
print(run.run_id, flush=True)
while airflow.state(run) not in ("success", "failed") and time.monotonic() < end:
    time.sleep(1)
tasks = list(airflow.tasks(run))
left = {{
    task["task_id"]: airflow.left(run, task["task_id"], "return_value")
    for task in tasks
    if task["map_index"] < 0 and task["state"] == "success"
}}
found = {{"state": airflow.state(run), "tasks": tasks, "left": left}}
print("FOUND" + json.dumps(found, default=str))
"""


@contextmanager
def bare_stack(
    folder: Path, secrets: Mapping[str, str], dags: Mapping[str, str], **simulator: str
) -> Iterator[Containers]:
    """Database, store, simulator and a sink of mails; `dags` are written for `PLACE`, by name."""
    if os.geteuid() != 0:
        pytest.skip("look-alike containers need root")
    made = Containers.made(folder, secrets)
    (made.folder / "dags").mkdir()
    for name, code in dags.items():
        (made.folder / "dags" / f"{name}.py").write_text(code)
    try:
        made.start_database()
        made.start_store()
        made.start("simulator", **simulator)
        sink = ["-m", "aiosmtpd", "-n", "-l", "127.0.0.1:1025", "-c", "aiosmtpd.handlers.Sink"]
        made.running["mailpit"] = subprocess.Popen(made.inside(sys.executable, *sink))
        until(lambda: made.is_healthy("simulator"), 120)
        yield made
    finally:
        made.close()


def start_airflow(containers: Containers, **more: str) -> None:
    """A new database and lake, then the services that tasks need, without workers."""
    for service in ("airflow-init", "lake-init"):
        until(lambda one=service: containers.run(one, **more).returncode == 0, 240)  # type: ignore[misc]
    containers.start("api-server", **more)
    until(lambda: containers.is_healthy("api-server"), 240)
    for service in ("dag-processor", "scheduler"):
        containers.start(service, **more)


def start_scaled(containers: Containers, **more: str) -> None:
    """The same with the profile `scale`: Redis, two workers of ingest, one of the warehouse."""
    containers.start_redis()
    start_airflow(containers, **more)
    containers.start("warehouse-worker", **more)
    for hostname in INGEST_WORKERS:
        containers.start("ingest-worker", hostname=hostname, **more)


def until(is_so: Callable[[], object], within_seconds: float) -> float:
    """Wait; the seconds that it took."""
    begun = monotonic()
    while not is_so():
        assert monotonic() - begun < within_seconds, "it took too long"
        sleep(0.5)
    return monotonic() - begun


def started(
    containers: Containers, dag: str, conf: Mapping[str, Any] | None = None, **more: str
) -> subprocess.Popen[str]:
    """A client that unpauses and triggers the DAG, and waits for the run."""
    arguments = [dag] if conf is None else [dag, json.dumps(conf)]
    return subprocess.Popen(
        containers.container("scheduler", "python", "-c", CLIENT, *arguments, **more),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def found(client: subprocess.Popen[str]) -> dict[str, Any]:
    """State of the client's run, its tasks, and what tasks left to others, by task id."""
    printed, _ = client.communicate(timeout=SECONDS + 60)
    lines = [line for line in printed.splitlines() if line.startswith("FOUND")]
    assert lines, printed[-3000:]
    answer: dict[str, Any] = json.loads(lines[0].removeprefix("FOUND"))
    return answer
