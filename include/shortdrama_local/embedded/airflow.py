"""The home's Airflow: API server, scheduler and DAG processor, LocalExecutor on PostgreSQL."""

import json
import os
from pathlib import Path
from subprocess import DEVNULL, run

import requests

from shortdrama.core.errors import Failure
from shortdrama.core.settings import REPOSITORY, home
from shortdrama_local.embedded.machine import HOST, Machine, write_private
from shortdrama_local.embedded.postgres import connection_url
from shortdrama_local.embedded.service import Service, complete, tool

USER = "admin"
SETTLE_SECONDS = 60
"""Airflow needs ten seconds to read its own code, and four times as long on a busy machine."""


class NotMigrated(Failure):
    """Airflow's database has another version and could not be migrated."""


def airflow_environment(machine: Machine) -> dict[str, str]:
    """Airflow's configuration and the pipeline's settings, as environment variables."""
    here = home().resolve()
    airflow_home = here / "airflow"
    return {
        **machine.environment(),
        "SHORTDRAMA_HOME": str(here),
        "PATH": f"{Path(tool('airflow')).parent}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "2",
        # A failed task still mails; with a hanging mail server that takes longer than 20 s.
        "AIRFLOW__CORE__TASK_SUCCESS_OVERTIME": "120",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{machine.airflow_url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(airflow_home / "passwords.json"),
        "AIRFLOW__API__BASE_URL": machine.airflow_url,
        "AIRFLOW__API_AUTH__JWT_SECRET": machine.airflow_jwt_secret,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": connection_url(machine),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        # If a scheduler was killed, its tasks start again within a minute.
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
        # A task waits while the API server is started again, instead of giving up.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "8",
        "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "12",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(here / "logs" / "tasks"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    }


def migrate(machine: Machine) -> None:
    """Bring the metadata database to this version, and set the password of the UI's user.

    Raises NotMigrated with the end of Airflow's output.
    """
    write_private(
        home() / "airflow" / "passwords.json", json.dumps({USER: machine.airflow_password})
    )
    migrated = run(  # noqa: S603 - Airflow's own command
        [tool("airflow"), "db", "migrate"],
        env=complete(airflow_environment(machine)),
        stdin=DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if migrated.returncode != 0:
        raise NotMigrated(f"Airflow's database could not be migrated:\n{migrated.stderr[-2000:]}")


def _api_server(machine: Machine) -> list[str]:
    listen = ["--host", HOST, "--port", str(machine.ports["airflow"])]
    return [tool("airflow"), "api-server", *listen, "--workers", "1"]


def _api_healthy(machine: Machine) -> bool:
    """Whether it answers people and tasks.

    The first request of a task makes it build a second application, which takes seconds of a core.
    This check makes it build that earlier, before a task waits for it.
    """
    try:
        return all(
            requests.get(f"{machine.airflow_url}/{path}", timeout=20).ok
            for path in ("api/v2/version", "execution/health")
        )
    except requests.RequestException:
        return False


def _heart_beats(machine: Machine, component: str) -> bool | None:
    try:
        answer = requests.get(f"{machine.airflow_url}/api/v2/monitor/health", timeout=10)
        health = answer.json()
        if health["metadatabase"]["status"] != "healthy":
            return None
        return bool(health[component]["status"] == "healthy")
    except (requests.RequestException, ValueError, LookupError, TypeError):
        return None


API_SERVER = Service(
    name="airflow-api-server",
    title="Airflow's API server",
    command=_api_server,
    healthy=_api_healthy,
    settle_seconds=SETTLE_SECONDS,
    ports=("airflow",),
    environment=airflow_environment,
)
SCHEDULER = Service(
    name="airflow-scheduler",
    title="Airflow's scheduler",
    command=lambda _: [tool("airflow"), "scheduler", "--skip-serve-logs"],
    healthy=lambda machine: _heart_beats(machine, "scheduler"),
    settle_seconds=SETTLE_SECONDS,
    environment=airflow_environment,
)
DAG_PROCESSOR = Service(
    name="airflow-dag-processor",
    title="Airflow's DAG processor",
    command=lambda _: [tool("airflow"), "dag-processor"],
    healthy=lambda machine: _heart_beats(machine, "dag_processor"),
    settle_seconds=SETTLE_SECONDS,
    environment=airflow_environment,
)
