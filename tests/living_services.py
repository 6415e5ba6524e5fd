"""Services of a home while they are killed: who they are, and when they are well again."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from shortdrama.core.errors import AirflowAway
from shortdrama_local.embedded.airflow_api import RunFailed
from shortdrama_local.embedded.machine import this_machine
from shortdrama_local.embedded.services import SERVICES
from shortdrama_local.embedded.supervisor import Supervisor

T = TypeVar("T")


def until(reached: Callable[[], T], within_seconds: float) -> T:
    """Ask again until the answer is yes. A server that is away meanwhile is part of the test."""
    deadline = monotonic() + within_seconds
    while True:
        try:
            if answer := reached():
                return answer
        except (AirflowAway, RunFailed):
            pass
        assert monotonic() < deadline, f"not within {within_seconds:.0f} s"
        sleep(0.5)


def pid_of(service: str) -> int:
    supervisor = Supervisor.running(this_machine())
    assert supervisor is not None
    return supervisor.processes()[service].pid


def is_well(service: str) -> bool:
    return next(one for one in SERVICES if one.name == service).healthy(this_machine()) is True
