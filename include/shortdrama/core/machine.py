"""The extra that runs a machine's own services, if it is installed.

It registers an entry point. This package never imports it by name, so that production does not need
it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Literal, Protocol, cast
from urllib.parse import urlsplit

GROUP = "shortdrama.machine"


@dataclass(frozen=True)
class ServiceState:
    """How one of the home's own services is. Times are of the real clock, in UTC.

    `gave up` means that it stopped after each start and is not started again automatically.
    """

    name: str
    state: Literal["running", "starting", "stopped", "gave up"]
    since: datetime | None
    restarts: int
    last_restart: datetime | None
    last_cause: str | None


class LocalMachine(Protocol):
    """What the extra offers."""

    def add_commands(self, app: Any) -> None:
        """Add its commands to the command line, a typer.Typer."""
        ...

    def ensure_store(self) -> None:
        """Start the home's own store if it does not run; do nothing in a home that has none."""
        ...

    def prove(self, host: str, port: int) -> None:
        """Raise a Failure if the address is the home's own, but what listens there is not."""
        ...

    def services(self) -> Sequence[ServiceState]:
        """How the home's own services are; empty where none was started."""
        ...

    def airflow_environment(self) -> Mapping[str, str]:
        """The environment of the home's own Airflow."""
        ...


@cache
def local_machine() -> LocalMachine | None:
    """The extra, or None where it is not installed."""
    for entry in entry_points(group=GROUP):
        return cast(LocalMachine, entry.load())
    return None


def ensure_store() -> None:
    """Before the lake is opened: on one machine its server starts by itself."""
    machine = local_machine()
    if machine is not None:
        machine.ensure_store()


def prove(url: str) -> None:
    """Call it before using a service: at an address of this home, its own service must answer.

    Raises a Failure that names who answers there instead. Other addresses are not checked.
    """
    machine = local_machine()
    address = urlsplit(url)
    if machine is not None and address.hostname and address.port:
        machine.prove(address.hostname, address.port)


def services() -> Sequence[ServiceState]:
    """How the home's own services are; empty where there are none."""
    machine = local_machine()
    return [] if machine is None else machine.services()
