"""Processes in the background: started as groups of their own, stopped by the id they had."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil
from pydantic import BaseModel

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home

POLL_SECONDS = 0.2
STOP_SECONDS = 20.0


class ServiceFailed(Failure):
    """A service did not come up; the message names its log."""


class _Started(BaseModel):
    """A started process. The creation time tells it from a later one with the same id."""

    pid: int
    created: float


class Service:
    """One background process of this home."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._env = dict(env)
        self._pid_file = home() / "run" / f"{name}.json"
        self.log = home() / "logs" / f"{name}.log"

    def is_running(self) -> bool:
        """Whether the process that this home started is alive."""
        return self._process() is not None

    def start(self, healthy: Callable[[], bool], within_seconds: float) -> None:
        """Start the process unless it runs, and wait until it can do its work."""
        if not self.is_running():
            self._launch()
        self.wait(healthy, within_seconds)

    def wait(self, healthy: Callable[[], bool], within_seconds: float) -> None:
        """Wait until `healthy`; raises ServiceFailed with the end of the log."""
        deadline = time.monotonic() + within_seconds
        while not healthy():
            if not self.is_running():
                raise ServiceFailed(f"{self.name} ended at once.\n{self._last_lines()}")
            if time.monotonic() > deadline:
                raise ServiceFailed(
                    f"{self.name} is not healthy after {within_seconds:.0f} s."
                    f"\n{self._last_lines()}"
                )
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End the process and everything that it started."""
        process = self._process()
        if process is not None:
            group = [process, *process.children(recursive=True)]
            _signal_group(process.pid, signal.SIGTERM)
            _, alive = psutil.wait_procs(group, timeout=STOP_SECONDS)
            if alive:
                _signal_group(process.pid, signal.SIGKILL)
                for survivor in alive:
                    if survivor.is_running():
                        survivor.kill()
                psutil.wait_procs(alive, timeout=STOP_SECONDS)
        self._pid_file.unlink(missing_ok=True)

    def _launch(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - commands are this package's own
                self._command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started = _Started(pid=child.pid, created=psutil.Process(child.pid).create_time())
        self._pid_file.write_text(started.model_dump_json())

    def _process(self) -> psutil.Process | None:
        if not self._pid_file.exists():
            return None
        started = _Started.model_validate_json(self._pid_file.read_text())
        try:
            process = psutil.Process(started.pid)
            same = abs(process.create_time() - started.created) < 1
            alive = same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if alive else None

    def _last_lines(self, count: int = 15) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return "\n".join([f"The end of {self.log}:", *lines])


def _signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return


def tool(name: str) -> str:
    """A console script of this environment."""
    return str(Path(sys.executable).parent / name)
