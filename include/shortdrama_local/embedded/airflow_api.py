"""What a person on this machine needs of Airflow's REST API: trigger, wait, look.

Import this module inside a function: the client behind it takes a second to import.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from time import monotonic, sleep
from typing import Any

from airflow_client.client import (
    BackfillApi,
    BackfillPostBody,
    ClearTaskInstancesBody,
    ClearTaskInstancesBodyTaskIdsInner,
    DAGApi,
    DagRunApi,
    ImportErrorApi,
    PoolApi,
    PoolBody,
    TaskInstanceApi,
)
from pydantic import SecretStr

from shortdrama.core.errors import Failure
from shortdrama.core.settings import AirflowSettings
from shortdrama.health.airflow_client import PAGE
from shortdrama.health.airflow_session import AirflowSession, Run
from shortdrama_local.embedded.airflow import USER
from shortdrama_local.embedded.machine import Machine

__all__ = ["AirflowApi", "Run", "RunFailed"]

POLL_SECONDS = 1.0
ENDED = ("success", "failed")


class RunFailed(Failure):
    """A DAG run failed; the message has its failed tasks."""


class AirflowApi(AirflowSession):
    """A session with this machine's Airflow."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(
            AirflowSettings(
                base_url=machine.airflow_url,
                username=USER,
                password=SecretStr(machine.airflow_password),
            )
        )

    def wait_for_dags(self, wanted: set[str], within_seconds: float = 120) -> None:
        """Wait until the DAG processor has read these DAGs."""
        deadline = monotonic() + within_seconds
        while not wanted <= self._dag_ids():
            if monotonic() > deadline:
                errors = self.ask(ImportErrorApi(self.client).get_import_errors).import_errors
                found = "; ".join(error.stack_trace[-500:] for error in errors)
                raise RunFailed(f"Airflow has not read the DAGs {sorted(wanted)}. {found}")
            sleep(POLL_SECONDS)

    def ensure_pool(self, name: str, slots: int) -> None:
        """Make the pool; an existing pool keeps its number of slots."""
        pools = self.ask(PoolApi(self.client).get_pools, limit=PAGE).pools
        if name not in {pool.name for pool in pools}:
            self.ask(PoolApi(self.client).post_pool, PoolBody(name=name, slots=slots))

    def has_schedule(self, dag_id: str) -> bool:
        """Whether the DAG has a schedule."""
        return self.ask(DAGApi(self.client).get_dag, dag_id).timetable_summary is not None

    def wait(self, run: Run, tell: Callable[[str], None], within_seconds: float = 1200) -> str:
        """Wait for the run's end and report every task when it ends; the run's state."""
        told: set[tuple[str, int, int]] = set()
        deadline = monotonic() + within_seconds
        while monotonic() < deadline:
            state = self.state(run)
            for task in self.tasks(run):
                key = (task["task_id"], task["map_index"], task["try_number"])
                if task["state"] in ("success", "failed", "skipped") and key not in told:
                    told.add(key)
                    tell(_line(task))
            if state in ENDED:
                return state
            sleep(POLL_SECONDS)
        raise RunFailed(f"{run.dag_id} {run.run_id} has not ended after {within_seconds:.0f} s")

    def expect_success(self, run: Run, tell: Callable[[str], None]) -> None:
        """Wait for the run; raises RunFailed unless it succeeds."""
        tell(f"{run.dag_id} {run.run_id}")
        state = self.wait(run, tell)
        if state != "success":
            raise RunFailed(
                f"{run.dag_id} ended as {state}; the logs of its tasks are in Airflow's UI and in"
                " the home's logs/tasks"
            )

    def clear(self, run: Run, task_id: str) -> None:
        """Run one task of an ended run again, and no other task."""
        body = ClearTaskInstancesBody(
            dry_run=False,
            dag_run_id=run.run_id,
            task_ids=[ClearTaskInstancesBodyTaskIdsInner(task_id)],
            only_failed=False,
            include_downstream=False,
            reset_dag_runs=True,
        )
        self.ask(TaskInstanceApi(self.client).post_clear_task_instances, run.dag_id, body)

    def backfill(self, dag_id: str, first: date, last: date) -> int:
        """Let Airflow run one day after the other, each as a run of its own; the backfill's id."""
        body = BackfillPostBody(
            dag_id=dag_id,
            from_date=_midnight(first),
            to_date=_midnight(last),
            max_active_runs=1,
            reprocess_behavior="completed",
            dag_run_conf={},
        )
        return self.ask(BackfillApi(self.client).create_backfill, body).id

    def backfill_runs(self, dag_id: str, first: date, last: date) -> list[Run]:
        """The runs of a backfill, by their business dates."""
        found = self.ask(
            DagRunApi(self.client).get_dag_runs,
            dag_id,
            run_type=["backfill"],
            logical_date_gte=_midnight(first),
            logical_date_lte=_midnight(last),
            order_by=["logical_date"],
            limit=PAGE,
        )
        return [Run(dag_id, run.dag_run_id) for run in found.dag_runs]

    def _dag_ids(self) -> set[str]:
        dags = self.ask(DAGApi(self.client).get_dags, limit=PAGE).dags
        return {dag.dag_id for dag in dags}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _line(task: dict[str, Any]) -> str:
    about = task.get("rendered_map_index") or ""
    seconds = f"{task['duration']:.1f} s" if task.get("duration") else ""
    return f"{task['state']:8} {task['task_id']:14} {about} {seconds}".rstrip()
