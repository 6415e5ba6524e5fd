"""What Airflow says about itself, asked from outside through its API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from shortdrama.core.clock import parse_instant
from shortdrama.core.errors import AirflowAway
from shortdrama.core.settings import AirflowSettings

TIMEOUT_SECONDS = 10.0
PAGE = 100
"""More than so many failed tasks at once are not looked at."""
MARK = "alerted"
"""The XCom that a failed task leaves when it has dealt with its failure itself."""


@dataclass(frozen=True)
class AirflowHealth:
    """The newest heartbeats, None if there was never one; without its database none is known."""

    has_database: bool
    scheduler: datetime | None = None
    dag_processor: datetime | None = None


@dataclass(frozen=True)
class SilentTask:
    """A failed task that has said nothing about its failure."""

    dag_id: str
    task_id: str
    ended_at: datetime


def airflow_health(base_url: str) -> AirflowHealth:
    """What the API server says without a login; raises AirflowAway."""
    url = f"{base_url.rstrip('/')}/api/v2/monitor/health"
    answer = _asked("GET", url)
    try:
        return AirflowHealth(
            has_database=answer["metadatabase"]["status"] == "healthy",
            scheduler=_instant(answer["scheduler"]["latest_scheduler_heartbeat"]),
            dag_processor=_instant(answer["dag_processor"]["latest_dag_processor_heartbeat"]),
        )
    except (KeyError, TypeError, ValueError):
        raise AirflowAway(f"what answers at {url} is not Airflow's API server") from None


def silent_tasks(airflow: AirflowSettings, since: datetime) -> list[SilentTask]:
    """The tasks that have failed since then without a word; raises AirflowAway."""
    api = f"{airflow.base_url.rstrip('/')}/api/v2"
    login = {"username": airflow.username, "password": airflow.password.get_secret_value()}
    token = _asked("POST", f"{airflow.base_url.rstrip('/')}/auth/token", json=login)
    headers = {"Authorization": f"Bearer {token['access_token']}"}

    def listed(path: str, name: str, **params: str) -> list[dict[str, Any]]:
        options = {"params": {"limit": PAGE, **params}, "headers": headers}
        found: list[dict[str, Any]] = _asked("GET", f"{api}/dags/~/dagRuns/~/{path}", **options)[
            name
        ]
        return found

    failed = listed(
        "taskInstances", "task_instances", state="failed", end_date_gte=since.isoformat()
    )
    marks = listed(
        "taskInstances/~/xcomEntries",
        "xcom_entries",
        xcom_key_pattern=MARK,
        order_by="-timestamp",
    )
    marked = {
        (mark["dag_id"], mark["run_id"], mark["task_id"], mark["map_index"]) for mark in marks
    }
    return [
        SilentTask(task["dag_id"], task["task_id"], parse_instant(task["end_date"]))
        for task in failed
        if (task["dag_id"], task["dag_run_id"], task["task_id"], task["map_index"]) not in marked
    ]


def _asked(method: str, url: str, **options: Any) -> Any:
    try:
        answer = requests.request(method, url, timeout=TIMEOUT_SECONDS, **options)
        if answer.ok:
            return answer.json()
        said = f"answers HTTP {answer.status_code}"
    except requests.JSONDecodeError:
        said = "does not answer in JSON"
    except requests.Timeout:
        said = f"has not answered within {TIMEOUT_SECONDS:.0f} s"
    except requests.RequestException as error:
        said = f"does not answer ({type(error).__name__})"
    # Not chained: an error may hold the whole request, and with it the login.
    raise AirflowAway(f"{url} {said}") from None


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
