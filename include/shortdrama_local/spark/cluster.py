"""A standalone Spark cluster on loopback: a master, two workers and a Spark Connect server.

The package of the registry has no scripts that start them, so they are started by `spark-class` and
`spark-submit`. The tables of the cluster end with it: its catalogue is in memory.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from shortdrama.core.errors import Failure

HOST = "127.0.0.1"
WORKERS = 2
START_SECONDS = 180
STOP_SECONDS = 20
WORKER_MEMORY = "1200m"
EXECUTOR_MEMORY = "1g"
SERVER_MEMORY = "1g"
DAEMON_MEMORY = "256m"
"""Of the master and of a worker itself, which only start and watch executors."""

SESSION = {
    # A timestamp has no time zone, as in DuckDB.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    # A wrong cast or an overflow is an error, as in DuckDB, and not a null.
    "spark.sql.ansi.enabled": "true",
    # Only the months of the new rows are written again.
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
    # An error says what is wrong, without a page about where the server noticed it.
    "spark.sql.connect.serverStacktrace.enabled": "false",
}
"""What a Spark server must be set to for this dbt project, on every cluster."""

SMALL = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": str(WORKERS),
    "spark.ui.enabled": "false",
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
    workers: list[subprocess.Popen[bytes]]

    @property
    def warehouse(self) -> Path:
        """The folder of its tables: a folder per schema, in it a folder per table."""
        return self.folder / "warehouse"

    def kill_worker(self) -> None:
        """End one worker at once, and the executor with what it had computed."""
        self.workers.pop().kill()


@contextmanager
def running(package: Path, folder: Path) -> Iterator[Cluster]:
    """Start a cluster that works in `folder`, and end it; `package` has pyspark.

    Raises NoSpark if there is no Java or the cluster does not start.
    """
    java = _java()
    home = package / "pyspark"
    folder.mkdir(parents=True, exist_ok=True)
    master, page, connect = _free_ports(3)
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
             "--webui-port", str(page)],
            daemon,
        )  # fmt: skip
        _wait_for(first, master)
        workers = [
            start(
                f"worker-{number}",
                [run_class, f"{deploy}.worker.Worker", "--host", HOST, "--cores", "1",
                 "--memory", WORKER_MEMORY, "--webui-port", "0",
                 "--work-dir", str(folder / "work"), url],
                daemon,
            )
            for number in range(1, WORKERS + 1)
        ]  # fmt: skip
        settings = SESSION | SMALL | {
            "spark.connect.grpc.binding.port": str(connect),
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
            workers=[worker.popen for worker in workers],
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


def _java() -> str:
    java = shutil.which("java")
    if "JAVA_HOME" in os.environ:
        java = str(Path(os.environ["JAVA_HOME"], "bin", "java"))
    if java is None:
        raise NoSpark(
            "Spark needs Java 17, and there is no `java` on the PATH."
            " What to do: apt-get install openjdk-17-jre-headless, or set JAVA_HOME"
        )
    return str(Path(java).resolve().parent.parent)


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
