"""The two small services of a home: the sources' simulator, and a mail server with a folder."""

import smtplib
import sys

import requests

from shortdrama_local.embedded.machine import HOST, Machine
from shortdrama_local.embedded.service import Service, tool


def _simulator(machine: Machine) -> list[str]:
    command = [tool("shortdrama"), "simulator", "--port", str(machine.ports["simulator"])]
    if machine.frozen_clock is not None:
        command += ["--clock", machine.frozen_clock.isoformat()]
    return command


def _simulator_healthy(machine: Machine) -> bool:
    try:
        return requests.get(f"{machine.simulator_url}/health", timeout=5).ok
    except requests.RequestException:
        return False


def _mail(machine: Machine) -> list[str]:
    listen = f"{HOST}:{machine.ports['mail']}"
    handler = ["-c", "aiosmtpd.handlers.Mailbox", str(machine.maildir.resolve())]
    return [sys.executable, "-m", "aiosmtpd", "-n", "-l", listen, *handler]


def _mail_healthy(machine: Machine) -> bool:
    try:
        with smtplib.SMTP(HOST, machine.ports["mail"], timeout=5) as smtp:
            return smtp.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


SIMULATOR = Service(
    name="simulator",
    title="the sources' simulator",
    command=_simulator,
    healthy=_simulator_healthy,
    settle_seconds=10,
    ports=("simulator",),
)
MAIL = Service(
    name="mail",
    title="mail (aiosmtpd)",
    command=_mail,
    healthy=_mail_healthy,
    settle_seconds=5,
    ports=("mail",),
)
