import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from hostile.server import said, serving
from shortdrama.core.errors import Failure
from shortdrama.core.machine import ServiceState
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.health import running
from shortdrama.health.doctor import Check, examine

NAMES = [
    "disk", "services", "bucket", "lake", "conditional puts", "accepted loads", "DuckDB httpfs",
    "Appfigures", "TikTok", "mail", "Airflow",
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
    assert said["TikTok"] == "creative_center: 20 hashtags on the first page for US"
    assert [path for path, _ in simulator.calls] == [
        "/v2/usage",
        "/creative_radar_api/v1/popular_trend/hashtag/list",
    ]
    assert said["services"] == "none of its own run in this home"
    assert said["Airflow"] == "scheduler and DAG processor are alive, every DAG can be read"


def test_looking_leaves_nothing_behind(well: Settings, store: Any) -> None:
    before = list(store.list(""))
    list(examine(well))
    assert list(store.list("")) == before


def test_a_missing_bucket_fails_and_what_builds_on_it_is_not_looked_at(well: Settings) -> None:
    checks = {check.name: check for check in examine(changed(well, "s3", bucket="not-there"))}
    assert list(checks) == NAMES
    assert not checks["bucket"].ok
    assert checks["bucket"].detail == (
        "the store refuses with NoSuchBucket (HTTP 404). What to do: correct SHORTDRAMA_S3__BUCKET,"
        " or make the bucket with `shortdrama lake init`"
    )
    for name in ("lake", "conditional puts", "accepted loads"):
        assert checks[name] == Check(name, None, "not looked at, because bucket fails")
    assert checks["Appfigures"].ok


@pytest.mark.parametrize(
    ("status", "code", "setting"),
    [
        (403, "InvalidAccessKeyId", "SHORTDRAMA_S3__ACCESS_KEY_ID: the store does not know"),
        (403, "SignatureDoesNotMatch", "SHORTDRAMA_S3__SECRET_ACCESS_KEY: it does not belong"),
        (403, "AccessDenied", "SHORTDRAMA_S3__BUCKET or the keys"),
        (400, "AuthorizationHeaderMalformed", "SHORTDRAMA_S3__REGION"),
        (403, "RequestTimeTooSkewed", "set this machine's clock"),
        (418, "Teapot", "SHORTDRAMA_S3__*"),
    ],
)
def test_a_store_that_refuses_is_told_by_its_code_and_the_setting(
    well: Settings, status: int, code: str, setting: str
) -> None:
    refusal = said(f"<Error><Code>{code}</Code></Error>".encode(), status=f"{status} No")
    with serving(lambda _: [refusal]) as server:
        refused = changed(well, "s3", endpoint_url=server.url.rstrip("/"))
        checks = {check.name: check for check in examine(refused)}
    assert checks["bucket"].detail.startswith(f"the store refuses with {code} (HTTP {status}).")
    assert setting in checks["bucket"].detail
    assert checks["conditional puts"].ok is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "no address", "http://"])
def test_a_store_that_does_not_answer_is_told_by_its_endpoint(well: Settings, url: str) -> None:
    check = looked(changed(well, "s3", endpoint_url=url), "bucket")
    assert not check.ok
    assert "correct SHORTDRAMA_S3__ENDPOINT_URL" in check.detail


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


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 401}, r"set a personal access token in SHORTDRAMA_APPFIGURES__TOKEN"),
        ({"status": 403, "body": {"message": "AccessToken invalid"}}, r"APPFIGURES__TOKEN"),
        ({"status": 403, "body": {"message": "No API Access"}}, r"No API Access.*account's plan"),
        ({"status": 404}, r"HTTP 404.*Check SHORTDRAMA_APPFIGURES__BASE_URL"),
        ({"status": 420}, r"quota is spent.*00:00 UTC"),
        ({"status": 500}, r"HTTP 500.*What to do: check SHORTDRAMA_APPFIGURES__BASE_URL"),
        ({"body": "<html>"}, r"HTML.*check SHORTDRAMA_APPFIGURES__BASE_URL"),
        ({"body": [1]}, r"api_requests; check SHORTDRAMA_APPFIGURES__BASE_URL"),
        ({"body": {"api_requests": {"remaining": "x"}}}, r"api_requests\.remaining"),
        ({"status": 302, "headers": {"Location": "/x"}}, r"redirects.*APPFIGURES__BASE_URL"),
    ],
    ids=["401", "bad_token", "no_plan", "404", "420", "500", "html", "list", "words", "redirect"],
)
def test_a_refusing_appfigures_is_classed_as_the_connector_does(
    well: Settings, source: Any, answer: dict[str, Any], told: str
) -> None:
    source.says(**answer)
    check = looked(changed(well, "appfigures", base_url=source.url), "Appfigures")
    assert check.ok is False
    assert re.search(told, check.detail, re.IGNORECASE), check.detail
    assert len(source.got) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 401}, r"Check SHORTDRAMA_TIKTOK__BASE_URL, .*SHORTDRAMA_TIKTOK__TOKEN"),
        ({"body": {"code": 40101}}, r"does not accept the token.*set SHORTDRAMA_TIKTOK__TOKEN"),
        ({"body": {"code": 50000}}, r"code 50000.*check SHORTDRAMA_TIKTOK__BASE_URL"),
        ({"body": {"code": 0, "data": {}}}, r"no list of hashtags"),
    ],
)
def test_a_refusing_tiktok_is_classed_as_the_connector_does(
    well: Settings, source: Any, answer: dict[str, Any], told: str
) -> None:
    source.says(**answer)
    check = looked(changed(well, "tiktok", base_url=source.url), "TikTok")
    assert check.ok is False
    assert re.search(told, check.detail), check.detail


@pytest.mark.parametrize("part", ["appfigures", "tiktok"])
def test_a_source_that_nobody_answers_for_is_told_by_its_setting(well: Settings, part: str) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    name = {"appfigures": "Appfigures", "tiktok": "TikTok"}[part]
    check = looked(changed(well, part, base_url=nobody), name)
    assert not check.ok
    assert f"check SHORTDRAMA_{part.upper()}__BASE_URL and the network" in check.detail


def test_tiktok_business_without_an_advertiser_is_told_by_its_setting(well: Settings) -> None:
    check = looked(changed(well, "tiktok", provider="business"), "TikTok")
    assert "set SHORTDRAMA_TIKTOK__ADVERTISER_ID" in check.detail


def test_a_redirecting_appfigures_is_not_followed(well: Settings, source: Any) -> None:
    source.says(status=302, headers={"Location": f"{source.url}elsewhere"})
    check = looked(changed(well, "appfigures", base_url=source.url), "Appfigures")
    assert not check.ok
    assert [path for path, _ in source.got] == ["/usage"]


def test_a_mail_server_that_is_not_there_fails_with_a_remedy(settings: Settings) -> None:
    check = looked(changed(settings, "mail", port=free_port()), "mail")
    assert not check.ok
    assert "correct SHORTDRAMA_MAIL__HOST and SHORTDRAMA_MAIL__PORT" in check.detail


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
    failed = {check.name: check.detail for check in examine(well) if check.ok is False}
    assert failed.keys() == {"bucket", "Appfigures", "TikTok", "mail", "Airflow"}
    assert all(detail.count("What to do:") == 1 for detail in failed.values())
    assert simulator.calls == []
    assert airflow.asked == []
