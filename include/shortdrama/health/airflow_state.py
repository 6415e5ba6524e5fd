"""How Airflow is, asked through its REST API: the same on one machine and in the team's stack.

Heartbeats and waiting times are of the machine's own clock, also where the pipeline's stands still.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shortdrama.core.clock import Clock
from shortdrama.core.settings import AirflowSettings
from shortdrama.health.airflow import read_health
from shortdrama.health.airflow_client import PAGE, TIMEOUT_SECONDS, connected

if TYPE_CHECKING:
    from airflow_client.client import ApiClient

DEAD_AFTER = timedelta(seconds=60)
"""A scheduler or DAG processor writes a heartbeat every few seconds."""


@dataclass(frozen=True)
class Waiting:
    """The run or task that has waited longest for the scheduler. `task` is empty for a run."""

    dag: str
    task: str
    run: str
    since: datetime


@dataclass(frozen=True)
class NextRun:
    """What the schedule starts next."""

    dag: str
    at: datetime


@dataclass(frozen=True)
class BrokenFile:
    """A DAG file that Airflow cannot read, and the last line of why."""

    file: str
    error: str


@dataclass(frozen=True)
class AirflowState:
    """What the API says, at the instant `asked_at`. Heartbeats are None if there was never one."""

    asked_at: datetime
    scheduler_heartbeat: datetime | None
    dag_processor_heartbeat: datetime | None
    oldest_waiting: Waiting | None
    paused: tuple[str, ...]
    import_errors: tuple[BrokenFile, ...]
    next_run: NextRun | None

    @property
    def scheduler_is_dead(self) -> bool:
        """Whether nothing is scheduled any more."""
        return self._is_dead(self.scheduler_heartbeat)

    @property
    def dag_processor_is_dead(self) -> bool:
        """Whether changes of DAGs are not read any more."""
        return self._is_dead(self.dag_processor_heartbeat)

    def _is_dead(self, heartbeat: datetime | None) -> bool:
        return heartbeat is None or self.asked_at - heartbeat > DEAD_AFTER


def read_airflow(airflow: AirflowSettings) -> AirflowState:
    """Ask Airflow how it is. Raises AirflowAway."""
    with connected(airflow) as client:
        from airflow_client.client import DAGApi, ImportErrorApi

        health = read_health(client)
        dags = DAGApi(client).get_dags(limit=PAGE, _request_timeout=TIMEOUT_SECONDS).dags
        errors = ImportErrorApi(client).get_import_errors(_request_timeout=TIMEOUT_SECONDS)
        return AirflowState(
            asked_at=Clock().now(),
            scheduler_heartbeat=health.scheduler,
            dag_processor_heartbeat=health.dag_processor,
            oldest_waiting=_oldest_waiting(client),
            paused=tuple(sorted(dag.dag_id for dag in dags if dag.is_paused)),
            import_errors=tuple(
                BrokenFile(error.filename, _last_line(error.stack_trace))
                for error in errors.import_errors
            ),
            next_run=_next_run(dags),
        )


def _oldest_waiting(client: "ApiClient") -> Waiting | None:
    from airflow_client.client import DagRunApi, TaskInstanceApi

    runs = DagRunApi(client).get_dag_runs(
        "~", state=["queued"], order_by=["run_after"], limit=PAGE, _request_timeout=TIMEOUT_SECONDS
    )
    tasks = TaskInstanceApi(client).get_task_instances(
        "~",
        "~",
        state=["queued", "scheduled"],
        order_by=["run_after"],
        limit=PAGE,
        _request_timeout=TIMEOUT_SECONDS,
    )
    waiting = [
        Waiting(run.dag_id, "", run.dag_run_id, run.queued_at)
        for run in runs.dag_runs
        if run.queued_at
    ]
    for task in tasks.task_instances:
        since = task.queued_when or task.scheduled_when
        if since:
            waiting.append(Waiting(task.dag_id, task.task_id, task.dag_run_id, since))
    return min(waiting, key=lambda one: one.since, default=None)


def _next_run(dags: list[Any]) -> NextRun | None:
    planned = [
        NextRun(dag.dag_id, dag.next_dagrun_run_after)
        for dag in dags
        if not dag.is_paused and dag.next_dagrun_run_after
    ]
    return min(planned, key=lambda run: run.at, default=None)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]
