"""Becomes a service: `python -m shortdrama_local.embedded.launch NAME`, as the supervisor calls it.

The supervisor's own configuration has names only. Ports, secrets and the clock are read from the
home at each start, so that a service that gets another port needs nothing but a start.
"""

import os
import sys

from shortdrama.core.errors import Failure
from shortdrama_local.embedded.machine import this_machine
from shortdrama_local.embedded.services import SERVICES


def main(name: str) -> None:
    """Prepare the service and become it."""
    service = next(service for service in SERVICES if service.name == name)
    machine = this_machine()
    try:
        service.prepare(machine)
        command = service.command(machine)
    except Failure as error:
        raise SystemExit(str(error)) from None
    os.execve(command[0], command, service.environment(machine))  # noqa: S606 - our own services


if __name__ == "__main__":
    main(sys.argv[1])
