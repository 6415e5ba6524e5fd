"""The stack of one home: bring up and tear down."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime

from filelock import FileLock

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home, settings
from shortdrama.datasets import pools
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama_local.embedded import history, leftovers, ports, store
from shortdrama_local.embedded.airflow import migrate
from shortdrama_local.embedded.airflow_api import AirflowApi
from shortdrama_local.embedded.folders import remove_sockets, run_folder
from shortdrama_local.embedded.identity import holds_its_ports
from shortdrama_local.embedded.machine import (
    HomeUnreadable,
    Machine,
    is_embedded,
    this_machine,
)
from shortdrama_local.embedded.postgres import POSTGRES
from shortdrama_local.embedded.service import Service
from shortdrama_local.embedded.services import AIRFLOW, SERVICES
from shortdrama_local.embedded.small import MAIL, SIMULATOR
from shortdrama_local.embedded.store import STORE
from shortdrama_local.embedded.supervisor import (
    BACKING_OFF,
    GAVE_UP,
    UP,
    Supervisor,
    last_lines,
    log_of,
)

Say = Callable[[str], None]
UP_WITHIN = 180.0
POLL_SECONDS = 0.1
PORT_ATTEMPTS = 3


class ServiceFailed(Failure):
    """A service did not come up; the message names its log."""


class OtherClock(Failure):
    """The home's services run by another clock."""


class _PortLost(Exception):
    """Somebody else was faster at a port that had been free."""


def ensure_store() -> Machine:
    """The home's S3 up and its lake marked as sample; the machine."""
    machine = this_machine()
    with _locked("store"):
        _bring_up(_supervised(machine), machine, [STORE], lambda _: None)
        _open_lake(machine)
    return machine


def store_if_embedded() -> None:
    """On a machine that has an embedded S3, have it running; elsewhere there is nothing to do."""
    if is_embedded():
        ensure_store()


def start_stack(frozen_clock: datetime | None, say: Say) -> Machine:
    """Start everything and wait until each service can do its work."""
    machine = this_machine()
    with _locked("store"), ThreadPoolExecutor(1) as pool:
        supervisor = _supervised(machine)
        _set_clock(supervisor, machine, frozen_clock)
        say("starting PostgreSQL, S3 (SeaweedFS), the sources' simulator, mail (aiosmtpd)")
        database = pool.submit(_start_database, supervisor, machine, say)
        _bring_up(supervisor, machine, [STORE, SIMULATOR, MAIL], say)
        _open_lake(machine)
        database.result()
    with _locked("airflow"):
        say("starting Airflow (API server, scheduler, DAG processor)")
        _bring_up(supervisor, machine, AIRFLOW, say)
        for pool_name in pools():
            AirflowApi(machine).ensure_pool(pool_name, slots=1)
    return machine


def start_sources(frozen_clock: datetime | None, say: Say) -> Machine:
    """Start the lake and the simulator alone."""
    machine = this_machine()
    with _locked("store"):
        supervisor = _supervised(machine)
        _set_clock(supervisor, machine, frozen_clock)
        say("starting S3 (SeaweedFS), the sources' simulator")
        _bring_up(supervisor, machine, [STORE, SIMULATOR], say)
        _open_lake(machine)
    return machine


def stop_stack() -> None:
    """End everything that this home started, whoever watches over it; what is stored stays."""
    if not home().exists():
        return
    with _locked("store"), _locked("airflow"):
        machine = None
        with suppress(HomeUnreadable):
            machine = this_machine() if is_embedded() else None
        supervisor = Supervisor.running(machine) if machine else None
        if supervisor:
            _stop(supervisor)
        leftovers.end(leftovers.leftovers())
        if machine:
            ports.give_back(machine.ports.values(), home().resolve())
            for path in store.sockets(machine):
                path.unlink(missing_ok=True)
            remove_sockets(machine)


def _stop(supervisor: Supervisor) -> None:
    """In the order in which they need one another; each step at once, for it takes seconds."""
    first = [service.name for service in SERVICES if service not in (POSTGRES, STORE)]
    with ThreadPoolExecutor(len(first)) as pool:
        list(pool.map(supervisor.stop_service, first))
    supervisor.shut_down()


