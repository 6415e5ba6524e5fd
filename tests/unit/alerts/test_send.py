"""One mail per cause and one when it is over, whatever is away meanwhile."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shortdrama.alerts.incidents import Work
from shortdrama.alerts.news import News, seen
from shortdrama.core.errors import DbtFailed, LoadRefused, MartsRefused, QuotaError
from shortdrama.core.settings import Settings
from shortdrama.health.causes import Cause, Run
from shortdrama.lake import keys

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
BUILD = Run("market_marts", "build")
PULL = Run("ingest_appfigures", "pull", "appfigures.estimates 2025-09-01..2025-09-30")
FAILED = DbtFailed("dbt could not build the marts.\nCompilation Error in model dim_app")


def news(headline: str = "nothing was published for 27 h") -> News:
    return seen(Cause("no_snapshot"), headline, "detail", NOW, NOW)


def subjects(inbox: Any) -> list[str]:
    return [str(message["Subject"]) for message in inbox.messages]


def waiting(home: Path) -> list[str]:
    return sorted(path.suffix for path in (home / "outbox").iterdir())


def test_all_engineers_get_one_mail_and_nobody_else(to, alerts, inbox, alert_home) -> None:
    desk, said = alerts(to("a@example.org", "b@example.org"))
    assert desk.begin(news())
    (got,) = inbox.messages
    assert got["To"] == "a@example.org, b@example.org"
    assert got["Subject"] == "No new snapshot: nothing was published for 27 h"
    assert got["X-Shortdrama-Cause"] == "no_snapshot"
    assert got.get_content_type() == "text/plain"
    assert said == [f"mailed to 2 engineer(s): {got['Subject']}"]
    assert waiting(alert_home) == []


def test_a_cause_is_mailed_once_and_another_one_too(team, alerts, inbox) -> None:
    desk, said = alerts(team)
    assert desk.failed(FAILED, BUILD)
    assert not desk.failed(DbtFailed("another text"), BUILD)
    assert said[-1] == "no alert: dbt_error was mailed before"
    assert desk.failed(QuotaError("spent"), PULL)
    assert [subject.split(":")[0] for subject in subjects(inbox)] == ["dbt error", "Quota spent"]


def test_eight_tasks_of_three_dags_that_miss_the_store_are_one_mail(
    team, without_store, alerts, inbox
) -> None:
    away = ConnectionError("refused")
    runs = [Run(f"ingest_{n % 3}", "conform", f"s{n}.d 2025-09-01..2025-09-02") for n in range(8)]

    def fail(run: Run) -> None:
        alerts(without_store(team))[0].failed(store_error(away), run)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, runs))
    (subject,) = subjects(inbox)
    assert subject.startswith("S3 away: ingest_")


def store_error(behind: BaseException) -> BaseException:
    from botocore.exceptions import EndpointConnectionError

    error = EndpointConnectionError(endpoint_url="http://127.0.0.1:1/shortdrama")
    error.__cause__ = behind
    return error


def test_of_alerts_at_once_one_is_mailed(team, alerts, inbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        left = list(pool.map(lambda _: alerts(team)[0].failed(FAILED, BUILD), range(4)))
    assert sorted(left) == [False, False, False, True]
    assert len(inbox.messages) == 1


def test_a_success_of_the_same_thing_ends_it_with_one_mail(team, alerts, inbox, clock) -> None:
    alerts(team)[0].failed(FAILED, BUILD)
    clock.shift(timedelta(minutes=34))
    desk, _ = alerts(team)
    before = NOW - timedelta(minutes=5)
    for task, started in (("gate", NOW + timedelta(minutes=30)), ("build", before)):
        desk.succeeded(Work(dag_id="market_marts", task=task), started)
    assert len(inbox.messages) == 1, "another task, or begun before the failure, says nothing"
    for _ in range(2):
        desk.succeeded(Work(dag_id="market_marts", task="build"), NOW + timedelta(minutes=30))
    assert subjects(inbox)[1:] == [
        "Recovered after 34 min: dbt error: dbt could not build the marts."
    ]
    clock.shift(timedelta(minutes=1))
    assert desk.failed(FAILED, BUILD), "it has come again"


def test_a_success_that_reads_the_lake_ends_its_absence(
    team, without_store, alerts, inbox, clock
) -> None:
    alerts(without_store(team))[0].failed(store_error(OSError()), PULL)
    clock.shift(timedelta(minutes=3))
    any_task, at = Work(dag_id="market_marts", task="gate"), NOW + timedelta(minutes=2)
    alerts(without_store(team))[0].succeeded(any_task, at)
    assert len(inbox.messages) == 1
    alerts(team)[0].succeeded(any_task, at)
    assert subjects(inbox)[1].startswith("Recovered after 3 min: S3 away")


def test_causes_that_end_together_are_one_mail(team, alerts, inbox, clock) -> None:
    desk, _ = alerts(team)
    gate = Run("ingest_appfigures", "gate", PULL.about)
    for load in ("L1", "L2"):
        desk.failed(LoadRefused(f"{PULL.about}, load {load}, refused: odd", load), gate)
    clock.shift(timedelta(hours=3))
    work = Work(dag_id=gate.dag_id, task="gate", dataset="appfigures.estimates")
    desk.succeeded(work, NOW + timedelta(hours=2))
    assert len(inbox.messages) == 3
    assert subjects(inbox)[2].endswith(", and 1 more")
    assert (
        inbox.messages[2].get_content().count("from 2026-02-25 08:00 to 2026-02-25 11:00 UTC") == 2
    )


def test_a_refused_load_whose_details_cannot_be_read_is_told_by_its_message(
    team, without_store, alerts, inbox
) -> None:
    desk, said = alerts(without_store(team))
    desk.failed(LoadRefused(f"{PULL.about}, load L1, refused: odd", "L1"), PULL)
    desk.failed(MartsRefused("build f00 refused: odd", "f00"), Run("market_marts", "gate"))
    assert [subject.split(":")[0] for subject in subjects(inbox)] == [
        "Load refused",
        "Marts refused",
    ]
    assert "no details from the lake: EndpointConnectionError" in said


def test_without_keys_to_the_lake_the_mail_goes(team, alerts, inbox, monkeypatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    keyless = team.s3.model_copy(update={"access_key_id": None, "secret_access_key": None})
    desk, _ = alerts(team.model_copy(update={"s3": keyless}))
    assert desk.failed(FAILED, BUILD)
    assert len(inbox.messages) == 1


@pytest.mark.parametrize("store", [True, False])
def test_a_mail_that_cannot_leave_waits_and_is_sent_when_it_can(
    team, without_store, without_mail, alerts, inbox, clock, alert_home, store
) -> None:
    settings = team if store else without_store(team)
    desk, said = alerts(without_mail(settings))
    assert not desk.failed(FAILED, BUILD)
    assert not desk.failed(FAILED, BUILD)
    assert waiting(alert_home) == [".waiting"]
    assert "it waits; `shortdrama watch` sends it when the mail server accepts it" in said
    alerts(without_mail(settings))[0].flush()
    assert waiting(alert_home) == [".waiting"]
    clock.shift(timedelta(minutes=34))
    alerts(settings)[0].flush()
    (got,) = inbox.messages
    assert "This mail has waited 34 min for the mail server." in got.get_content()
    assert got["Date"].datetime == NOW
    assert waiting(alert_home) == []


def test_what_waits_is_sent_in_the_order_in_which_it_was_written(
    team, without_mail, alerts, inbox, clock
) -> None:
    desk, _ = alerts(without_mail(team))
    for error, run in ((FAILED, BUILD), (QuotaError("spent"), PULL)):
        desk.failed(error, run)
        clock.shift(timedelta(seconds=1))
    clock.shift(timedelta(minutes=5))
    desk.succeeded(Work(dag_id="market_marts", task="build"), NOW + timedelta(minutes=4))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: alerts(team)[0].flush(), range(4)))
    assert sorted(subject.split(":")[0] for subject in subjects(inbox)) == [
        "Quota spent",
        "Recovered after 5 min",
        "dbt error",
    ]


def test_a_process_that_is_killed_while_it_mails_loses_no_alert(
    team, alerts, inbox, alert_home, monkeypatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shortdrama.alerts.send.deliver", killed)
        with pytest.raises(KeyboardInterrupt):
            alerts(team)[0].failed(FAILED, BUILD)
    alerts(team)[0].flush()
    assert inbox.messages == [], "perhaps it is still under way"
    for path in (alert_home / "outbox").iterdir():
        os.utime(path, (0, 0))
    alerts(team)[0].flush()
    assert len(inbox.messages) == 1


def test_a_mail_that_may_have_left_is_not_sent_twice(to, alerts, inbox, alert_home) -> None:
    assert not alerts(to("breaks@example.org"))[0].begin(news())
    assert waiting(alert_home) == []
    assert not alerts(to("a@example.org"))[0].begin(news())
    assert len(inbox.messages) == 1


def test_where_nothing_can_be_written_and_no_mail_leaves_the_next_failure_tries_again(
    team, without_mail, alerts, inbox, monkeypatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        assert not alerts(without_mail(team))[0].failed(FAILED, BUILD)
    assert alerts(team)[0].failed(FAILED, BUILD)


def test_without_engineers_nothing_is_claimed(to, store, alerts, alert_home) -> None:
    desk, said = alerts(to())
    assert not desk.begin(news())
    assert said == ["no alert: SHORTDRAMA_MAIL__ENGINEERS names nobody"]
    assert not store.exists(keys.INCIDENTS)
    assert waiting(alert_home) == []


def test_a_sender_without_a_domain_claims_nothing(team: Settings, store, alerts, inbox) -> None:
    nameless = team.mail.model_copy(update={"sender": "reports"})
    with pytest.raises(ValueError, match="no mail domain"):
        alerts(team.model_copy(update={"mail": nameless}))[0].begin(news())
    assert alerts(team)[0].begin(news())


@pytest.mark.parametrize("address", ["a@example.org", "refused@example.org", "breaks@example.org"])
def test_no_address_is_said_or_kept(to, without_mail, alerts, alert_home, store, address) -> None:
    desk, said = alerts(to(address))
    desk.failed(FAILED, BUILD)
    away, said_too = alerts(without_mail(to(address)))
    away.failed(QuotaError("spent"), PULL)
    kept = [path.read_text() for path in alert_home.rglob("*") if path.is_file()]
    assert "@example.org" not in " ".join([*said, *said_too, *kept])
    assert b"@example.org" not in store.get(keys.INCIDENTS)


def test_half_a_character_of_a_source_stops_no_alert(
    team, without_mail, alerts, inbox, alert_home
) -> None:
    assert not alerts(without_mail(team))[0].failed(DbtFailed("the vendor said \ud83d"), BUILD)
    assert waiting(alert_home) == [".waiting"]
    alerts(team)[0].flush()
    assert subjects(inbox) == ["dbt error: the vendor said ?"]


def test_a_file_that_cannot_be_read_stops_no_other_alert(
    team, without_mail, alerts, inbox, alert_home
) -> None:
    alerts(without_mail(team))[0].failed(FAILED, BUILD)
    (alert_home / "outbox" / "20260101T000000-dir.waiting").mkdir()
    torn = alert_home / "outbox" / "20260101T000000-torn.waiting"
    torn.write_bytes('{"cause": "…'.encode()[:-1])
    alerts(team)[0].flush()
    assert len(inbox.messages) == 1
    assert not torn.exists()
