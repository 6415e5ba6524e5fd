"""Which alert a failed task gives: by the pipeline's own error, whatever Airflow wraps it in."""

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from shortdrama.core.errors import LoadRefused, MartsRefused, QuotaError, TransientError
from shortdrama.orchestration.alerts import alert_engineers, cause_of
from shortdrama.orchestration.errors import classed


def raised(error: Exception) -> BaseException:
    """The error as Airflow gets it."""
    with pytest.raises(Exception) as caught, classed():  # noqa: PT011 - any
        raise error
    return caught.value


def test_airflows_wrapping_hides_no_cause() -> None:
    refused = LoadRefused("odd", "L1")
    wrapped = raised(refused)
    assert isinstance(wrapped, AirflowFailException)
    assert cause_of(wrapped) is refused


def test_an_error_of_ours_is_the_cause_whatever_was_behind_it() -> None:
    error = TransientError("no answer")
    error.__cause__ = ConnectionError("reset")
    assert cause_of(raised(error)) is error


@pytest.mark.parametrize(("ended", "said"), [(None, "without an error"), ("killed", "killed")])
def test_a_task_without_an_exception_has_a_cause_too(ended: Any, said: str) -> None:
    assert said in str(cause_of(ended))


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (LoadRefused("odd", "L1"), "load L1"),
        (MartsRefused("odd", "f00"), "marts f00"),
        (QuotaError("spent"), "ingest_x pull appfigures.ranks 2026-01-01..2026-01-31 QuotaError"),
    ],
)
def test_each_cause_has_its_alert(
    monkeypatch: pytest.MonkeyPatch, error: Exception, cause: str
) -> None:
    sent = []
    message = "shortdrama.alerts.message"
    monkeypatch.setattr(f"{message}.load_refused", lambda load_id, *_: f"load {load_id}")
    monkeypatch.setattr(f"{message}.marts_refused", lambda build, *_: f"marts {build}")
    monkeypatch.setattr(
        f"{message}.task_failed",
        lambda dag, task, about, error, *_: f"{dag} {task} {about} {type(error).__name__}",
    )
    monkeypatch.setattr("shortdrama.lake.store.ObjectStore.of", lambda _: "the lake")
    monkeypatch.setattr("shortdrama.alerts.send.send_alert", lambda alert, *_: sent.append(alert))
    context: Any = {
        "exception": raised(error),
        "ti": SimpleNamespace(dag_id="ingest_x", task_id="pull", log_url=""),
        "about": "appfigures.ranks 2026-01-01..2026-01-31",
    }
    alert_engineers(context)
    assert sent == [cause]
