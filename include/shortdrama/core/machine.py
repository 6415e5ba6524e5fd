"""The extra that runs a machine's own services, if it is installed.

It announces itself by an entry point. This package never imports it by name, so that production
can do without it.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

GROUP = "shortdrama.machine"


class LocalMachine(Protocol):
    """What the extra offers."""

    def add_commands(self, app: Any) -> None:
        """Add its commands to the command line, a typer.Typer."""
        ...

    def ensure_store(self) -> None:
        """Have the home's own store running; nothing to do in a home that has none."""
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
