"""The embedded Airflow: API server, scheduler and DAG processor on SQLite with LocalExecutor."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from subprocess import DEVNULL, run

import requests

from shortdrama.core.settings import REPOSITORY, home
from shortdrama_local.embedded.machine import HOST, Machine
from shortdrama_local.embedded.process import Service, ServiceFailed, tool

USER = "admin"


def airflow_environment(machine: Machine, frozen_clock: datetime | None) -> dict[str, str]:
    """Airflow's configuration and the pipeline's settings, as environment variables."""
    airflow_home = home() / "airflow"
    env = {
        **os.environ,
        **machine.environment(),
        "SHORTDRAMA_HOME": str(home()),
        "PATH": f"{Path(tool('airflow')).parent}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "2",
        # A failed task still mails: a mail server that hangs takes longer than the 20 s it has.
        "AIRFLOW__CORE__TASK_SUCCESS_OVERTIME": "120",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{machine.airflow_url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(airflow_home / "passwords.json"),
        "AIRFLOW__API__BASE_URL": machine.airflow_url,
        "AIRFLOW__API_AUTH__JWT_SECRET": machine.airflow_jwt_secret,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow_home}/airflow.db?timeout=60",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home() / "logs" / "tasks"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    }
    env.pop("SHORTDRAMA_FROZEN_CLOCK", None)
    if frozen_clock is not None:
        env["SHORTDRAMA_FROZEN_CLOCK"] = frozen_clock.isoformat()
    return env


def airflow_services(env: Mapping[str, str], machine: Machine) -> list[Service]:
    """The processes, in the order in which they start."""
    airflow = tool("airflow")
    api = [airflow, "api-server", "--host", HOST, "--port", str(machine.airflow_port)]
    return [
        Service("airflow-api-server", [*api, "--workers", "1"], env),
        Service("airflow-scheduler", [airflow, "scheduler", "--skip-serve-logs"], env),
        Service("airflow-dag-processor", [airflow, "dag-processor"], env),
    ]


def start_airflow(machine: Machine, frozen_clock: datetime | None) -> None:
    """Migrate the metadata database, start the processes, wait until the scheduler schedules."""
    env = airflow_environment(machine, frozen_clock)
    folder = home() / "airflow"
    folder.mkdir(parents=True, exist_ok=True)
    passwords = folder / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: machine.airflow_password}))
    migrated = run(  # noqa: S603 - Airflow's own command
        [tool("airflow"), "db", "migrate"],
        env=env, stdin=DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if migrated.returncode != 0:
        raise ServiceFailed(f"Airflow's database could not be migrated:\n{migrated.stderr[-2000:]}")
    services = airflow_services(env, machine)
    for service in services:
        service.start(lambda: True, within_seconds=1)
    for service in services:
        service.wait(lambda: _healthy(machine), within_seconds=120)


def _healthy(machine: Machine) -> bool:
    try:
        answer = requests.get(f"{machine.airflow_url}/api/v2/monitor/health", timeout=5)
        health = answer.json()
    except (requests.RequestException, ValueError):
        return False
    return all(
        health.get(part, {}).get("status") == "healthy"
        for part in ("metadatabase", "scheduler", "dag_processor")
    )
