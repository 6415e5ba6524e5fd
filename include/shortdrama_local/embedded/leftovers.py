"""The processes of a home, found without its supervisor: also those that it no longer knows.

A process is found by a mark in its environment. Every process that a service starts inherits the
mark, even if it makes a group or session of its own.
"""

import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from shortdrama.core.settings import home

MARK = "SHORTDRAMA_SERVICE_OF"
"""The variable that names the home of a service. People's own shells do not have it."""
KEEP_ENVIRONMENT = "SPT_NOENV"
"""Airflow's processes set their titles (setproctitle). Without this variable the titles would
overwrite the environment that the system shows, and the mark would be gone."""
END_SECONDS = 10.0


def marked(home: Path) -> dict[str, str]:
    """The environment for processes that are started in a home."""
    return {"SHORTDRAMA_HOME": str(home), MARK: str(home), KEEP_ENVIRONMENT: "1"}


def leftovers() -> list[psutil.Process]:
    """The processes that this home's supervisor has started, and what they have started."""
    here = str(home().resolve())
    return [process for process in psutil.process_iter() if _mark(process) == here]


def orphans(supervisor: psutil.Process) -> list[psutil.Process]:
    """The home's processes that are not below the supervisor: their service has ended."""
    ours = leftovers()
    below = {supervisor.pid, *(child.pid for child in supervisor.children(recursive=True))}
    return [process for process in ours if process.pid not in below]


def end(processes: Iterable[psutil.Process]) -> None:
    """End them: first politely; those that stay are killed."""
    alive = list(processes)
    # PostgreSQL waits for its sessions after TERM; INT ends them.
    _signal(alive, lambda one: signal.SIGINT if _name(one) == "postgres" else signal.SIGTERM)
    _signal(alive, lambda _: signal.SIGCONT)  # a stopped process would not get the signal
    kill(wait_for(alive))


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill them."""
    alive = list(processes)
    _signal(alive, lambda _: signal.SIGKILL)
    wait_for(alive)


def _signal(
    processes: Iterable[psutil.Process], choose: Callable[[psutil.Process], signal.Signals]
) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(choose(process))


def wait_for(
    processes: Iterable[psutil.Process], seconds: float = END_SECONDS
) -> list[psutil.Process]:
    """Wait until they have ended; returns those that have not ended in time.

    An ended process whose parent has not collected it (a zombie) holds nothing any more; in a
    container without an init it stays forever.
    """
    deadline = time.monotonic() + seconds
    alive = [process for process in processes if is_alive(process)]
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = [process for process in alive if is_alive(process)]
    return alive


def is_alive(process: psutil.Process) -> bool:
    """Whether it is still the same process, and not a zombie."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return None


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""
