"""What a service of a home is: how it is started, and how one sees that it does its work."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shortdrama_local.embedded.machine import Machine


def environment(machine: Machine) -> dict[str, str]:
    """The environment of a service that needs nothing special."""
    return {**os.environ, **machine.environment()}


def nothing(_: Machine) -> None:
    """No preparation."""


@dataclass(frozen=True)
class Service:
    """One background process of a home.

    `healthy` says whether it does its work, or None when that cannot be said because what would be
    asked is away itself. A process that ends within `settle_seconds` counts as a failed start;
    after a few of those it is not started again. `ports` are names in `Machine.ports`, the public
    one first.
    """

    name: str
    title: str
    command: Callable[[Machine], list[str]]
    healthy: Callable[[Machine], bool | None]
    settle_seconds: int
    ports: tuple[str, ...] = ()
    prepare: Callable[[Machine], None] = nothing
    environment: Callable[[Machine], dict[str, str]] = environment
    stop_signal: str = "TERM"


def tool(name: str) -> str:
    """A console script of this environment."""
    return str(Path(sys.executable).parent / name)
