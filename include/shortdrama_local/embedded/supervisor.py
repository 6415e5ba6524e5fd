"""supervisord for a home: it starts the home's services again when they end, and says how they are.

It is a process of its own, with a socket in the home's private folder. What answers on that socket
and knows the home's id is the home's supervisor; the processes that it names belong to the home.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Self
from xmlrpc.client import Error, Fault, ServerProxy, Transport

import psutil

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home
from shortdrama_local.embedded import leftovers
from shortdrama_local.embedded.folders import run_folder, socket_folder
from shortdrama_local.embedded.machine import Machine, write_private
from shortdrama_local.embedded.service import Service, complete, tool

STARTS_WITHIN = 20.0
HUNG_AFTER = 15.0
ANSWERS_WITHIN = 60.0
"""In seconds. A stop is answered when the process has ended, which may take STOP_SECONDS."""
STOP_SECONDS = 10
FAILED_STARTS = 3
"""How often a service that ends at once is started again, before it counts as broken."""
GAVE_UP = "FATAL"
UP = {"STARTING", "RUNNING", "BACKOFF"}
WATCHDOG = "watchdog"
UNANSWERED = (OSError, HTTPException, Error)
"""The errors if a supervisor is away, hangs, or ends in the middle of an answer."""


class SupervisorFailed(Failure):
    """The supervisor did not come up; the message names its log."""


class SupervisorHangs(Failure):
    """The supervisor runs but does not answer."""


@dataclass(frozen=True)
class Process:
    """A service as its supervisor sees it. `state` is supervisord's word; `pid` 0 if none runs."""

    name: str
    state: str
    pid: int
    started_at: datetime


class Supervisor:
    """The supervisor of a home."""

    @classmethod
    def running(cls, machine: Machine) -> Self | None:
        """The home's supervisor, if it runs and answers as the home's own.

        Raises SupervisorHangs if it runs but does not answer: then nothing may be started.
        """
        try:
            is_ours = _call("getIdentification", within=HUNG_AFTER) == machine.home_id
        except TimeoutError:
            raise SupervisorHangs(
                f"the supervisor of {home()} has not answered for {HUNG_AFTER:.0f} s: it hangs, or"
                " this machine is too busy. What to do: try again, or `make down`, then `make up`"
            ) from None
        except UNANSWERED:
            return None
        return cls() if is_ours else None

    @classmethod
    def start(cls, machine: Machine, services: Iterable[Service]) -> Self:
        """Start it, without any service. Raises SupervisorFailed."""
        here = home().resolve()
        (here / "logs").mkdir(parents=True, exist_ok=True)
        configuration = run_folder() / "supervisord.conf"
        write_private(configuration, _configuration(machine, services))
        log = here / "logs" / "supervisord.log"
        path = os.pathsep.join((str(Path(tool("python")).parent), os.environ["PATH"]))
        with log.open("ab") as errors:
            child = subprocess.Popen(  # noqa: S603 - the library's own entry
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(configuration)],
                cwd=here,
                env=complete({**leftovers.marked(here), "PATH": path}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
                umask=0o077,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while (supervisor := cls.running(machine)) is None:
            if child.poll() is not None or time.monotonic() > deadline:
                raise SupervisorFailed(f"the supervisor did not start.\n{last_lines(log)}")
            time.sleep(0.05)
        return supervisor

    def process(self) -> psutil.Process:
        """The process of supervisord itself."""
        return psutil.Process(_call("getPID"))

    def processes(self) -> dict[str, Process]:
        """Every service by name."""
        return {
            info["name"]: Process(
                name=info["name"],
                state=info["statename"],
                pid=info["pid"],
                started_at=datetime.fromtimestamp(info["start"], UTC),
            )
            for info in _call("getAllProcessInfo")
            if info["name"] != WATCHDOG
        }

    def start_service(self, name: str) -> None:
        """Start the service if it does not run; does not wait until it is up."""
        try:
            _call("startProcess", name, False)
        except Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def stop_service(self, name: str) -> None:
        """Stop the service, and wait until it has ended."""
        try:
            _call("stopProcess", name)
        except Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a message."""
    lines = log.read_text(errors="replace").splitlines()[-count:] if log.exists() else []
    return "\n".join([f"The end of {log}:", *lines])


def log_of(name: str) -> Path:
    """The log file of a service."""
    return home().resolve() / "logs" / f"{name}.log"


def _configuration(machine: Machine, services: Iterable[Service]) -> str:
    """Supervisord's configuration. Paths are relative: the home's may contain any character."""
    folder = socket_folder()
    inside = folder == run_folder()
    sections = [
        "[unix_http_server]",
        f"file = {'run/supervisor.sock' if inside else folder / 'supervisor.sock'}",
        "chmod = 0700",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
        "[supervisord]",
        f"identifier = {machine.home_id}",
        "logfile = logs/supervisord.log",
        "logfile_maxbytes = 5MB",
        "logfile_backups = 1",
        "pidfile = run/supervisord.pid",
        "silent = true",
        f"[eventlistener:{WATCHDOG}]",
        "command = python -m shortdrama_local.embedded.watchdog",
        "events = PROCESS_STATE,TICK_5",
        "buffer_size = 1000",
        f"stderr_logfile = logs/{WATCHDOG}.log",
        "stderr_logfile_maxbytes = 5MB",
        "stderr_logfile_backups = 1",
    ]
    for service in services:
        sections += [
            f"[program:{service.name}]",
            f"command = python -m shortdrama_local.embedded.launch {service.name}",
            "autostart = false",
            "autorestart = true",
            f"startsecs = {service.settle_seconds}",
            f"startretries = {FAILED_STARTS}",
            f"stopsignal = {service.stop_signal}",
            f"stopwaitsecs = {STOP_SECONDS}",
            "stopasgroup = true",
            "redirect_stderr = true",
            f"stdout_logfile = logs/{service.name}.log",
            "stdout_logfile_maxbytes = 20MB",
            "stdout_logfile_backups = 1",
        ]
    return "\n".join(sections) + "\n"


def _call(method: str, *arguments: Any, within: float = ANSWERS_WITHIN) -> Any:
    """Call supervisord; each call has its own connection, because several threads call."""
    with ServerProxy("http://localhost", transport=_UnixTransport(within)) as proxy:
        return getattr(proxy.supervisor, method)(*arguments)


class _UnixConnection(HTTPConnection):
    """HTTP through the supervisor's socket, with a timeout in case it hangs."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(socket_folder() / "supervisor.sock"))


class _UnixTransport(Transport):
    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout
        self._connection: tuple[Any, HTTPConnection | None]

    def make_connection(self, host: Any) -> HTTPConnection:
        connection = _UnixConnection("localhost", timeout=self._timeout)
        self._connection = host, connection  # the base class closes this
        return connection
