"""The stack of one machine: bring up, tear down, say what runs."""

import os
import smtplib
import sys
from collections.abc import Callable
from datetime import datetime

import requests

from shortdrama.core.settings import settings
from shortdrama.datasets import pools
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama_local.embedded.airflow import airflow_environment, airflow_services, start_airflow
from shortdrama_local.embedded.airflow_api import AirflowApi
from shortdrama_local.embedded.machine import (
    HOST,
    Machine,
    is_embedded,
    this_machine,
)
from shortdrama_local.embedded.process import Service, tool
from shortdrama_local.embedded.s3 import s3_service, start_s3


def ensure_store() -> Machine:
    """The embedded S3 up and its lake marked as sample; the machine."""
    machine = this_machine()
    start_s3(machine)
    settings.cache_clear()
    ensure_lake(ObjectStore.of(settings().s3), "sample")
    return machine


def store_if_embedded() -> None:
    """On a machine that has an embedded S3, have it running; elsewhere there is nothing to do."""
    if is_embedded():
        ensure_store()


def start_stack(frozen_clock: datetime | None, say: Callable[[str], None]) -> Machine:
    """Start everything and wait until each service can do its work."""
    machine = start_sources(frozen_clock, say)
    say("mail (aiosmtpd)")
    _mail(machine).start(lambda: _mail_up(machine), within_seconds=30)
    say("Airflow (API server, scheduler, DAG processor)")
    start_airflow(machine, frozen_clock)
    for pool in pools():
        AirflowApi(machine).ensure_pool(pool, slots=1)
    return machine


def start_sources(frozen_clock: datetime | None, say: Callable[[str], None]) -> Machine:
    """Start the lake and the simulator alone."""
    say("S3 (ministack)")
    machine = ensure_store()
    say("the sources' simulator")
    _simulator(machine, frozen_clock).start(lambda: _simulator_up(machine), within_seconds=60)
    return machine


def stop_stack() -> None:
    """End everything that this home started; what is stored stays."""
    for service in reversed(_services(this_machine())):
        service.stop()


def running() -> dict[str, bool]:
    """Which services run."""
    return {service.name: service.is_running() for service in _services(this_machine())}


def _services(machine: Machine) -> list[Service]:
    return [
        s3_service(machine),
        _simulator(machine, None),
        _mail(machine),
        *airflow_services(airflow_environment(machine, None), machine),
    ]


def _simulator(machine: Machine, frozen_clock: datetime | None) -> Service:
    command = [tool("shortdrama"), "simulator", "--port", str(machine.simulator_port)]
    if frozen_clock is not None:
        command += ["--clock", frozen_clock.isoformat()]
    env = {**os.environ, "SHORTDRAMA_SIMULATOR_TOKEN": machine.source_token}
    return Service("simulator", command, env)


def _simulator_up(machine: Machine) -> bool:
    try:
        return requests.get(f"{machine.simulator_url}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def _mail(machine: Machine) -> Service:
    listen = f"{HOST}:{machine.mail_port}"
    maildir = str(machine.maildir)
    handler = ["-c", "aiosmtpd.handlers.Mailbox", maildir]
    return Service(
        "mail", [sys.executable, "-m", "aiosmtpd", "-n", "-l", listen, *handler], os.environ
    )


def _mail_up(machine: Machine) -> bool:
    try:
        with smtplib.SMTP(HOST, machine.mail_port, timeout=5) as smtp:
            return smtp.noop()[0] == 250
    except OSError:
        return False
