"""The state of this home's services: which run, since when, how often they were started again."""

from collections.abc import Sequence
from typing import Literal

from shortdrama.core.machine import ServiceState
from shortdrama_local.embedded import history
from shortdrama_local.embedded.machine import is_embedded, this_machine
from shortdrama_local.embedded.supervisor import Supervisor

State = Literal["running", "starting", "stopped", "gave up"]
WORDS: dict[str, State] = {
    "RUNNING": "running",
    "STARTING": "starting",
    "BACKOFF": "starting",
    "FATAL": "gave up",
}
"""supervisord's words in ours; any other state means that the service does not run."""


def services() -> Sequence[ServiceState]:
    """Every service that was started in this home and not stopped; empty without a supervisor."""
    supervisor = Supervisor.running(this_machine()) if is_embedded() else None
    if supervisor is None:
        return []
    happened = history.events()
    states = []
    for process in supervisor.processes().values():
        word = WORDS.get(process.state, "stopped")
        restarts = [
            event for event in happened
            if event.service == process.name and event.what != "gave up"
        ]  # fmt: skip
        states.append(
            ServiceState(
                name=process.name,
                state=word,
                since=process.started_at if word in ("running", "starting") else None,
                restarts=len(restarts),
                last_restart=restarts[-1].at if restarts else None,
                last_cause=restarts[-1].what if restarts else None,
            )
        )
    return states


def is_running(name: str) -> bool:
    """Whether the service runs, even if only for a moment."""
    return any(
        state.name == name and state.state in ("running", "starting") for state in services()
    )
