"""Runs of DAGs through Airflow's API, as Airflow 3.3.2 has answered."""

from copy import deepcopy
from typing import Any

import pytest

from fake_airflow import ANSWERS, RUN_ID
from shortdrama.core.errors import AirflowAway, AirflowRefused
from shortdrama.health.airflow_session import AirflowSession, Run

RUN = Run("ingest_minis", RUN_ID)


@pytest.fixture
def session(airflow: Any) -> AirflowSession:
    airflow.answers |= {
        "dags/ingest_minis": ANSWERS["dags"]["dags"][0],
        "POST dags/ingest_minis/dagRuns": ANSWERS["dags/~/dagRuns"]["dag_runs"][0],
        f"dags/ingest_minis/dagRuns/{RUN_ID}": ANSWERS["dags/~/dagRuns"]["dag_runs"][0],
    }
    return AirflowSession(airflow.settings)


def test_a_run_is_started_with_its_parameters(session: AirflowSession, airflow: Any) -> None:
    assert session.trigger("ingest_minis", {"start": "2025-01-01", "countries": ["US"]}) == RUN
    body = {"logical_date": None, "conf": {"start": "2025-01-01", "countries": ["US"]}}
    assert airflow.sent == [("POST dags/ingest_minis/dagRuns", body)]


def test_a_run_and_a_dag_say_their_states(session: AirflowSession) -> None:
    assert session.state(RUN) == "queued"
    assert session.is_paused("ingest_minis")


def test_what_is_missing_is_told_from_what_is_away(session: AirflowSession, airflow: Any) -> None:
    with pytest.raises(AirflowRefused, match="HTTP 404 Not Found: dags/x was not found") as refused:
        session.is_paused("x")
    assert refused.value.status == 404
    airflow.password = "changed"
    with pytest.raises(AirflowAway, match="refuses the login of admin"):
        AirflowSession(airflow.settings)


def test_an_expired_token_is_replaced_once(session: AirflowSession, airflow: Any) -> None:
    airflow.refusals = [401]
    assert session.state(RUN) == "queued"
    assert airflow.logins == 2
    airflow.refusals = [401, 401]
    with pytest.raises(AirflowRefused, match="401"):
        session.state(RUN)


def test_every_task_of_a_large_run_is_seen(session: AirflowSession, airflow: Any) -> None:
    """Airflow gives at most a hundred at once."""
    path = f"dags/ingest_minis/dagRuns/{RUN_ID}/taskInstances"
    page = deepcopy(ANSWERS["dags/~/dagRuns/~/taskInstances"])
    task = page["task_instances"][0]
    pages = [range(100), range(100, 130)]

    def answer() -> Any:
        numbers = pages.pop(0)
        return page | {
            "task_instances": [task | {"map_index": number} for number in numbers],
            "total_entries": 130,
        }

    airflow.answers[path] = answer
    assert [one["map_index"] for one in session.tasks(RUN)] == list(range(130))


def test_a_log_has_what_was_printed_and_how_it_ended(session: AirflowSession, airflow: Any) -> None:
    lines = [
        {"timestamp": "2026-11-28T11:21:44Z", "event": "412 rows", "level": "info"},
        {"event": "Task failed", "error_detail": [{"exc_value": "no rows"}]},
    ]
    path = f"dags/ingest_minis/dagRuns/{RUN_ID}/taskInstances/plan/logs/2"
    airflow.answers[path] = {"content": lines, "continuation_token": None}
    text = session.log(RUN, "plan", try_number=2)
    assert "412 rows" in text
    assert "no rows" in text


def test_what_a_task_left_is_read_once_it_is_there(session: AirflowSession, airflow: Any) -> None:
    assert session.left(RUN, "begin", "backfill_id") is None
    path = f"dags/ingest_minis/dagRuns/{RUN_ID}/taskInstances/begin/xcomEntries/backfill_id"
    airflow.answers[path] = {
        "key": "backfill_id", "timestamp": "2026-11-28T11:21:44Z", "logical_date": None,
        "map_index": -1, "task_id": "begin", "dag_id": "ingest_minis", "run_id": RUN_ID,
        "dag_display_name": "ingest_minis", "task_display_name": "begin",
        "run_after": "2026-11-28T11:21:44Z", "value": "appfigures.estimates-1",
    }  # fmt: skip
    assert session.left(RUN, "begin", "backfill_id") == "appfigures.estimates-1"


def test_a_run_is_stopped(session: AirflowSession, airflow: Any) -> None:
    path = f"dags/ingest_minis/dagRuns/{RUN_ID}"
    airflow.answers[f"PATCH {path}"] = airflow.answers[path]
    airflow.answers["dags/ingest_minis/dagRuns"] = ANSWERS["dags/~/dagRuns"]
    ((run, _),) = session.open_runs("ingest_minis")
    session.stop(run)
    assert airflow.sent == [(f"PATCH {path}", {"state": "failed"})]


@pytest.mark.parametrize("answer", [None, [], {}, {"content": None}, {"content": [{}, 7]}])
def test_a_log_of_another_shape_hides_no_failed_task(
    session: AirflowSession, airflow: Any, answer: Any
) -> None:
    run = f"dags/ingest_minis/dagRuns/{RUN_ID}"
    page = deepcopy(ANSWERS["dags/~/dagRuns/~/taskInstances"])
    task = page["task_instances"][0] | {
        "task_id": "plan", "state": "failed", "try_number": 1, "map_index": -1,
        "rendered_map_index": None,
    }  # fmt: skip
    airflow.answers[f"{run}/taskInstances"] = page | {"task_instances": [task], "total_entries": 1}
    airflow.answers[f"{run}/taskInstances/plan/logs/1"] = answer
    ((name, said),) = session.failures(RUN)
    assert name == "plan"
    assert said.startswith("its log")
