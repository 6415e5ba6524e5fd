"""One mail per cause: who is told, what, and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shortdrama.alerts.message import Alert, build_message, task_failed
from shortdrama.alerts.send import send_alert
from shortdrama.core.errors import QuotaError
from shortdrama.core.settings import MailSettings, S3Settings, Settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
DAY = date(2026, 2, 25)
ALERT = Alert("loads/L1", "appfigures.estimates 2026-02-01 was refused", "短剧 is odd\n")


@pytest.fixture
def to(s3: S3Settings, mail: MailSettings) -> Any:
    """Settings with these engineers."""

    def settings(*addresses: str) -> Settings:
        asked = mail.model_copy(update={"engineers": addresses})
        return Settings(frozen_clock=NOW, s3=s3, mail=asked)

    return settings


def test_all_engineers_get_one_mail_and_nobody_else(to, store, inbox) -> None:
    assert send_alert(ALERT, to("a@example.org", "b@example.org"), store)
    (got,) = inbox.messages
    assert got["To"] == "a@example.org, b@example.org"
    assert got["Subject"] == ALERT.subject
    assert got.get_content().strip() == ALERT.body.strip()
    assert got["X-Shortdrama-Cause"] == "loads/L1"


def test_a_cause_is_mailed_once_and_another_one_too(to, store, inbox) -> None:
    told: list[str] = []
    send_alert(ALERT, to("a@example.org"), store)
    assert not send_alert(ALERT, to("a@example.org"), store, told.append)
    assert told == ["no alert: loads/L1 was mailed before"]
    send_alert(Alert("loads/L2", "another", "x"), to("a@example.org"), store)
    assert [message["Subject"] for message in inbox.messages] == [ALERT.subject, "another"]


def test_of_alerts_at_once_one_is_mailed(to, store, inbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        left = list(pool.map(lambda _: send_alert(ALERT, to("a@example.org"), store), range(4)))
    assert sorted(left) == [False, False, False, True]
    assert len(inbox.messages) == 1


def test_a_mail_that_did_not_leave_is_tried_again_by_the_next_failure(to, store, inbox) -> None:
    told: list[str] = []
    assert not send_alert(ALERT, to("refused@example.org"), store, told.append)
    assert "has not left" in told[0]
    assert not store.exists(keys.alert(ALERT.cause))
    assert send_alert(ALERT, to("a@example.org"), store)


def test_a_mail_that_may_have_left_is_not_sent_twice(to, store, inbox) -> None:
    assert not send_alert(ALERT, to("breaks@example.org"), store)
    assert not send_alert(ALERT, to("a@example.org"), store)
    assert len(inbox.messages) == 1


def test_no_server_is_no_error(s3: S3Settings, store: ObjectStore) -> None:
    nowhere = MailSettings(port=1, engineers=("a@example.org",))
    assert not send_alert(ALERT, Settings(frozen_clock=NOW, s3=s3, mail=nowhere), store)


def test_without_engineers_nothing_is_claimed(to, store) -> None:
    assert not send_alert(ALERT, to(), store)
    assert not store.exists(keys.alert(ALERT.cause))


def test_other_failures_are_one_cause_per_day_dag_dataset_and_class() -> None:
    def cause(about: str, error: Exception, day: date = DAY) -> str:
        return task_failed("ingest_appfigures", "pull", about, error, day, "").cause

    spent = QuotaError("the day's calls are spent")
    first = cause("appfigures.estimates 2026-01-01..2026-01-31", spent)
    assert first == "failures/2026-02-25/ingest_appfigures-appfigures.estimates-QuotaError"
    assert cause("appfigures.estimates 2026-02-01..2026-02-24", spent) == first
    others = {
        cause("appfigures.ranks 2026-01-01..2026-01-31", spent),
        cause("appfigures.estimates 2026-01-01..2026-01-31", OSError("gone")),
        cause("appfigures.estimates 2026-01-01..2026-01-31", spent, date(2026, 2, 26)),
    }
    assert len(others | {first}) == 4


def test_a_failure_says_what_where_and_what_to_do() -> None:
    alert = task_failed(
        "ingest_appfigures",
        "pull",
        "appfigures.estimates 2026-01-01..2026-01-31",
        QuotaError("the day's calls are spent; clear after 00:00 UTC\nmore"),
        DAY,
        "http://airflow/log",
    )
    assert alert.subject == (
        "ingest_appfigures failed in pull: appfigures.estimates 2026-01-01..2026-01-31: the day's"
        " calls are spent; clear after 00:00 UTC"
    )
    assert "Log: http://airflow/log" in alert.body
    assert "clear the task" in alert.body


def test_a_subject_is_not_folded() -> None:
    alert = Alert(
        "c", "ingest_minis failed in plan: the task ended without an error of its own", "x"
    )
    message = build_message(alert, MailSettings(engineers=("a@example.org",)), NOW)
    assert f"Subject: {alert.subject}\r\n".encode() in message.as_bytes()


def test_a_subject_is_one_short_line() -> None:
    long = Alert("c", "first line\nsecond " + "word " * 100, "x")
    subject = build_message(long, MailSettings(engineers=("a@example.org",)), NOW)["Subject"]
    assert len(subject) <= 140
    assert subject.startswith("first line second word")
