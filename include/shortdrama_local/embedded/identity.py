"""Proof that what listens on a port belongs to this home.

The answer itself proves nothing: another home's server would answer just as well. The system says
which process listens, and the home's supervisor says which processes belong to the home.
"""

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home
from shortdrama_local.embedded import ports
from shortdrama_local.embedded.machine import HOST, Machine, is_embedded, this_machine
from shortdrama_local.embedded.service import Service
from shortdrama_local.embedded.services import SERVICES
from shortdrama_local.embedded.supervisor import Process, Supervisor


class NotThisHome(Failure):
    """At an address of this home another program answers, or none."""


def holds_its_ports(process: Process, service: Service, machine: Machine) -> bool:
    """Whether the process listens on all ports of the service."""
    wanted = {machine.ports[name] for name in service.ports}
    return process.pid != 0 and (not wanted or wanted <= ports.listening(process.pid))


def prove(host: str, port: int) -> None:
    """Raise NotThisHome if the address is this home's, but what listens there is not.

    Other addresses are not checked.
    """
    if host != HOST or not is_embedded():
        return
    machine = this_machine()
    for service in SERVICES:
        if service.ports and machine.ports.get(service.ports[0]) == port:
            supervisor = Supervisor.running(machine)
            processes = supervisor.processes() if supervisor else {}
            process = processes.get(service.name)
            if process is None or not holds_its_ports(process, service, machine):
                raise NotThisHome(_what_is_there(service, port))


def _what_is_there(service: Service, port: int) -> str:
    if ports.is_held(port):
        there = f"{ports.holder(port)} answers there, which is not of this home"
    else:
        there = "it does not run"
    return f"{service.title} of {home()} has port {port}, and {there}. What to do: `make up`"
