"""Listens to the home's supervisor: restarts services that hang, cleans up, keeps the history.

supervisord itself starts a service again when it has ended. It cannot see that a service no longer
answers, and it leaves the child processes of an ended service. The watchdog does both, with the
same health checks as `make up`. supervisord runs it and calls it through its event protocol.
"""

import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from supervisor.childutils import get_headers, listener

from shortdrama_local.embedded import history, leftovers
from shortdrama_local.embedded.machine import Machine, this_machine
from shortdrama_local.embedded.service import Service
from shortdrama_local.embedded.services import SERVICES
from shortdrama_local.embedded.supervisor import Process, Supervisor

HUNG_SECONDS = 45.0
"""How long a service may leave checks unanswered. A busy machine is slow; that is not a hang."""

log = logging.getLogger(__name__)


class Patience:
    """Which service has not answered, and since when. `now` is in seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._silent_since: dict[str, tuple[int, float]] = {}

    def is_spent(self, process: Process, healthy: bool | None, now: float) -> bool:
        """Note an answer (None: it could not be asked); whether the process counts as hung."""
        if healthy is not False:
            self._silent_since.pop(process.name, None)
            return False
        pid, since = self._silent_since.get(process.name, (process.pid, now))
        if pid != process.pid:  # another process by now, whose time starts again
            since = now
        self._silent_since[process.name] = (process.pid, since)
        return now - since >= HUNG_SECONDS


class Watchdog:
    """The state of the watchdog of one home."""

    def __init__(
        self,
        supervisor: Supervisor,
        services: Sequence[Service],
        machine: Callable[[], Machine],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._supervisor = supervisor
        self._services = services
        self._machine = machine
        self._now = now
        self._patience = Patience()

    def on_event(self, event: str, payload: Mapping[str, str]) -> None:
        """Handle an event of supervisord."""
        if event.startswith("TICK"):
            self._restart_hung()
            return
        service = payload["processname"]
        if event == "PROCESS_STATE_FATAL":
            history.record(service, "gave up")
        elif event in ("PROCESS_STATE_EXITED", "PROCESS_STATE_BACKOFF"):
            history.record(service, "ended")
            self._sweep(service)

    def _restart_hung(self) -> None:
        running = self._supervisor.processes()
        watched = [
            service for service in self._services
            if (process := running.get(service.name)) and process.state == "RUNNING"
        ]  # fmt: skip
        machine = self._machine()
        with ThreadPoolExecutor(len(self._services)) as pool:
            answers = list(pool.map(lambda service: service.healthy(machine), watched))
        for service, healthy in zip(watched, answers, strict=True):
            if self._patience.is_spent(running[service.name], healthy, self._now()):
                log.warning("%s has not answered for %.0f s: restart", service.name, HUNG_SECONDS)
                history.record(service.name, "hung")
                self._supervisor.stop_service(service.name)
                self._supervisor.start_service(service.name)

    def _sweep(self, service: str) -> None:
        """End what an ended service has left behind: a scheduler's tasks keep running without it.

        They are killed at once, because they are started again and nothing may run twice.
        """
        rest = leftovers.orphans(self._supervisor.process())
        if rest:
            log.warning("%s left %d processes behind: ended", service, len(rest))
            leftovers.kill(rest)


def main() -> None:
    """Answer supervisord until it ends."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s", level=logging.WARNING)
    watchdog = Watchdog(Supervisor(), SERVICES, this_machine)
    while True:
        listener.ready(sys.stdout)
        line = sys.stdin.readline()
        if not line:
            return  # supervisord has ended
        headers = get_headers(line)
        payload = get_headers(sys.stdin.read(int(headers["len"])))
        try:
            watchdog.on_event(headers["eventname"], payload)
        except Exception:
            log.exception("%s could not be handled", headers["eventname"])
        listener.ok(sys.stdout)


if __name__ == "__main__":
    main()
