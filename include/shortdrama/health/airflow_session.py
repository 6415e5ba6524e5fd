"""Runs of DAGs through Airflow's API: started, looked at, stopped.

Import this module inside a function: the client behind it takes a second to import.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from airflow_client.client import (
    DAGApi,
    DAGPatchBody,
    DagRunApi,
    DAGRunPatchBody,
    TaskInstanceApi,
    TriggerDAGRunPostBody,
    XComApi,
)

from shortdrama.core.errors import AirflowAway, AirflowRefused
from shortdrama.core.settings import AirflowSettings
from shortdrama.health.airflow_client import (
    NOT_UNDERSTOOD,
    PAGE,
    address,
    classed,
    open_client,
    token_of,
)

TIMEOUT_SECONDS = 60.0
"""A busy API server takes long, and a person waits for it anyway."""
UNAUTHORIZED, NOT_FOUND = 401, 404

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """One run of a DAG."""

    dag_id: str
    run_id: str


class AirflowSession:
    """Logged in once. Every call raises AirflowAway, or AirflowRefused for an HTTP error."""

    def __init__(self, airflow: AirflowSettings) -> None:
        self._airflow = airflow
        self.client = open_client(airflow)

    def ask(self, call: Callable[..., T], *values: Any, **options: Any) -> T:
        """One call of the client; after a token has expired, with a new login."""
        try:
            return self._ask(call, *values, **options)
        except AirflowRefused as refused:
            if refused.status != UNAUTHORIZED:
                raise
        self.client.configuration.access_token = token_of(self._airflow)
        return self._ask(call, *values, **options)

    def is_paused(self, dag_id: str) -> bool:
        """Whether the DAG is paused: a run that is triggered then waits."""
        return bool(self.ask(DAGApi(self.client).get_dag, dag_id).is_paused)

    def unpause(self, dag_id: str) -> None:
        """Unpause the DAG."""
        self.ask(DAGApi(self.client).patch_dag, dag_id, DAGPatchBody(is_paused=False))

    def pause(self, dag_id: str) -> None:
        """Pause the DAG."""
        self.ask(DAGApi(self.client).patch_dag, dag_id, DAGPatchBody(is_paused=True))

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> Run:
        """Start a new run with these parameters."""
        body = TriggerDAGRunPostBody(logical_date=None, conf=conf or {})
        answer = self.ask(DagRunApi(self.client).trigger_dag_run, dag_id, body)
        return Run(dag_id, answer.dag_run_id)

    def state(self, run: Run) -> str:
        """The run's state now."""
        found = self.ask(DagRunApi(self.client).get_dag_run, run.dag_id, run.run_id)
        return str(found.state.value)

    def stop(self, run: Run) -> None:
        """Mark the run as failed; Airflow then ends its tasks."""
        body = DAGRunPatchBody(state="failed")
        self.ask(DagRunApi(self.client).patch_dag_run, run.dag_id, run.run_id, body)

    def open_runs(self, dag_id: str) -> list[tuple[Run, dict[str, Any]]]:
        """The runs of a DAG that have not ended, each with its parameters."""
        found = self.ask(
            DagRunApi(self.client).get_dag_runs, dag_id, state=["queued", "running"], limit=PAGE
        )
        return [(Run(dag_id, run.dag_run_id), run.conf or {}) for run in found.dag_runs]

    def tasks(self, run: Run) -> Iterator[dict[str, Any]]:
        """The task instances of a run, as Airflow's API writes them."""
        seen = 0
        while True:
            page = self.ask(
                TaskInstanceApi(self.client).get_task_instances,
                run.dag_id,
                run.run_id,
                limit=PAGE,
                offset=seen,
            )
            yield from (task.model_dump(mode="json") for task in page.task_instances)
            seen += len(page.task_instances)
            if not page.task_instances or seen >= (page.total_entries or 0):
                return

    def log(self, run: Run, task_id: str, map_index: int = -1, try_number: int = 1) -> str:
        """What a task printed and how it ended."""
        return str(self._log(run, task_id, map_index, try_number))

    def failures(self, run: Run) -> list[tuple[str, str]]:
        """The tasks of a run that failed, each with the message of its error as its log has it."""
        return [
            (
                " ".join(filter(None, (task["task_id"], task["rendered_map_index"]))),
                self._why(run, task),
            )
            for task in self.tasks(run)
            if task["state"] == "failed"
        ]

    def left(self, run: Run, task_id: str, key: str) -> Any:
        """The value that a task left under this key (XCom); None while there is none."""
        try:
            found = self.ask(
                XComApi(self.client).get_xcom_entry, run.dag_id, task_id, run.run_id, key
            )
        except AirflowRefused as refused:
            if refused.status == NOT_FOUND:
                return None
            raise
        return found.actual_instance and found.actual_instance.value

    def _log(self, run: Run, task_id: str, map_index: int, try_number: int) -> Any:
        answer = self.ask(
            TaskInstanceApi(self.client).get_log_with_http_info,
            run.dag_id,
            run.run_id,
            task_id,
            try_number,
            map_index=map_index,
            full_content=True,
        )
        # The client's own model leaves out the level and the traceback of a line.
        return json.loads(answer.raw_data)

    def _why(self, run: Run, task: dict[str, Any]) -> str:
        """The last error in a task's log; a killed task has none."""
        try:
            log = self._log(run, task["task_id"], task["map_index"], task["try_number"])
            lines = [line for line in log["content"] if isinstance(line, dict)]
            errors = [line["error_detail"] for line in lines if line.get("error_detail")]
            # The newest error; its first part is what was raised, the others are its causes.
            said = str(errors[-1][0].get("exc_value", "")) if errors else ""
        except (AirflowAway, *NOT_UNDERSTOOD):
            return "its log cannot be read"
        return said or "its log has no error: it was stopped or killed"

    def _ask(self, call: Callable[..., T], *values: Any, **options: Any) -> T:
        with classed(address(self._airflow)):
            return call(*values, **options, _request_timeout=TIMEOUT_SECONDS)
