"""The alert of a task that failed for good: Airflow calls it once the last try is over."""

from typing import Any

from airflow.sdk import Context


def alert_engineers(context: Context) -> None:
    """Mail the data engineers, once per cause. Airflow logs what goes wrong here and goes on."""
    from shortdrama.alerts.send import send_alert
    from shortdrama.core.settings import settings
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    send_alert(_alert(context, store), settings(), store)


ALERTING: dict[str, Any] = {"on_failure_callback": alert_engineers}
"""The `default_args` of every DAG that runs by itself."""


def _alert(context: Context, store: Any) -> Any:
    from shortdrama.alerts.message import load_refused, marts_refused, task_failed
    from shortdrama.core.errors import LoadRefused, MartsRefused
    from shortdrama.core.settings import settings

    error = cause_of(context.get("exception"))
    if isinstance(error, LoadRefused):
        return load_refused(error.load_id, settings(), store)
    if isinstance(error, MartsRefused):
        return marts_refused(error.fingerprint, settings(), store)
    task = context["ti"]
    return task_failed(
        task.dag_id,
        task.task_id,
        str(context.get("about") or ""),
        error,
        settings().clock.today(),
        getattr(task, "log_url", ""),
    )


def cause_of(error: object) -> BaseException:
    """The pipeline's own error behind Airflow's, if there is one: `classed` wraps it."""
    from shortdrama.core.errors import Failure

    if not isinstance(error, BaseException):
        return RuntimeError(str(error or "the task ended without an error of its own"))
    link: BaseException | None = error
    while link is not None and not isinstance(link, Failure):
        link = link.__cause__
    return link or error
