"""How many tasks run at the same time in the scheduler, or in a worker."""

import subprocess
from pathlib import Path

import pytest

from shortdrama.core.settings import REPOSITORY


@pytest.mark.parametrize(
    ("executor", "cores", "asked", "expected"),
    [
        ("LocalExecutor", "1", "", "2"),
        ("LocalExecutor", "8", "", "8"),
        ("LocalExecutor", "8", "3", "3"),
        ("CeleryExecutor", "2", "3", "airflow's own"),
    ],
)
def test_the_scheduler_runs_as_many_tasks_as_there_are_cores_unless_workers_do(
    tmp_path: Path, executor: str, cores: str, asked: str, expected: str
) -> None:
    ran = with_cores(tmp_path, "scheduler.sh", cores, executor, asked)
    assert ran == f"{expected} scheduler\n"


@pytest.mark.parametrize(("asked", "expected"), [("", "4"), ("1", "1")])
def test_a_worker_runs_as_many_tasks_as_there_are_cores(
    tmp_path: Path, asked: str, expected: str
) -> None:
    ran = with_cores(tmp_path, "worker.sh", "4", "CeleryExecutor", asked, "ingest")
    assert f"celery worker --queues ingest --concurrency {expected} " in ran


def with_cores(
    tmp_path: Path, script: str, cores: str, executor: str, asked: str, *arguments: str
) -> str:
    """What such a script of docker/ would start on a machine with so many cores."""
    (tmp_path / "airflow").write_text(
        """#!/bin/sh\necho "${AIRFLOW__CORE__PARALLELISM:-airflow's own} $*"\n"""
    )
    (tmp_path / "nproc").write_text(f"#!/bin/sh\necho {cores}\n")
    for program in ("airflow", "nproc"):
        (tmp_path / program).chmod(0o755)
    env = {"AIRFLOW__CORE__EXECUTOR": executor, "PARALLELISM": asked}
    return subprocess.run(
        ["sh", str(REPOSITORY / "docker" / script), *arguments],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"} | env,
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
