"""A build that is killed leaves no dbt behind, which would hold the warehouse for minutes."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from shortdrama.core.settings import REPOSITORY

FAKE_DBT = """
import os, time

def cli(arguments):
    print("dbt runs", os.getpid(), arguments[0], flush=True)
    time.sleep(600)
"""
BUILD = """
import sys
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.warehouse.build.dbt import run_dbt
from shortdrama.warehouse.build.touched import Plan

s3 = S3Settings(access_key_id="key", secret_access_key="secret")
run_dbt(Settings(s3=s3), Plan(), lambda line: print(line, flush=True))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Processes that find a dbt which never ends."""
    package = tmp_path / "dbt" / "cli"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (package / "main.py").write_text(FAKE_DBT)
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(REPOSITORY / "include")]),
        "SHORTDRAMA_HOME": str(tmp_path),
    }


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for yet does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills the children of the dead")
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_dbt_dies_with_the_build_that_started_it(
    environment: dict[str, str], by: signal.Signals
) -> None:
    build = subprocess.Popen(
        [sys.executable, "-c", BUILD], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert build.stdout is not None
    *_, pid, command = build.stdout.readline().split()
    assert command == "build"
    dbt = int(pid)
    assert is_alive(dbt)
    build.send_signal(by)
    build.wait()
    build.stdout.close()
    deadline = monotonic() + 10
    while is_alive(dbt):
        assert monotonic() < deadline, "dbt lives on"
        sleep(0.02)


def test_dbt_does_not_begin_when_its_build_is_gone_already(environment: dict[str, str]) -> None:
    nobody = str(os.getpid() + 1)
    command = [sys.executable, "-m", "shortdrama.warehouse.build.dbt_child", nobody, "build"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "the build that started this dbt is gone" in ended.stderr
    assert "dbt runs" not in ended.stdout
