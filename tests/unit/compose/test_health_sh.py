"""A container that stays unwell ends by itself, in PID namespaces of the kernel's own."""

import subprocess
import sys
from pathlib import Path

import pytest

from shortdrama.core.settings import REPOSITORY

HEALTH = REPOSITORY / "docker" / "health.sh"
INIT = """
import os, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
while True:
    pid, status = os.wait()
    if pid == child.pid:
        sys.exit(os.waitstatus_to_exitcode(status) % 256)
"""
"""What Docker's init does: it passes signals on, and ends with its child."""
STOPS = "import signal; signal.signal(15, lambda *_: exit(7)); open(READY, 'w'); signal.pause()"
HANGS = "import signal; signal.signal(15, signal.SIG_IGN); open(READY, 'w'); signal.pause()"


def check(failures: Path, *command: str, limit: int = 3) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(HEALTH), str(limit), *command],
        env={"PATH": "/usr/bin:/bin", "HEALTH_FAILURES": str(failures)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_success_forgets_earlier_failures(tmp_path: Path) -> None:
    failures = tmp_path / "failures"
    for _ in range(2):
        assert check(failures, "false").returncode == 1
    assert failures.read_text() == "2\n"
    assert check(failures, "true").returncode == 0
    assert not failures.exists()


def test_what_another_service_causes_is_unhealthy_but_never_counts(tmp_path: Path) -> None:
    failures = tmp_path / "failures"
    for _ in range(5):
        assert check(failures, "sh", "-c", "exit 75").returncode == 1
    assert not failures.exists()


def test_a_file_that_was_written_half_counts_as_none(tmp_path: Path) -> None:
    failures = tmp_path / "failures"
    failures.write_text("")
    assert check(failures, "false").returncode == 1
    assert failures.read_text() == "1\n"


@pytest.mark.parametrize(
    ("program", "ended_with", "said"), [(STOPS, 7, "stopped"), (HANGS, 247, "killed")]
)
def test_at_the_limit_pid_1_is_asked_to_end_and_then_everything_is_killed(
    tmp_path: Path, program: str, ended_with: int, said: str
) -> None:
    if subprocess.run(["unshare", "--pid", "--fork", "true"], check=False).returncode != 0:
        pytest.skip("this user may not make a PID namespace")
    ready = tmp_path / "ready"
    checks = tmp_path / "checks.sh"
    checks.write_text(
        f"export HEALTH_FAILURES={tmp_path}/failures\n"
        f"until [ -e {ready} ]; do sleep 0.05; done\n"
        f"for check in 1 2 3 4; do sh {HEALTH} 3 false; sleep 0.1; done\n"
    )
    program = f"READY = {str(ready)!r}; {program}"
    # The checks run beside PID 1, as `docker exec` runs them.
    init = f"import subprocess; subprocess.Popen(['sh', {str(checks)!r}]){INIT}"
    ended = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", init, program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == ended_with, ended
    assert said in ended.stdout
