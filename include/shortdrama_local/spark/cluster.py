"""A standalone Spark cluster on loopback: a master, two workers and a Spark Connect server.

The package of the registry has no scripts that start them, so they are started by `spark-class` and
`spark-submit`. The tables of the cluster end with it: its catalogue is in memory.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

from shortdrama.core.errors import Failure

HOST = "127.0.0.1"
WORKERS = 2
START_SECONDS = 180
STOP_SECONDS = 20
BUSY_SECONDS = 120
"""How long to wait for a worker that is computing."""

SETTLE_SECONDS = 0.5

OLDEST_JAVA = 17
WORKER_MEMORY = "1200m"
EXECUTOR_MEMORY = "1g"
SERVER_MEMORY = "1g"
DAEMON_MEMORY = "256m"
"""Of the master and of a worker itself, which only start and watch executors."""

SMALL = {
    # An error says what is wrong, without a page about where the server noticed it.
    "spark.sql.connect.serverStacktrace.enabled": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": str(WORKERS),
    # The page says at once what an executor does.
    "spark.ui.liveUpdate.period": "0",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.connect.grpc.binding.address": HOST,
    "spark.executor.memory": EXECUTOR_MEMORY,
    "spark.executor.cores": "1",
}
"""What suits two cores and loopback."""


class NoSpark(Failure):
    """Spark cannot be started on this machine."""


@dataclass
class Cluster:
    """A running cluster; `remote` is the address that clients connect to."""

    package: Path
    folder: Path
    remote: str
    page: str
    """The address of the server's page, which says what each executor does."""
    workers: dict[Path, subprocess.Popen[bytes]]
    """By the folder in which a worker has a folder for each of its executors."""

    @property
    def warehouse(self) -> Path:
        """The folder of its tables: a folder per schema, in it a folder per table."""
        return self.folder / "warehouse"

    def kill_busy_worker(self) -> int:
        """End a worker and its executor while it computes; how many running tasks were lost.

        It is stopped first, and killed only if it still has a task then. Raises Failure if no
        executor has one.
        """
        until = monotonic() + BUSY_SECONDS
        while monotonic() < until:
            for executor in self._executors():
                folder = self._worker_of(executor["id"])
                if folder is not None and executor["activeTasks"] and self._kill(executor, folder):
                    return self._lost_tasks(executor)
            sleep(0.01)
        raise Failure(f"no worker of Spark had a task within {BUSY_SECONDS} s, so none was killed")

    def _kill(self, executor: dict[str, Any], folder: Path) -> bool:
        """Whether the worker was killed; not if its task ended while this was about to happen."""
        # As if the machine was lost: the worker and its executor are one group.
        group = self.workers[folder].pid
        os.killpg(group, signal.SIGSTOP)
        # What it said before it was stopped arrives meanwhile.
        sleep(SETTLE_SECONDS)
        still_busy = any(
            one["id"] == executor["id"] and one["activeTasks"] for one in self._executors()
        )
        os.killpg(group, signal.SIGKILL if still_busy else signal.SIGCONT)
        if still_busy:
            del self.workers[folder]
        return still_busy

    def _lost_tasks(self, before: dict[str, Any]) -> int:
        until = monotonic() + BUSY_SECONDS
        while monotonic() < until:
            for executor in self._executors():
                # Tasks that failed with it, or that it had when it was removed: Spark says one or
                # the other, by what it notices first. Neither counts a task that had ended.
                lost: int = executor["activeTasks"] + executor["failedTasks"]
                if executor["id"] == before["id"] and not executor["isActive"]:
                    return lost - int(before["failedTasks"])
            sleep(0.2)
        raise Failure(f"Spark has not noticed that its executor {before['id']} was killed")

    def _worker_of(self, executor: str) -> Path | None:
        return next((one for one in self.workers if list(one.glob(f"app-*/{executor}"))), None)

    def _executors(self) -> list[dict[str, Any]]:
        """What the server says about all executors, lost ones too."""
        applications = f"{self.page}/api/v1/applications"
        (application,) = _answer(applications)
        return _answer(f"{applications}/{application['id']}/allexecutors")


