"""The stack of one home: start and stop."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime

import requests

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home, settings
from shortdrama.datasets import pools
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama_local.embedded import leftovers, ports, store
from shortdrama_local.embedded.airflow import migrate
from shortdrama_local.embedded.folders import remove_sockets
from shortdrama_local.embedded.machine import (
    HomeUnreadable,
    Machine,
    is_embedded,
    this_machine,
)
from shortdrama_local.embedded.postgres import POSTGRES
from shortdrama_local.embedded.services import AIRFLOW, SERVICES
from shortdrama_local.embedded.small import MAIL, SIMULATOR
from shortdrama_local.embedded.start import Say, bring_up, locked, supervised, write_plan
from shortdrama_local.embedded.store import STORE
from shortdrama_local.embedded.supervisor import UNANSWERED, UP, Supervisor, SupervisorHangs
from shortdrama_local.embedded.watch import WATCH


class OtherClock(Failure):
    """The home's services run with another clock."""


def ensure_store() -> Machine:
    """Start the home's S3 and mark its lake as sample; the machine."""
    with locked("store"):
        machine = this_machine()
        bring_up(supervised(machine), machine, [STORE], lambda _: None)
        _open_lake(machine)
    return machine


def store_if_embedded() -> None:
    """On a machine that has an embedded S3, start it if needed; elsewhere do nothing."""
    if is_embedded():
        ensure_store()


def start_stack(frozen_clock: datetime | None, say: Say) -> Machine:
    """Start everything and wait until each service works."""
    with locked("store"), ThreadPoolExecutor(1) as pool:
        machine = this_machine()
        supervisor = supervised(machine)
        _set_clock(supervisor, machine, frozen_clock)
        say("starting PostgreSQL, S3 (SeaweedFS), the sources' simulator, mail (aiosmtpd)")
        database = pool.submit(_start_database, supervisor, machine, say)
        bring_up(supervisor, machine, [STORE, SIMULATOR, MAIL], say)
        _open_lake(machine)
        database.result()
    with locked("airflow"):
        say("starting Airflow (API server, scheduler, DAG processor)")
        bring_up(supervisor, machine, AIRFLOW, say)
        # Imported here: it takes a second, and most commands only start the store.
        from shortdrama_local.embedded.airflow_api import AirflowApi

        airflow = AirflowApi(machine)
        for pool_name in pools():
            airflow.ensure_pool(pool_name, slots=1)
    return machine


def start_sources(frozen_clock: datetime | None, say: Say) -> Machine:
    """Start only the lake and the simulator."""
    with locked("store"):
        machine = this_machine()
        supervisor = supervised(machine)
        _set_clock(supervisor, machine, frozen_clock)
        say("starting S3 (SeaweedFS), the sources' simulator")
        bring_up(supervisor, machine, [STORE, SIMULATOR], say)
        _open_lake(machine)
    return machine


def move_clock(to: datetime) -> None:
    """Set the frozen clock of the running home: for the simulator, and for tasks that start now.

    Nothing is started again. To other tasks it is still the earlier day, so let them end first.
    """
    with locked("store"):
        machine = this_machine()
        machine.frozen_clock = to
        machine.save()
        settings.cache_clear()
        write_plan(SIMULATOR, machine)
        requests.put(
            f"{machine.simulator_url}/simulator/clock",
            json={"frozen_at": to.isoformat()},
            timeout=10,
        ).raise_for_status()


@contextmanager
def unwatched() -> Iterator[None]:
    """Nobody watches Airflow meanwhile: days that were left out would count as silence."""
    machine = this_machine()
    supervisor = supervised(machine)
    with locked("airflow"):
        supervisor.stop_service(WATCH.name)
    yield
    with locked("airflow"):
        bring_up(supervisor, machine, [WATCH], lambda _: None)


def stop_stack() -> None:
    """Stop everything that this home started, with or without supervisor; stored data stays."""
    if not home().exists():
        return
    with locked("store"), locked("airflow"):
        machine = None
        with suppress(HomeUnreadable, SupervisorHangs, *UNANSWERED):
            machine = this_machine() if is_embedded() else None
            supervisor = Supervisor.running(machine) if machine else None
            if supervisor:
                _stop(supervisor)
        leftovers.end(leftovers.leftovers())
        if machine:
            ports.give_back(machine.ports.values(), home().resolve())
            for path in store.sockets(machine):
                path.unlink(missing_ok=True)
        remove_sockets()


def _stop(supervisor: Supervisor) -> None:
    """Stop the services, those that others need last, then the supervisor."""
    needed = (POSTGRES, STORE)
    waves = ([service for service in SERVICES if service not in needed], needed)
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        for wave in waves:
            list(pool.map(lambda service: supervisor.stop_service(service.name), wave))
    # It has nothing left to do, but takes up to eight seconds to end in order.
    leftovers.kill([supervisor.process()])


def _start_database(supervisor: Supervisor, machine: Machine, say: Say) -> None:
    bring_up(supervisor, machine, [POSTGRES], say)
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
            f"the services of {home()} run with another clock"
            f" ({machine.frozen_clock or 'the real one'}). What to do: `make down` first"
        )
    machine.frozen_clock = clock
    machine.save()
