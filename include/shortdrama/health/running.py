"""Whether what the pipeline runs on is well: disk, the home's own services, Airflow.

Each function returns what was seen, or raises Unwell with what is wrong.
"""

import shutil

from shortdrama.core import machine
from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings, home
from shortdrama.health.airflow_state import read_airflow

LEAST_FREE = 1e9
"""Bytes. A build of the demo's lake needs a tenth of that."""


class Unwell(Failure):
    """Something that the pipeline needs is not as it should be."""


def free_bytes() -> int:
    """Free bytes on the disk of the home."""
    folder = home().resolve()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def disk() -> str:
    """Whether there is room."""
    free = free_bytes()
    if free < LEAST_FREE:
        raise Unwell(f"only {free / 1e9:.2f} GB are left at {home()}")
    return f"{free / 1e9:.1f} GB left at {home()}"


def services() -> str:
    """Whether the home's own services run, and how often they were started again."""
    states = machine.services()
    ended = [service.name for service in states if service.state == "gave up"]
    if ended:
        raise Unwell(f"{', '.join(ended)} stopped after each start, and is not started again")
    if not states:
        return "none of its own run in this home"
    running = sum(service.state in ("running", "starting") for service in states)
    again = [f"{one.name} {one.restarts} times" for one in states if one.restarts]
    return f"{running} of {len(states)} run" + (
        f"; started again: {', '.join(again)}" if again else ""
    )


def airflow(settings: Settings) -> str:
    """Whether Airflow schedules runs and reads DAGs."""
    state = read_airflow(settings.airflow)
    for what, dead, heartbeat in (
        ("scheduler", state.scheduler_is_dead, state.scheduler_heartbeat),
        ("DAG processor", state.dag_processor_is_dead, state.dag_processor_heartbeat),
    ):
        if dead:
            last = f"{heartbeat:%Y-%m-%d %H:%M:%S} UTC" if heartbeat else "never"
            raise Unwell(f"the {what} is dead (last heartbeat: {last}), so no run goes on")
    if state.import_errors:
        broken = state.import_errors[0]
        raise Unwell(f"Airflow cannot read {broken.file}: {broken.error}")
    return "scheduler and DAG processor are alive, every DAG can be read"
