"""The parts of Airflow's REST API that a person on this machine needs: trigger, wait, look."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from time import monotonic, sleep
from typing import Any

import requests

from shortdrama.core.errors import Failure
from shortdrama_local.embedded.airflow import USER
from shortdrama_local.embedded.identity import prove
from shortdrama_local.embedded.machine import HOST, Machine

POLL_SECONDS = 1.0
ENDED = ("success", "failed")


class RunFailed(Failure):
    """A DAG run failed; the message has its failed tasks."""


@dataclass(frozen=True)
class Run:
    """One run of a DAG."""

    dag_id: str
    run_id: str


class AirflowApi:
    """A session with this machine's Airflow."""

    def __init__(self, machine: Machine) -> None:
        # Check this before the password is sent there.
        prove(HOST, machine.ports["airflow"])
        self._url = f"{machine.airflow_url}/api/v2"
        self._session = requests.Session()
        answer = requests.post(
            f"{machine.airflow_url}/auth/token",
            json={"username": USER, "password": machine.airflow_password},
            timeout=30,
        )
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def wait_for_dags(self, wanted: set[str], within_seconds: float = 120) -> None:
        """Wait until the DAG processor has read these DAGs."""
        deadline = monotonic() + within_seconds
        while not wanted <= {dag["dag_id"] for dag in self._get("dags")["dags"]}:
            if monotonic() > deadline:
                errors = self._get("importErrors")["import_errors"]
                found = "; ".join(error["stack_trace"][-500:] for error in errors)
                raise RunFailed(f"Airflow has not read the DAGs {sorted(wanted)}. {found}")
            sleep(POLL_SECONDS)

    def unpause(self, dag_id: str) -> None:
        """Unpause the DAG."""
        self._call("PATCH", f"dags/{dag_id}", json={"is_paused": False})

    def pause(self, dag_id: str) -> None:
        """Pause the DAG."""
        self._call("PATCH", f"dags/{dag_id}", json={"is_paused": True})

    def ensure_pool(self, name: str, slots: int) -> None:
        """Make the pool; an existing pool keeps its number of slots."""
        pools = self._get("pools", {"limit": 100})["pools"]
        if name not in {pool["name"] for pool in pools}:
            self._call("POST", "pools", json={"name": name, "slots": slots})

    def has_schedule(self, dag_id: str) -> bool:
        """Whether the DAG has a schedule."""
        return self._get(f"dags/{dag_id}")["timetable_summary"] is not None

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> Run:
        """Start a new run with these parameters."""
        answer = self._call(
            "POST", f"dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf or {}}
        )
        return Run(dag_id, answer["dag_run_id"])

    def state(self, run: Run) -> str:
        """The run's state now."""
        return str(self._get(f"dags/{run.dag_id}/dagRuns/{run.run_id}")["state"])

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

    def tasks(self, run: Run) -> Iterator[dict[str, Any]]:
        """The task instances of a run."""
        yield from self._get(f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances")[
            "task_instances"
        ]

    def clear(self, run: Run, task_id: str) -> None:
        """Run one task of an ended run again, and no other task."""
        self._call(
            "POST",
            f"dags/{run.dag_id}/clearTaskInstances",
            json={
                "dry_run": False,
                "dag_run_id": run.run_id,
                "task_ids": [task_id],
                "only_failed": False,
                "include_downstream": False,
                "reset_dag_runs": True,
            },
        )

    def backfill(self, dag_id: str, first: date, last: date) -> int:
        """Let Airflow run one day after the other, each as a run of its own; the backfill's id."""
        answer = self._call(
            "POST",
            "backfills",
            json={
                "dag_id": dag_id,
                "from_date": f"{first}T00:00:00Z",
                "to_date": f"{last}T00:00:00Z",
                "max_active_runs": 1,
                "reprocess_behavior": "completed",
                "dag_run_conf": {},
            },
        )
        return int(answer["id"])

    def backfill_runs(self, dag_id: str, first: date, last: date) -> list[Run]:
        """The runs of a backfill, by their business dates."""
        found = self._get(
            f"dags/{dag_id}/dagRuns",
            params={
                "run_type": "backfill",
                "logical_date_gte": f"{first}T00:00:00Z",
                "logical_date_lte": f"{last}T00:00:00Z",
                "order_by": "logical_date",
                "limit": 100,
            },
        )
        return [Run(dag_id, run["dag_run_id"]) for run in found["dag_runs"]]

    def log(self, run: Run, task_id: str, map_index: int = -1, try_number: int = 1) -> str:
        """What a task printed and how it ended."""
        return str(
            self._get(
                f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}/logs/{try_number}",
                params={"map_index": map_index, "full_content": True},
            )
        )

    def _get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        return self._call("GET", path, params=params)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, f"{self._url}/{path}", timeout=60, **options)
        if not answer.ok:
            raise RunFailed(
                f"Airflow answers {method} {path} with {answer.status_code}: {answer.text}"
            )
        return answer.json()


def _line(task: dict[str, Any]) -> str:
    about = task.get("rendered_map_index") or ""
    seconds = f"{task['duration']:.1f} s" if task.get("duration") else ""
    return f"{task['state']:8} {task['task_id']:14} {about} {seconds}".rstrip()
