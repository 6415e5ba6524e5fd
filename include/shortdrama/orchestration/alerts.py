"""What Airflow calls when a task or a run ends: it mails about failures and recoveries.

A task calls these itself, in its own process. If the process was killed, it cannot, and Airflow
only marks the task as failed (apache/airflow#60858). So the DAG processor also checks a run once it
has failed: a failed task that left no mark was killed.
"""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

from airflow.sdk import Context, get_current_context
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType

from shortdrama.health.airflow import MARK
from shortdrama.orchestration.own_keys import use_own_keys

BACKFILL = "backfill"
"""The DAG that a person runs, and whose failures are mailed all the same."""


def working_on(about: str) -> None:
    """Say on what this task works: a dataset's id with the window, or the period of a report.

    Alerts name it, and a failure is over when the same work succeeds.
    """
    get_current_context()["about"] = about  # type: ignore[typeddict-unknown-key]


def task_failed(context: Context) -> None:
    """Mail the engineers about a task that failed after its last try, once per cause."""
    from shortdrama.alerts.send import Alerts
    from shortdrama.core.settings import settings

    try:
        Alerts(settings()).failed(error_of(context), run_of(context))
        _leave_mark(context)
    finally:
        _last_line(context)


def decision_failed(context: Context) -> None:
    """Send no mail: the person who triggered it is watching it."""
    _leave_mark(context)
    _last_line(context)


def backfill_failed(context: Context) -> None:
    """Mail like `task_failed`, except about what somebody knows already.

    Whoever has filled in the form is watching it, and windows without a good load were mailed by
    their own tasks.
    """
    from shortdrama.backfill.run import BackfillIncomplete
    from shortdrama.core.errors import BackfillRefused
    from shortdrama.health.causes import telling

    error, is_manual = telling(error_of(context)), context["dag_run"].run_type == "manual"
    is_known = isinstance(error, BackfillIncomplete) or (
        is_manual and isinstance(error, BackfillRefused)
    )
    (decision_failed if is_known else task_failed)(context)


def task_retries(context: Context) -> None:
    """End the log of a try with what went wrong."""
    _last_line(context, "It is tried again. ")


def task_succeeded(context: Context) -> None:
    """Mail the engineers if this success ends a cause that was mailed to them."""
    from shortdrama.alerts.incidents import Work
    from shortdrama.alerts.send import Alerts
    from shortdrama.core.settings import settings

    run, task = run_of(context), context["ti"]
    work = Work(dag_id=run.dag_id, task=run.task, dataset=run.dataset)
    Alerts(settings()).succeeded(work, task.start_date)


def run_failed(context: Context) -> None:
    """Mail the engineers about what the tasks of a failed run could not report themselves."""
    from shortdrama.alerts.send import Alerts
    from shortdrama.core.errors import RunStopped, TaskKilled
    from shortdrama.core.settings import settings

    if context.get("ti") is None:  # a run that never had a task
        return
    run, alerts = run_of(context), Alerts(settings())
    for task_id in killed_tasks(context):
        killed = TaskKilled(f"{run.dag_id}, {task_id}: the task's process ended without an error")
        alerts.failed(killed, run_of(context, task_id))
    if context.get("reason") == "timed_out":
        alerts.failed(RunStopped(f"{run.dag_id} was stopped: it took longer than it may"), run)


def _leave_mark(context: Context) -> None:
    # The DAG processor refuses this; Airflow lets it handle some killed tasks.
    with suppress(Exception):
        context["ti"].xcom_push(key=MARK, value=True)


def killed_tasks(context: Context) -> list[str]:
    """The tasks of a failed run that have left no mark."""
    task: Any = context["ti"]
    states = task.get_task_states(task.dag_id, run_ids=[task.run_id]).get(task.run_id, {})
    failed = [name for name, state in states.items() if state == "failed"]
    return sorted({_task_id(name) for name in failed if not _is_marked(task, name)})


def _is_marked(task: Any, name: str) -> bool:
    number = _number(name)
    return bool(task.xcom_pull(task_ids=_task_id(name), key=MARK, map_indexes=number))


def _task_id(name: str) -> str:
    """Airflow appends the number of a mapped task to its name."""
    return re.sub(r"_\d+$", "", name)


def _number(name: str) -> int:
    found = re.search(r"_(\d+)$", name)
    return int(found[1]) if found else -1


UNATTENDED: dict[str, Any] = {
    "on_failure_callback": run_failed,
    "default_args": {
        "on_execute_callback": use_own_keys,
        "on_failure_callback": task_failed,
        "on_retry_callback": task_retries,
        "on_success_callback": task_succeeded,
        # A store that restarts or a source that fails briefly should not wake anybody.
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
    },
}
"""What all scheduled DAGs share. Final errors are not retried: see `classed`."""


ATTENDED: dict[str, Any] = {"default_args": {"on_failure_callback": decision_failed}}
"""The same for a DAG that a person runs."""


def run_of(context: Context, task_id: str | None = None) -> Any:
    """The run as alerts see it; for another task of the run, if one is named."""
    from shortdrama.health.causes import Run

    task, run_type = context["ti"], str(getattr(context.get("dag_run"), "run_type", ""))
    asked = context.get("params") or {}
    return Run(
        dag_id=task.dag_id,
        task=(task_id or task.task_id).rsplit(".")[-1],
        about="" if task_id else str(context.get("about") or ""),
        by_hand=run_type == "manual" and any(asked.get(n) for n in ("start", "end", "period")),
        backfilled=run_type == "backfill" or task.dag_id == BACKFILL,
        log_url=getattr(task, "log_url", "") if task_id in (None, task.task_id) else "",
    )


def error_of(context: Context) -> BaseException:
    """The error that the task raised. A killed task has raised none."""
    from shortdrama.core.errors import AirflowAway, TaskKilled

    error = context.get("exception")
    if isinstance(error, AirflowRuntimeError) and error.error.error is ErrorType.API_SERVER_ERROR:
        return AirflowAway(f"Airflow's API server does not answer its tasks: {error}")
    if isinstance(error, BaseException):
        return error
    task = context["ti"]
    said = f": {error}" if error else ""
    return TaskKilled(
        f"{task.dag_id}, {task.task_id}: the task's process ended without an error{said}"
    )


def _last_line(context: Context, begin: str = "") -> None:
    """Print what a person must know, below the stack frames that Airflow prints."""
    from shortdrama.alerts.news import in_one_line

    print(f"{begin}{in_one_line(error_of(context), run_of(context))}")
