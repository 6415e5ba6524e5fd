import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from pydantic import SecretStr

from shortdrama.core.errors import Failure
from shortdrama.core.machine import ServiceState
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.health import running
from shortdrama.health.doctor import Check, examine

NAMES = [
    "disk", "services", "bucket", "lake", "conditional puts", "accepted loads", "DuckDB httpfs",
    "Appfigures", "mail", "Airflow",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))


@pytest.fixture
def well(settings: Settings, airflow: Any) -> Iterator[Settings]:
    """Everything is there, mail and Airflow included."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    mail = MailSettings(host="127.0.0.1", port=controller.port)
    yield settings.model_copy(update={"mail": mail, "airflow": airflow.settings})
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def looked(settings: Settings, name: str) -> Check:
    return next(check for check in examine(settings) if check.name == name)


def changed(settings: Settings, part: str, **update: Any) -> Settings:
    return settings.model_copy(update={part: getattr(settings, part).model_copy(update=update)})


def test_a_well_pipeline_passes_every_check(well: Settings, store: Any, simulator: Any) -> None:
    checks = list(examine(well))
    assert [check.name for check in checks] == NAMES
    assert [check for check in checks if not check.ok] == []
    said = {check.name: check.detail for check in checks}
    assert said["lake"] == "marked sample"
    assert said["conditional puts"] == "one of 8 racing writers wins"
    assert "requests left today" in said["Appfigures"]
    assert [path for path, _ in simulator.calls] == ["/v2/usage"]
    assert said["services"] == "none of its own run in this home"
    assert said["Airflow"] == "scheduler and DAG processor are alive, every DAG can be read"


def test_looking_leaves_nothing_behind(well: Settings, store: Any) -> None:
    before = list(store.list(""))
    list(examine(well))
    assert list(store.list("")) == before


def test_a_missing_bucket_fails_and_the_other_checks_go_on(well: Settings) -> None:
    checks = {check.name: check for check in examine(changed(well, "s3", bucket="not-there"))}
    assert list(checks) == NAMES
    assert not checks["bucket"].ok
    assert "What to do: check SHORTDRAMA_S3__* and that the bucket" in checks["bucket"].detail
    assert checks["Appfigures"].ok


def test_an_unmarked_lake_says_how_to_mark_it(well: Settings, store: Any) -> None:
    store.delete("lake.json")
    check = looked(well, "lake")
    assert not check.ok
    assert "What to do: run `shortdrama lake init`" in check.detail


def test_an_s3_that_ignores_preconditions_is_found_out(well: Settings, s3_server: Any) -> None:
    s3_server.lax = True
    check = looked(well, "conditional puts")
    assert not check.ok
    assert "of 8 writers 8 created and 8 swapped, instead of one each" in check.detail
    assert "What to do: this S3 lets several writers win" in check.detail


@pytest.mark.parametrize("answer", [{"status": 403}, {"status": 420}, {"status": 500}])
def test_a_refusing_appfigures_is_told_by_its_status(well: Settings, source: Any, answer) -> None:
    source.says(**answer)
    check = looked(changed(well, "appfigures", base_url=source.url), "Appfigures")
    assert not check.ok
    assert check.detail.startswith(f"HTTP {answer['status']}. What to do: check SHORTDRAMA_APP")


def test_an_appfigures_that_nobody_answers_for_is_told_by_its_address(well: Settings) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    check = looked(changed(well, "appfigures", base_url=nobody), "Appfigures")
    assert not check.ok
    assert nobody in check.detail


@pytest.mark.parametrize("token", ["pat_pl\nanted", "pat_planted短剧", "pat_planted\n"])
def test_a_badly_pasted_token_is_never_shown(well: Settings, token: str) -> None:
    check = looked(changed(well, "appfigures", token=SecretStr(token)), "Appfigures")
    assert not check.ok
    assert "pat_pl" not in check.detail


def test_a_redirecting_appfigures_is_not_followed(well: Settings, source: Any) -> None:
    source.says(status=302, headers={"Location": f"{source.url}elsewhere"})
    check = looked(changed(well, "appfigures", base_url=source.url), "Appfigures")
    assert not check.ok
    assert [path for path, _ in source.got] == ["/usage"]


def test_a_mail_server_that_is_not_there_fails_with_a_remedy(settings: Settings) -> None:
    check = looked(changed(settings, "mail", port=free_port()), "mail")
    assert not check.ok
    assert "What to do: check SHORTDRAMA_MAIL__" in check.detail


def test_a_dead_scheduler_fails_and_what_to_do_is_said(well: Settings, airflow: Any) -> None:
    airflow.beats(scheduler="2026-11-28T11:20:43+00:00", dag_processor="2026-11-28T11:21:40+00:00")
    check = looked(well, "Airflow")
    assert not check.ok
    assert check.detail.startswith(
        "the scheduler is dead (last heartbeat: 2026-11-28 11:20:43 UTC), so no run goes on."
        " What to do: read its log and start it again (`make up`"
    )


def test_a_scheduler_that_never_ran_fails(well: Settings, airflow: Any) -> None:
    airflow.beats(scheduler=None, dag_processor="2026-11-28T11:21:40+00:00")
    assert "last heartbeat: never" in looked(well, "Airflow").detail


def test_a_dag_that_cannot_be_read_fails(well: Settings, airflow: Any) -> None:
    broken = {
        "import_error_id": 1,
        "timestamp": "2026-11-28T11:00:00Z",
        "filename": "market_marts.py",
        "bundle_name": "dags-folder",
        "stack_trace": "NameError: x",
    }
    airflow.answers["importErrors"] = {"import_errors": [broken], "total_entries": 1}
    check = looked(well, "Airflow")
    assert not check.ok
    assert "Airflow cannot read market_marts.py: NameError: x" in check.detail


def test_before_airflow_runs_it_can_be_left_out(well: Settings, airflow: Any) -> None:
    checks = list(examine(well, with_airflow=False))
    assert [check.name for check in checks] == NAMES[:-1]
    assert airflow.asked == []


def test_a_full_disk_fails(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "free_bytes", lambda: 90_000_000)
    check = looked(well, "disk")
    assert not check.ok
    assert check.detail.startswith("only 0.09 GB are left at")
    assert "What to do: free some space" in check.detail


def service(name: str, **changes: Any) -> ServiceState:
    at = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)
    well = {"state": "running", "since": at, "restarts": 0, "last_restart": None}
    return ServiceState(name=name, **{**well, "last_cause": None, **changes})


def test_services_that_were_started_again_are_told(
    well: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [service("s3", restarts=2), service("mail", state="stopped")]
    monkeypatch.setattr("shortdrama.core.machine.services", lambda: states)
    check = looked(well, "services")
    assert check.ok
    assert check.detail == "1 of 2 run; started again: s3 2 times"


def test_a_service_that_gave_up_fails(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    states = [service("s3"), service("airflow-scheduler", state="gave up")]
    monkeypatch.setattr("shortdrama.core.machine.services", lambda: states)
    check = looked(well, "services")
    assert not check.ok
    assert check.detail.startswith(
        "airflow-scheduler stopped after each start, and is not started again"
    )


def test_nothing_is_asked_of_a_stranger_at_an_address_of_this_home(
    well: Settings, simulator: Any, airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is a token sent nor an object written."""

    def stranger(url: str) -> None:
        if url:
            raise Failure(f"a stranger answers at {url}. What to do: `make up`")

    monkeypatch.setattr("shortdrama.core.machine.prove", stranger)
    simulator.calls.clear()
    failed = {check.name: check.detail for check in examine(well) if not check.ok}
    assert failed.keys() == set(NAMES) - {"disk", "services", "DuckDB httpfs"}
    assert all(detail.count("What to do:") == 1 for detail in failed.values())
    assert simulator.calls == []
    assert airflow.asked == []
