"""Starts services of a home, each on ports of its own, and waits until they work."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from filelock import FileLock

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home, settings
from shortdrama_local.embedded import history, leftovers, ports
from shortdrama_local.embedded.folders import run_folder
from shortdrama_local.embedded.identity import holds_its_ports
from shortdrama_local.embedded.launch import plan
from shortdrama_local.embedded.machine import Machine, write_private
from shortdrama_local.embedded.service import Service
from shortdrama_local.embedded.services import SERVICES
from shortdrama_local.embedded.supervisor import (
    GAVE_UP,
    UP,
    Supervisor,
    last_lines,
    log_of,
)

Say = Callable[[str], None]
UP_WITHIN = 180.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 0.5
"""Seconds between two looks: a store is up in one second, Airflow in ten."""
PORT_ATTEMPTS = 3


class ServiceFailed(Failure):
    """A service did not come up; the message names its log."""


class _PortLost(Exception):
    """Another program took a port that had been free."""


@contextmanager
def locked(what: str) -> Iterator[None]:
    """One command at a time starts or stops this part of the home."""
    with FileLock(run_folder() / f"{what}.lock"):
        yield


def supervised(machine: Machine) -> Supervisor:
    """The home's supervisor, started if needed; then nothing of an earlier one is left."""
    supervisor = Supervisor.running(machine)
    if supervisor is None:
        leftovers.end(leftovers.leftovers())
        history.forget()
        supervisor = Supervisor.start(machine, SERVICES)
    return supervisor


def bring_up(
    supervisor: Supervisor, machine: Machine, services: Sequence[Service], say: Say
) -> None:
    """Start those that do not run, each on ports of its own, and wait until all work."""
    for _ in range(PORT_ATTEMPTS):
        processes = supervisor.processes()
        idle = [service for service in services if processes[service.name].state not in UP]
        _settle_ports(supervisor, machine, idle, say)
        for service in idle:
            write_plan(service, machine)
            supervisor.start_service(service.name)
        try:
            _wait(supervisor, machine, services)
        except _PortLost:
            # All of them, because they know each other's ports.
            for service in services:
                supervisor.stop_service(service.name)
        else:
            return
    names = ", ".join(service.name for service in services)
    raise ServiceFailed(f"other programs took the ports of {names} {PORT_ATTEMPTS} times in a row")


def write_plan(service: Service, machine: Machine) -> None:
    """Write down how the service is started, now and after each end."""
    service.prepare(machine)
    planned = {"command": service.command(machine), "environment": service.environment(machine)}
    write_private(home() / plan(service.name), json.dumps(planned))


def _settle_ports(
    supervisor: Supervisor, machine: Machine, services: Sequence[Service], say: Say
) -> None:
    """Claim the services' ports; if another program uses one, it is changed permanently."""
    here, owner = home().resolve(), supervisor.process()
    before = dict(machine.ports)
    for service in services:
        for name in service.ports:
            port = machine.ports.get(name)
            in_the_way = ports.take(port, here, owner) if port else "nobody"
            if in_the_way is None:
                continue
            machine.ports[name] = ports.take_any(here, owner, machine.ports.values())
            if port:
                say(
                    f"port {port} of {service.title} is used by {in_the_way};"
                    f" it takes {machine.ports[name]} instead, from now on"
                )
    if machine.ports != before:
        machine.save()
        settings.cache_clear()


def _has_lost_a_port(supervisor: Supervisor, machine: Machine, service: Service) -> bool:
    """Whether another process listens on a port of the service, so that the service cannot."""
    held = {machine.ports[name] for name in service.ports if ports.answers(machine.ports[name])}
    # In this order, so that a port of the service's own process does not count as taken.
    return not held <= ports.listening(supervisor.processes()[service.name].pid)


def _wait(supervisor: Supervisor, machine: Machine, services: Sequence[Service]) -> None:
    started = time.monotonic()
    waiting = list(services)
    while True:
        for service in waiting:
            if _has_lost_a_port(supervisor, machine, service):
                raise _PortLost
        processes = supervisor.processes()
        for service in waiting:
            if processes[service.name].state == GAVE_UP:
                raise ServiceFailed(
                    f"{service.name} stopped after each start, and is not started again."
                    f"\n{last_lines(log_of(service.name))}"
                )
        waiting = [
            service for service in waiting
            if not holds_its_ports(processes[service.name], service, machine)
            or not service.healthy(machine)
        ]  # fmt: skip
        if not waiting:
            return
        waited = time.monotonic() - started
        if waited > UP_WITHIN:
            raise ServiceFailed(
                f"{waiting[0].name} is not healthy after {UP_WITHIN:.0f} s."
                f"\n{last_lines(log_of(waiting[0].name))}"
            )
        time.sleep(max(SHORTEST_PAUSE, min(LONGEST_PAUSE, waited / 10)))
