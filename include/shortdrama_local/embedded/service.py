"""What a service of a home is: how it is started, and how to see that it works."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shortdrama_local.embedded.machine import Machine

CLOCK = "SHORTDRAMA_FROZEN_CLOCK"
"""Only `settings.env` has it: a variable of a service could not be changed while it runs."""


def plain(machine: Machine) -> dict[str, str]:
    """The environment of a service that needs nothing special."""
    return machine.environment()


def complete(environment: Mapping[str, str]) -> dict[str, str]:
    """The home's environment on top of this process's; only the home can freeze the clock."""
    ours = {name: value for name, value in os.environ.items() if name != CLOCK}
    return {**ours, **environment}


def nothing(_: Machine) -> None:
    """No preparation."""


@dataclass(frozen=True)
class Service:
    """One background process of a home. `environment` is added to that of its supervisor.

    `healthy` says whether it works, or None if that is unknown because the service that would be
    asked is away itself. A process that ends within `settle_seconds` counts as a failed start;
    after a few of those it is not started again. `ports` are names in `Machine.ports`, the public
    port first.
    """

    name: str
    title: str
    command: Callable[[Machine], list[str]]
    healthy: Callable[[Machine], bool | None]
    settle_seconds: int
    ports: tuple[str, ...] = ()
    prepare: Callable[[Machine], None] = nothing
    environment: Callable[[Machine], dict[str, str]] = plain
    stop_signal: str = "TERM"


def tool(name: str) -> str:
    """A console script of this environment."""
    return str(Path(sys.executable).parent / name)
