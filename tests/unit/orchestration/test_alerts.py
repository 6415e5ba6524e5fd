"""What Airflow calls at a task's or a run's end, with the contexts that it gives."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from shortdrama.alerts.incidents import Work
from shortdrama.backfill.run import BackfillIncomplete
from shortdrama.core.errors import (
    BackfillRefused,
    DecisionRefused,
    Failure,
    QuotaError,
    TransientError,
)
from shortdrama.health.airflow import MARK
from shortdrama.health.causes import Run
from shortdrama.orchestration import alerts
from shortdrama.orchestration.errors import classed

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
WINDOW = "appfigures.ranks 2026-01-01..2026-01-31"


class Task:
    """A task instance as callbacks get it. `states` are those of its run."""

    dag_id, run_id, log_url, start_date = "ingest_x", "r1", "http://airflow/log", NOW

    def __init__(self, task_id: str = "load.pull", **states: str) -> None:
        self.task_id = task_id
        self.states = {name.replace("__", "."): state for name, state in states.items()}
        self.marks: set[tuple[str, int]] = set()
        self.pushed: list[str] = []

    def get_task_states(self, dag_id: str, run_ids: list[str]) -> dict[str, dict[str, str]]:
        assert (dag_id, run_ids) == ("ingest_x", ["r1"])
        return {"r1": self.states}

    def xcom_pull(self, task_ids: str, key: str, map_indexes: int) -> bool | None:
        assert key == MARK
        return (task_ids, map_indexes) in self.marks or None

    def xcom_push(self, key: str, value: bool) -> None:
        assert value is True
        self.pushed.append(key)


class Recorder:
    """Stands for `Alerts`."""

    told: list[tuple[str, str]]
    runs: list[Run]
    ended: list[tuple[Work, datetime]]

    def failed(self, error: BaseException, run: Run) -> None:
        self.told.append((type(error).__name__, str(run)))
        self.runs.append(run)

    def succeeded(self, work: Work, started_at: datetime) -> None:
        self.ended.append((work, started_at))


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    one = Recorder()
    one.told, one.runs, one.ended = [], [], []
    monkeypatch.setattr("shortdrama.alerts.send.Alerts", lambda _: one)
    return one


def context(task: Task, run_type: str = "scheduled", **more: Any) -> Any:
    return {"ti": task, "dag_run": SimpleNamespace(run_type=run_type), "params": {}, **more}


def raised(error: Failure) -> BaseException:
    with pytest.raises(Exception, match=str(error)) as caught, classed():
        raise error
    return caught.value


def test_a_final_error_of_ours_ends_the_task_and_any_other_lets_it_be_tried_again() -> None:
    assert isinstance(raised(QuotaError("spent")), AirflowFailException)
    assert not isinstance(raised(TransientError("no answer")), AirflowFailException)


def test_an_error_that_is_not_ours_goes_through_as_it_is() -> None:
    with pytest.raises(KeyError), classed():
        raise KeyError("x")


def test_a_failed_task_tells_leaves_its_mark_and_has_the_last_word(
    recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    task = Task()
    error = raised(QuotaError("spent; clear after 00:00 UTC"))
    alerts.task_failed(context(task, exception=error, about=WINDOW))
    assert recorder.told == [("AirflowFailException", f"ingest_x, pull of {WINDOW}")]
    assert task.pushed == [MARK]
    assert capsys.readouterr().out.splitlines()[-1] == "Quota spent: spent; clear after 00:00 UTC"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("fct_sales"), "Unknown error: KeyError: 'fct_sales'"),
        (TimeoutError(), "Unknown error: TimeoutError: "),
        (OSError(28, "No space left on device"), "Disk full: [Errno 28] No space left on device"),
    ],
)
def test_the_last_word_names_the_cause(
    capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    alerts.task_retries(context(Task(), exception=error))
    assert capsys.readouterr().out == f"It is tried again. {said}\n"


def test_the_last_word_is_said_even_if_no_alert_can_be_made(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("no mail domain")

    monkeypatch.setattr(recorder, "failed", broken, raising=False)
    task = Task()
    with pytest.raises(ValueError, match="no mail domain"):
        alerts.task_failed(context(task, exception=raised(QuotaError("spent"))))
    assert task.pushed == [], "the run's own alert is the second net"
    assert capsys.readouterr().out.splitlines()[-1] == "Quota spent: spent"


def test_a_try_that_is_repeated_mails_nobody(
    recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    alerts.task_retries(context(Task(), exception=raised(TransientError("no answer"))))
    assert recorder.told == []
    assert capsys.readouterr().out == "It is tried again. Source away: no answer\n"


@pytest.mark.parametrize("given", [{}, {"exception": None}, {"exception": "signal 9"}])
def test_a_task_without_an_exception_was_killed(recorder: Recorder, given: Any) -> None:
    """So the DAG processor calls it, where no mark can be left."""

    def refused(**_: Any) -> None:
        raise RuntimeError("not here")

    task = Task("build")
    task.xcom_push = refused  # type: ignore[method-assign]
    alerts.task_failed(context(task, **given))
    assert recorder.told == [("TaskKilled", "ingest_x, build")]


def test_an_api_server_that_does_not_answer_its_task_is_the_cause() -> None:
    lost = AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"x": 1}))
    assert type(alerts.error_of(context(Task(), exception=lost))).__name__ == "AirflowAway"


def test_a_success_is_told_with_its_work_and_its_start(recorder: Recorder) -> None:
    alerts.task_succeeded(context(Task(), about=WINDOW))
    work = Work(dag_id="ingest_x", task="pull", dataset="appfigures.ranks")
    assert recorder.ended == [(work, NOW)]


def test_a_failed_run_tells_of_the_tasks_that_have_left_no_mark(recorder: Recorder) -> None:
    """Of killed windows of one task there is one alert; `upstream_failed` was not killed."""
    task = Task(
        load__pull_0="success",
        load__pull_1="failed",
        load__pull_2="failed",
        load__pull_12="failed",
        load__gate_1="upstream_failed",
        plan="failed",
    )
    task.marks = {("load.pull", 1), ("plan", -1)}
    alerts.run_failed(context(task, reason="task_failure"))
    assert recorder.told == [("TaskKilled", "ingest_x, pull")]


def test_a_failed_run_whose_tasks_have_told_says_nothing(recorder: Recorder) -> None:
    task = Task(plan="failed")
    task.marks = {("plan", -1)}
    alerts.run_failed(context(task, reason="task_failure"))
    assert recorder.told == []


def test_a_run_that_took_too_long_is_told_as_such(recorder: Recorder) -> None:
    alerts.run_failed(context(Task("build", build="skipped"), reason="timed_out"))
    assert [kind for kind, _ in recorder.told] == ["RunStopped"]


def test_a_run_without_any_task_is_let_be(recorder: Recorder) -> None:
    alerts.run_failed({"run_id": "r1", "reason": "timed_out"})  # type: ignore[typeddict-unknown-key]
    assert recorder.told == []


def test_a_decision_that_fails_mails_nobody_and_is_not_taken_for_killed(
    recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    task = Task("decide")
    alerts.decision_failed(context(task, exception=raised(DecisionRefused("is accepted already"))))
    assert recorder.told == []
    assert task.pushed == [MARK]
    assert capsys.readouterr().out == "Failed: is accepted already\n"


@pytest.mark.parametrize(
    ("error", "run_type", "is_mailed"),
    [
        (BackfillRefused("swap the two dates"), "manual", False),
        (BackfillRefused("not asked for XX any more"), "operator_triggered", True),
        (BackfillIncomplete("1 of 2 windows"), "manual", False),
        (BackfillIncomplete("1 of 2 windows"), "operator_triggered", False),
        (QuotaError("spent"), "manual", True),
        (TransientError("no answer"), "operator_triggered", True),
    ],
)
def test_of_a_backfill_only_what_nobody_knows_yet_is_mailed(
    recorder: Recorder, error: Failure, run_type: str, is_mailed: bool
) -> None:
    task = Task()
    alerts.backfill_failed(context(task, run_type, exception=raised(error)))
    assert bool(recorder.told) is is_mailed
    assert task.pushed == [MARK]


def test_no_later_run_repeats_what_belongs_to_a_backfill() -> None:
    task = Task()
    task.dag_id = "backfill"
    assert alerts.run_of(context(task, "operator_triggered")).backfilled


@pytest.mark.parametrize(
    ("run_type", "params", "by_hand", "backfilled"),
    [
        ("scheduled", {"start": None, "end": None}, False, False),
        ("manual", {"start": None, "end": None}, False, False),
        ("manual", {"start": "2025-09-01", "end": "2025-09-30"}, True, False),
        ("manual", {"period": "2025-W39"}, True, False),
        ("manual", {"force": True}, False, False),
        ("backfill", {"start": None}, False, True),
        ("asset_triggered", {}, False, False),
    ],
)
def test_a_run_knows_who_asked_for_it(
    run_type: str, params: dict[str, Any], by_hand: bool, backfilled: bool
) -> None:
    run = alerts.run_of(context(Task(), run_type, params=params))
    assert (run.by_hand, run.backfilled) == (by_hand, backfilled)
    assert run.log_url == "http://airflow/log"


def test_airflows_own_kinds_of_runs_are_meant() -> None:
    from airflow.utils.types import DagRunType

    assert {"scheduled", "manual", "backfill"} <= {str(kind) for kind in DagRunType}