@contextmanager
def running(package: Path, folder: Path) -> Iterator[Cluster]:
    """Start a cluster that works in `folder`, and end it; `package` has pyspark.

    Raises NoSpark if there is no Java or the cluster does not start.
    """
    java = java_home()
    home = package / "pyspark"
    folder.mkdir(parents=True, exist_ok=True)
    master, master_page, connect, page = _free_ports(4)
    url = f"spark://{HOST}:{master}"
    daemon = _environment(package, java, DAEMON_MEMORY)
    run_class = str(home / "bin" / "spark-class")
    deploy = "org.apache.spark.deploy"
    with ExitStack() as stack:

        def start(name: str, command: list[str], environment: dict[str, str]) -> _Process:
            return stack.enter_context(_process(name, command, environment, folder))

        first = start(
            "master",
            [run_class, f"{deploy}.master.Master", "--host", HOST, "--port", str(master),
             "--webui-port", str(master_page)],
            daemon,
        )  # fmt: skip
        _wait_for(first, master)
        workers = {
            folder / f"work-{number}": start(
                f"worker-{number}",
                [run_class, f"{deploy}.worker.Worker", "--host", HOST, "--cores", "1",
                 "--memory", WORKER_MEMORY, "--webui-port", "0",
                 "--work-dir", str(folder / f"work-{number}"), url],
                daemon,
            ).popen
            for number in range(1, WORKERS + 1)
        }  # fmt: skip
        settings = SMALL | {
            "spark.connect.grpc.binding.port": str(connect),
            "spark.ui.port": str(page),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.local.dir": str(folder / "local"),
        }  # fmt: skip
        server = start(
            "connect",
            [str(home / "bin" / "spark-submit"), "--master", url,
             "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
             *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
             "spark-internal"],
            _environment(package, java, SERVER_MEMORY),
        )  # fmt: skip
        _wait_for(server, connect)
        yield Cluster(
            package=package,
            folder=folder,
            remote=f"sc://{HOST}:{connect}",
            page=f"http://{HOST}:{page}",
            workers=workers,
        )


@dataclass(frozen=True)
class _Process:
    name: str
    popen: subprocess.Popen[bytes]
    log: Path


@contextmanager
def _process(
    name: str, command: list[str], environment: Mapping[str, str], folder: Path
) -> Iterator[_Process]:
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        popen = subprocess.Popen(  # noqa: S603 - programs of the package
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            # Ctrl-C ends the comparison, which then ends these in order.
            start_new_session=True,
        )
    try:
        yield _Process(name, popen, log)
    finally:
        popen.terminate()
        try:
            popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()


def _wait_for(process: _Process, port: int) -> None:
    until = monotonic() + START_SECONDS
    while monotonic() < until and process.popen.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        sleep(0.2)
    said = [
        line
        for line in process.log.read_text(errors="replace").splitlines()
        if "ERROR" in line or "Exception" in line
    ]
    raise NoSpark(
        f"Spark's {process.name} did not start: {said[0] if said else 'it said nothing'}."
        f" Its output: {process.log}"
    )


def java_home() -> str:
    """The folder of the Java that Spark is to run on; raises NoSpark if it has none or an old one.

    `JAVA_HOME` counts before the PATH.
    """
    wanted = (
        f"Spark needs Java {OLDEST_JAVA} or newer, and {{}}. What to do: apt-get install"
        f" openjdk-{OLDEST_JAVA}-jre-headless, or set JAVA_HOME to one"
    )
    java = shutil.which("java")
    if home := os.environ.get("JAVA_HOME"):
        java = shutil.which("java", path=str(Path(home, "bin")))
        if java is None:
            raise NoSpark(wanted.format(f"JAVA_HOME ({home}) has no bin/java"))
    if java is None:
        raise NoSpark(wanted.format("there is no `java` on the PATH"))
    asked = subprocess.run(  # noqa: S603 - the machine's own Java
        [java, "-version"], capture_output=True, text=True, check=False, timeout=START_SECONDS
    )
    # Up to Java 8 it says 1.8, later ones say 17.0.15 or just 21.
    found = re.search(r'version "(?:1\.)?(\d+)', asked.stderr)
    if found is None:
        raise NoSpark(wanted.format(f"`{java} -version` does not say its version"))
    if int(found[1]) < OLDEST_JAVA:
        raise NoSpark(wanted.format(f"{java} is Java {found[1]}"))
    return str(Path(java).resolve().parent.parent)


def _answer(url: str) -> list[dict[str, Any]]:
    with urlopen(url, timeout=START_SECONDS) as answer:  # noqa: S310 - our own cluster's page
        found: list[dict[str, Any]] = json.load(answer)
        return found


def _environment(package: Path, java: str, memory: str) -> dict[str, str]:
    return {
        **os.environ,
        "JAVA_HOME": java,
        "PYTHONPATH": str(package),
        "SPARK_HOME": str(package / "pyspark"),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": memory,
        # The master would open a second port, for a service that nobody uses here.
        "SPARK_DAEMON_JAVA_OPTS": "-Dspark.master.rest.enabled=false",
    }


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]