def _start_database(supervisor: Supervisor, machine: Machine, say: Say) -> None:
    _bring_up(supervisor, machine, [POSTGRES], say)
    migrate(machine)


def _open_lake(machine: Machine) -> None:
    settings.cache_clear()
    lake = ObjectStore.of(store.settings_of(machine))
    lake.ensure_bucket()
    ensure_lake(lake, "sample")


def _set_clock(supervisor: Supervisor, machine: Machine, clock: datetime | None) -> None:
    if machine.frozen_clock == clock:
        return
    processes = supervisor.processes()
    if any(processes[service.name].state in UP for service in (SIMULATOR, *AIRFLOW)):
        raise OtherClock(
            f"the services of {home()} run by another clock"
            f" ({machine.frozen_clock or 'the real one'}). What to do: `make down` first"
        )
    machine.frozen_clock = clock
    machine.save()


@contextmanager
def _locked(what: str) -> Iterator[None]:
    """One command at a time starts or stops this part of the home."""
    with FileLock(run_folder() / f"{what}.lock"):
        yield


def _supervised(machine: Machine) -> Supervisor:
    """The home's supervisor, started if need be; then nothing of an earlier one is left."""
    supervisor = Supervisor.running(machine)
    if supervisor is None:
        leftovers.end(leftovers.leftovers())
        history.forget()
        supervisor = Supervisor.start(machine, SERVICES)
    return supervisor


def _bring_up(
    supervisor: Supervisor, machine: Machine, services: Sequence[Service], say: Say
) -> None:
    """Start those that do not run, each on ports of its own, and wait until all do their work."""
    for _ in range(PORT_ATTEMPTS):
        _settle_ports(supervisor, machine, services, say)
        for service in services:
            supervisor.start_service(service.name)
        try:
            _wait(supervisor, machine, services)
        except _PortLost:
            # All of them: they know each other's ports.
            for service in services:
                supervisor.stop_service(service.name)
        else:
            return
    names = ", ".join(service.name for service in services)
    raise ServiceFailed(f"other programs took the ports of {names} {PORT_ATTEMPTS} times in a row")


def _settle_ports(
    supervisor: Supervisor, machine: Machine, services: Sequence[Service], say: Say
) -> None:
    """Claim the ports of those that do not run; a port that somebody holds is changed for good."""
    here, owner = home().resolve(), supervisor.process()
    processes = supervisor.processes()
    before = dict(machine.ports)
    for service in services:
        if processes[service.name].state in UP:
            continue
        for name in service.ports:
            port = machine.ports.get(name)
            in_the_way = ports.take(port, here, owner) if port else "nobody"
            if in_the_way is None:
                continue
            machine.ports[name] = ports.take_any(here, owner, machine.ports.values())
            if port:
                say(
                    f"port {port} of {service.title} is held by {in_the_way};"
                    f" it takes {machine.ports[name]} instead, from now on"
                )
    if machine.ports != before:
        machine.save()
        settings.cache_clear()


def _wait(supervisor: Supervisor, machine: Machine, services: Sequence[Service]) -> None:
    deadline = time.monotonic() + UP_WITHIN
    waiting = list(services)
    while True:
        processes = supervisor.processes()
        for service in waiting:
            state = processes[service.name].state
            if state in (BACKING_OFF, GAVE_UP) and any(
                ports.is_held(machine.ports[name]) for name in service.ports
            ):
                raise _PortLost
            if state == GAVE_UP:
                raise ServiceFailed(
                    f"{service.name} ended each time it was started, and is not started again."
                    f"\n{last_lines(log_of(service.name))}"
                )
        waiting = [
            service for service in waiting
            if not holds_its_ports(processes[service.name], service, machine)
            or not service.healthy(machine)
        ]  # fmt: skip
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise ServiceFailed(
                f"{waiting[0].name} is not healthy after {UP_WITHIN:.0f} s."
                f"\n{last_lines(log_of(waiting[0].name))}"
            )
        time.sleep(POLL_SECONDS)
