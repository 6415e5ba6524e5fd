"""What the watch judges from a look, and what a look sees of services that are away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from fake_airflow import ANSWERS
from shortdrama.core.errors import AirflowAway, DamagedDocument, Failure, NewerDocument
from shortdrama.core.settings import AirflowSettings, S3Settings, Settings, WatchSettings
from shortdrama.health.airflow import AirflowHealth, SilentTask
from shortdrama.health.watch import Look, due, judged, look, troubles
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.pointer import Hold, Pointer, move_pointer

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
WELL = AirflowHealth(True, scheduler=NOW, dag_processor=NOW)
FRESH = Pointer(snapshot_id="20260225T070000Z-c2865e96")
LOOK = Look(now=NOW, today_is=NOW, pointer=FRESH, airflow=WELL)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def published(at: datetime, hold: Hold | None = None) -> Pointer:
    return Pointer(snapshot_id=f"{at:%Y%m%dT%H%M%SZ}-c2865e96", hold=hold)


HOLD = Hold(by="ann", at=NOW, because="the close")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (LOOK, None),
        # The lake.
        (replace(LOOK, pointer=published(ago(hours=26))), None),
        (replace(LOOK, pointer=published(ago(hours=27))), "no_snapshot: nothing was published for"),
        (replace(LOOK, pointer=published(ago(hours=99), HOLD)), None),
        (replace(LOOK, pointer=None), None),
        (replace(LOOK, pointer=Pointer(snapshot_id="by-hand")), None),
        (
            replace(LOOK, pointer=DamagedDocument(keys.CURRENT_SNAPSHOT, "no JSON")),
            "no_snapshot: marts/current.json cannot be used",
        ),
        (
            replace(LOOK, pointer=NewerDocument(keys.CURRENT_SNAPSHOT, 9, 1)),
            "no_snapshot: marts/current.json cannot be used",
        ),
        # A frozen clock stands still for figures; heartbeats are of the machine's time.
        (replace(LOOK, today_is=ago(days=99), pointer=published(ago(days=99, hours=1))), None),
        # Airflow.
        (replace(LOOK, airflow=AirflowAway("silent")), "airflow_away: its API server does not"),
        (replace(LOOK, airflow=AirflowHealth(False)), "database_away: no task can run"),
        (replace(LOOK, airflow=replace(WELL, scheduler=ago(minutes=10))), None),
        (
            replace(LOOK, airflow=replace(WELL, scheduler=ago(minutes=12))),
            "scheduler_silent: the scheduler has sent no heartbeat for 12 min",
        ),
        (
            replace(LOOK, airflow=replace(WELL, scheduler=None)),
            "scheduler_silent: the scheduler has sent no heartbeat ever",
        ),
        (
            replace(LOOK, airflow=replace(WELL, dag_processor=ago(minutes=12))),
            "scheduler_silent: the DAG processor has sent no heartbeat for 12 min",
        ),
        # A machine whose clock is ahead of ours is no silent one.
        (replace(LOOK, airflow=replace(WELL, scheduler=NOW + timedelta(minutes=30))), None),
    ],
)
def test_what_is_wrong(seen: Look, said: str | None) -> None:
    found = [f"{one.cause.kind}: {one.headline}" for one in troubles(seen, WatchSettings())]
    assert len(found) == (said is not None)
    assert said is None or found[0].startswith(said)


def test_two_things_may_be_wrong_at_once() -> None:
    seen = replace(LOOK, pointer=published(ago(hours=30)), airflow=AirflowAway("silent"))
    assert [one.cause.kind for one in troubles(seen, WatchSettings())] == [
        "no_snapshot",
        "airflow_away",
    ]


def test_the_limits_are_settings() -> None:
    seen = replace(LOOK, pointer=published(ago(hours=27)))
    assert troubles(seen, WatchSettings(snapshot_hours=30)) == []


def test_of_what_cannot_be_asked_nothing_is_judged() -> None:
    assert judged(LOOK) == {"no_snapshot", "airflow_away", "database_away", "scheduler_silent"}
    assert "no_snapshot" not in judged(replace(LOOK, pointer=OSError("away")))
    assert judged(replace(LOOK, airflow=AirflowHealth(False))) == {
        "no_snapshot",
        "airflow_away",
        "database_away",
    }
    assert judged(replace(LOOK, airflow=AirflowAway("x"))) == {"no_snapshot", "airflow_away"}


def test_a_trouble_is_told_when_it_was_seen_for_long_enough() -> None:
    found = troubles(replace(LOOK, airflow=AirflowAway("silent")), WatchSettings())
    told, since = due(found, {}, NOW)
    assert told == []
    assert since == {"airflow_away": NOW}
    told, since = due(found, since, NOW + timedelta(minutes=9))
    assert told == []
    assert since == {"airflow_away": NOW}
    told, _ = due(found, since, NOW + timedelta(minutes=10))
    assert told == found


def test_a_trouble_that_has_gone_is_forgotten() -> None:
    """A service that restarts now and then is not silent for the sum of it."""
    assert due([], {"airflow_away": ago(hours=1)}, NOW) == ([], {})


def health(scheduler: datetime | None) -> dict[str, Any]:
    beat = scheduler.isoformat() if scheduler else None
    return {
        "metadatabase": {"status": "healthy"},
        "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": beat},
        "triggerer": {"status": None, "latest_triggerer_heartbeat": None},
        "dag_processor": {"status": "healthy", "latest_dag_processor_heartbeat": beat},
    }


@pytest.fixture
def nobody(closed_port: int) -> Settings:
    url = f"http://127.0.0.1:{closed_port}"
    s3 = S3Settings(endpoint_url=url, access_key_id="k", secret_access_key=SecretStr("s"))
    return Settings(frozen_clock=NOW, s3=s3, airflow=AirflowSettings(base_url=url))


@pytest.fixture
def only_lake(nobody: Settings, s3: Any, store: ObjectStore) -> Settings:
    """A lake in which nothing was published yet."""
    return nobody.model_copy(update={"s3": s3})


def test_a_look_at_what_is_well(only_lake: Settings, store: ObjectStore, server: Any) -> None:
    move_pointer(store, FRESH, None)
    server.answers["/api/v2/monitor/health"] = health(NOW)
    there = AirflowSettings(base_url=f"{server.url}/")
    seen = look(only_lake.model_copy(update={"airflow": there}))
    assert seen.pointer == FRESH
    assert seen.airflow == WELL
    assert seen.today_is == NOW
    assert server.asked == ["/api/v2/monitor/health"], "without a password nothing else is asked"


def test_a_look_when_everything_is_away_takes_seconds_and_raises_nothing(nobody: Settings) -> None:
    seen = look(nobody)
    assert isinstance(seen.airflow, AirflowAway)
    kinds = [trouble.cause.kind for trouble in troubles(seen, WatchSettings())]
    assert kinds == ["store_away", "airflow_away"]


def test_a_look_before_the_homes_airflow_runs_is_a_look_all_the_same(
    nobody: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise Failure("Airflow of this home does not run")

    monkeypatch.setattr("shortdrama.core.machine.prove", refuse)
    seen = look(nobody)
    assert isinstance(seen.airflow, AirflowAway)
    assert str(seen.airflow) == "Airflow of this home does not run"


def test_a_lake_that_takes_our_key_no_more_is_told_as_such(nobody: Settings, server: Any) -> None:
    server.status = 403
    refusing = nobody.s3.model_copy(update={"endpoint_url": server.url})
    (first, _) = troubles(look(nobody.model_copy(update={"s3": refusing})), WatchSettings())
    assert first.cause.kind == "store_refused"


@pytest.mark.parametrize(
    "wrong", [{"endpoint_url": "localhost:8333"}, {"endpoint_url": "http://[::"}, {"bucket": "A B"}]
)
def test_a_wrong_address_of_the_lake_is_not_a_damaged_pointer(
    nobody: Settings, wrong: dict[str, str]
) -> None:
    """boto3 has an error of its own for each, which is none of a connection."""
    seen = look(nobody.model_copy(update={"s3": nobody.s3.model_copy(update=wrong)}))
    assert troubles(seen, WatchSettings())[0].cause.kind == "store_away"


def test_a_damaged_pointer_is_seen(only_lake: Settings, store: ObjectStore) -> None:
    store.put(keys.CURRENT_SNAPSHOT, b"{}")
    (first, _) = troubles(look(only_lake), WatchSettings())
    assert first.cause.kind == "no_snapshot"


def test_tasks_that_failed_without_a_word_are_seen(only_lake: Settings, server: Any) -> None:
    answered = ANSWERS["dags/~/dagRuns/~/taskInstances"]["task_instances"][0]
    ended = {**answered, "dag_id": "market_marts", "end_date": "2026-02-25T07:59:00Z"}
    mark = {
        "dag_id": "market_marts", "run_id": ended["dag_run_id"], "task_id": "build",
        "map_index": -1, "key": "alerted", "timestamp": "2026-02-25T07:59:00Z",
        "run_after": "2026-02-25T07:30:00Z", "logical_date": None,
        "dag_display_name": "market_marts", "task_display_name": "build",
    }  # fmt: skip
    server.answers |= {
        "/api/v2/monitor/health": health(NOW),
        "/auth/token": {"access_token": "t"},
        "/api/v2/dags/~/dagRuns/~/taskInstances": {
            "task_instances": [{**ended, "task_id": "build"}, {**ended, "task_id": "publish"}],
            "total_entries": 2,
        },
        "/api/v2/dags/~/dagRuns/~/taskInstances/~/xcomEntries": {
            "xcom_entries": [mark],
            "total_entries": 1,
        },
    }
    login = AirflowSettings(base_url=server.url, password=SecretStr("p"))
    seen = look(only_lake.model_copy(update={"airflow": login}))
    assert seen.silent_tasks == (SilentTask("market_marts", "publish", ago(minutes=1)),)


def test_of_more_failures_than_a_page_none_is_called_killed_for_want_of_its_mark(
    only_lake: Settings, server: Any
) -> None:
    """An outage: the newest hundred marks are known, and the older failures' marks are not."""
    answered = ANSWERS["dags/~/dagRuns/~/taskInstances"]["task_instances"][0]
    failed = {**answered, "dag_id": "ingest_appfigures", "task_id": "pull"}
    mark = {
        "dag_id": "ingest_appfigures", "run_id": answered["dag_run_id"], "task_id": "pull",
        "key": "alerted", "timestamp": "2026-02-25T07:50:00Z",
        "run_after": "2026-02-25T07:30:00Z", "logical_date": None,
        "dag_display_name": "ingest_appfigures", "task_display_name": "pull",
    }  # fmt: skip
    times = {0: "2026-02-25T07:40:00Z", 1: "2026-02-25T07:55:00Z", 200: "2026-02-25T07:56:00Z"}
    server.answers |= {
        "/api/v2/monitor/health": health(NOW),
        "/auth/token": {"access_token": "t"},
        "/api/v2/dags/~/dagRuns/~/taskInstances": {
            "task_instances": [
                {**failed, "map_index": number, "end_date": at} for number, at in times.items()
            ],
            "total_entries": 102,
        },
        "/api/v2/dags/~/dagRuns/~/taskInstances/~/xcomEntries": {
            "xcom_entries": [{**mark, "map_index": number} for number in range(1, 101)],
            "total_entries": 101,
        },
    }
    login = AirflowSettings(base_url=server.url, password=SecretStr("p"))
    seen = look(only_lake.model_copy(update={"airflow": login}))
    assert seen.silent_tasks == (SilentTask("ingest_appfigures", "pull", ago(minutes=4)),)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ("<html>a proxy</html>", 200, "is no Airflow of this version"),
        ({"status": "ok"}, 200, "is no Airflow of this version"),
        ([], 200, "is no Airflow of this version"),
        (None, 502, "answers HTTP 502"),
    ],
)
def test_what_is_no_airflow_is_away(
    only_lake: Settings, server: Any, answer: Any, status: int, said: str
) -> None:
    server.status = status
    if answer is not None:
        server.answers["/api/v2/monitor/health"] = answer
    there = AirflowSettings(base_url=server.url)
    seen = look(only_lake.model_copy(update={"airflow": there}))
    assert isinstance(seen.airflow, AirflowAway)
    assert said in str(seen.airflow)


def test_a_refused_login_hides_no_health_and_shows_no_password(
    only_lake: Settings, server: Any
) -> None:
    server.status = 401
    server.answers["/api/v2/monitor/health"] = health(NOW)
    login = AirflowSettings(base_url=server.url, password=SecretStr("planted"))
    seen = look(only_lake.model_copy(update={"airflow": login}))
    assert seen.airflow == WELL
    assert seen.silent_tasks == ()
