"""What the watch asks Airflow: whether its parts are alive, and which tasks failed unreported."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shortdrama.core.clock import parse_instant
from shortdrama.core.settings import AirflowSettings
from shortdrama.health.airflow_client import PAGE, TIMEOUT_SECONDS, connected

if TYPE_CHECKING:
    from airflow_client.client import ApiClient

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
    """A failed task that has not reported its failure."""

    dag_id: str
    task_id: str
    ended_at: datetime


def airflow_health(airflow: AirflowSettings) -> AirflowHealth:
    """What the API server says without a login; raises AirflowAway."""
    with connected(airflow, login=False) as client:
        return read_health(client)


def read_health(client: "ApiClient") -> AirflowHealth:
    """The same through a client that is connected; it fails as the client does."""
    from airflow_client.client import MonitorApi

    health = MonitorApi(client).get_health(_request_timeout=TIMEOUT_SECONDS)
    processor = health.dag_processor
    return AirflowHealth(
        has_database=health.metadatabase.status == "healthy",
        scheduler=_instant(health.scheduler.latest_scheduler_heartbeat),
        dag_processor=_instant(processor.latest_dag_processor_heartbeat if processor else None),
    )


def silent_tasks(airflow: AirflowSettings, since: datetime) -> list[SilentTask]:
    """The tasks that have failed since then and left no mark; raises AirflowAway.

    More than a page of failed tasks at once are not looked at, nor those that failed before the
    oldest mark of a full page: their marks may be on the next one.
    """
    with connected(airflow) as client:
        from airflow_client.client import TaskInstanceApi, XComApi

        failed = TaskInstanceApi(client).get_task_instances(
            "~",
            "~",
            state=["failed"],
            end_date_gte=since,
            limit=PAGE,
            _request_timeout=TIMEOUT_SECONDS,
        )
        marks = XComApi(client).get_xcom_entries(
            "~",
            "~",
            "~",
            xcom_key=MARK,
            order_by=["-timestamp"],
            limit=PAGE,
            _request_timeout=TIMEOUT_SECONDS,
        )
    entries = marks.xcom_entries
    oldest = min(mark.timestamp for mark in entries) if len(entries) >= PAGE else None
    marked = {(mark.dag_id, mark.run_id, mark.task_id, mark.map_index) for mark in entries}
    return [
        SilentTask(task.dag_id, task.task_id, task.end_date)
        for task in failed.task_instances
        if task.end_date
        and (oldest is None or task.end_date >= oldest)
        and (task.dag_id, task.dag_run_id, task.task_id, task.map_index) not in marked
    ]


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
