"""How Airflow is, read through its API."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from shortdrama.core.errors import AirflowAway, Failure
from shortdrama.core.settings import AirflowSettings
from shortdrama.health.airflow_state import (
    AirflowState,
    BrokenFile,
    NextRun,
    Waiting,
    read_airflow,
)

NOW = datetime(2026, 11, 28, 11, 21, 44, tzinfo=UTC)


def state(**changes) -> AirflowState:
    well = {
        "asked_at": NOW,
        "scheduler_heartbeat": NOW,
        "dag_processor_heartbeat": NOW,
        "oldest_waiting": None,
        "paused": (),
        "import_errors": (),
        "next_run": None,
    }
    return AirflowState(**{**well, **changes})


def test_what_the_real_airflow_has_answered_is_understood(airflow) -> None:
    found = read_airflow(airflow.settings)
    assert found.asked_at == NOW
    assert found.scheduler_heartbeat == datetime(2026, 11, 28, 11, 21, 36, 195450, tzinfo=UTC)
    assert not found.scheduler_is_dead
    assert not found.dag_processor_is_dead
    assert found.paused == ("ingest_minis", "market_marts")
    assert found.import_errors == ()
    assert found.next_run is None, "a paused DAG runs at no time"
    assert found.oldest_waiting == Waiting(
        dag="ingest_minis",
        task="",
        run="manual__2026-11-28T11:21:44.004282+00:00",
        since=datetime(2026, 11, 28, 11, 21, 44, 152114, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("age_seconds", "dead"), [(0, False), (30, False), (60, False), (61, True), (86400, True)]
)
def test_a_scheduler_is_dead_when_its_heart_has_not_beaten_for_a_minute(
    age_seconds: int, dead: bool
) -> None:
    beat = NOW - timedelta(seconds=age_seconds)
    assert state(scheduler_heartbeat=beat).scheduler_is_dead is dead
    assert state(dag_processor_heartbeat=beat).dag_processor_is_dead is dead


def test_a_scheduler_that_never_ran_is_dead() -> None:
    assert state(scheduler_heartbeat=None).scheduler_is_dead


def test_heartbeats_in_the_answer_decide(airflow) -> None:
    airflow.beats(scheduler="2026-11-28T11:20:43+00:00")
    found = read_airflow(airflow.settings)
    assert found.scheduler_is_dead
    assert found.dag_processor_heartbeat is None


def test_the_next_run_is_the_earliest_of_a_dag_that_is_not_paused(airflow) -> None:
    minis, marts = airflow.answers["dags"]["dags"]
    minis |= {"is_paused": False, "next_dagrun_run_after": "2026-11-29T00:00:00Z"}
    marts |= {"is_paused": True, "next_dagrun_run_after": "2026-11-28T12:00:00Z"}
    found = read_airflow(airflow.settings)
    assert found.next_run == NextRun("ingest_minis", datetime(2026, 11, 29, tzinfo=UTC))
    assert found.paused == ("market_marts",)


def test_a_task_that_was_queued_before_any_run_waits_longest(airflow) -> None:
    (task,) = airflow.answers["dags/~/dagRuns/~/taskInstances"]["task_instances"]
    task |= {"state": "queued", "queued_when": "2026-11-28T10:00:00Z"}
    waiting = read_airflow(airflow.settings).oldest_waiting
    assert waiting is not None
    assert (waiting.dag, waiting.task) == ("ingest_minis", "plan")


def test_nothing_waits_when_nothing_is_queued(airflow) -> None:
    airflow.answers["dags/~/dagRuns"]["dag_runs"] = []
    assert read_airflow(airflow.settings).oldest_waiting is None


def test_a_dag_that_cannot_be_read_is_named_with_the_last_line_of_why(airflow) -> None:
    airflow.answers["importErrors"] = {
        "import_errors": [
            {
                "import_error_id": 1,
                "timestamp": "2026-11-28T11:00:00Z",
                "filename": "market_marts.py",
                "bundle_name": "dags-folder",
                "stack_trace": "Traceback …\n  File \"x\"\nNameError: name 'x' is not defined\n",
            }
        ],
        "total_entries": 1,
    }
    found = read_airflow(airflow.settings)
    error = "NameError: name 'x' is not defined"
    assert found.import_errors == (BrokenFile("market_marts.py", error),)


def test_an_airflow_that_is_away_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(AirflowAway) as raised:
        read_airflow(AirflowSettings(base_url=f"{url}/", password=SecretStr("secret")))
    assert str(raised.value) == f"Airflow does not answer at {url}"


def test_an_airflow_that_hangs_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shortdrama.health.airflow_client.TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(AirflowAway, match="does not answer at"):
            read_airflow(AirflowSettings(base_url=url))


def test_a_refused_login_says_which_settings(airflow) -> None:
    airflow.password = "another"
    with pytest.raises(AirflowAway, match=r"refuses the login of admin.*SHORTDRAMA_AIRFLOW__"):
        read_airflow(airflow.settings)
    assert airflow.asked == []


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_airflow_that_answers_with_an_error_is_away(airflow, status: int) -> None:
    airflow.status = status
    with pytest.raises(AirflowAway, match=f"answers HTTP {status}"):
        read_airflow(airflow.settings)


@pytest.mark.parametrize("answer", [{}, [], "hello", {"scheduler": {"status": 7}}, None])
def test_an_answer_that_is_not_airflows_is_said(airflow, answer: object) -> None:
    airflow.answers["monitor/health"] = answer
    with pytest.raises(AirflowAway, match="no Airflow of this version"):
        read_airflow(airflow.settings)


def test_fields_that_a_later_airflow_adds_do_no_harm(airflow) -> None:
    airflow.answers["monitor/health"]["new"] = {"status": "healthy"}
    airflow.answers["dags"]["dags"][0]["new"] = 1
    assert read_airflow(airflow.settings).paused


def test_no_password_is_sent_where_not_the_homes_own_airflow_listens(
    airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(url: str) -> None:
        asked.append(url)
        raise Failure("not of this home")

    monkeypatch.setattr("shortdrama.core.machine.prove", refuse)
    with pytest.raises(AirflowAway, match="not of this home"):
        read_airflow(airflow.settings)
    assert asked == [airflow.url]
    assert airflow.asked == []
