"""What a mail looks like: short, plain, without secrets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from shortdrama.alerts.incidents import Incident
from shortdrama.alerts.message import build_message
from shortdrama.alerts.news import failure, recovered, seen
from shortdrama.alerts.outbox import Alert
from shortdrama.core.errors import DbtFailed, Kind, QuotaError
from shortdrama.core.settings import AppfiguresSettings, MailSettings, Settings
from shortdrama.health.causes import Cause, Run, cause_of

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
TO = MailSettings(engineers=("a@example.org",))
PULL = Run(
    "ingest_appfigures",
    "pull",
    "appfigures.estimates 2026-01-01..2026-01-31",
    log_url="http://airflow/log",
)


def told(error: Exception, run: Run = PULL, settings: Settings | None = None) -> Alert:
    known = settings or Settings()
    return failure(cause_of(error, run, "box"), run, error, known, NOW, NOW).alert


def test_a_failure_says_what_where_and_what_to_do() -> None:
    alert = told(QuotaError("the day's calls are spent; clear after 00:00 UTC\nmore"))
    assert alert.subject == "Quota spent: appfigures.estimates 2026-01-01..2026-01-31"
    assert alert.body.startswith("the day's calls are spent; clear after 00:00 UTC\nmore\n")
    assert "Seen: 2026-02-25 08:00 UTC in ingest_appfigures, pull of appfigures.est" in alert.body
    assert "Log: http://airflow/log" in alert.body
    assert "- Tomorrow's run pulls this window again." in alert.body


def test_an_error_that_is_not_ours_is_named_by_its_class_and_place() -> None:
    alert = told(KeyError("country"), Run("market_marts", "build"))
    assert alert.subject == "Unknown error: KeyError in market_marts, build"
    assert "'country'" in alert.body
    assert "Log:" not in alert.body


def test_a_long_error_is_cut() -> None:
    alert = told(DbtFailed("\n".join(f"error {number}" for number in range(100))))
    assert "error 19\n… and 80 lines more\n" in alert.body


def test_an_error_without_a_text_is_named() -> None:
    assert "TimeoutError" in told(TimeoutError()).body


def test_no_secret_is_mailed() -> None:
    settings = Settings(appfigures=AppfiguresSettings(token=SecretStr("pat_planted")))
    alert = told(ValueError("Invalid header value 'Bearer pat_planted'"), settings=settings)
    assert "pat_planted" not in alert.subject + alert.body
    assert "Bearer [secret]" in alert.body


@pytest.mark.parametrize(
    ("minutes", "span"),
    [(0, "0 min"), (34, "34 min"), (119, "119 min"), (200, "3 h"), (4000, "2 days")],
)
def test_a_recovery_says_how_long_it_took(minutes: float, span: str) -> None:
    incident = Incident(cause="store_away", title="S3 away: x", opened_at=NOW)
    alert = recovered([incident], NOW + timedelta(minutes=minutes))
    assert alert.subject == f"Recovered after {span}: S3 away: x"


def test_a_recovery_names_what_is_left_to_do() -> None:
    incident = Incident(cause="store_away", title="S3 away: x", opened_at=NOW, left="Clear it.")
    assert "Still to do: Clear it." in recovered([incident], NOW).body


def test_only_what_does_not_come_by_itself_is_left_to_do() -> None:
    def left(run: Run) -> str:
        cause = cause_of(QuotaError("spent"), run, "box")
        return failure(cause, run, QuotaError("spent"), Settings(), NOW, NOW).incident.left

    assert left(PULL) == ""
    assert "clear the task after 00:00 UTC" in left(replace(PULL, by_hand=True))


def test_a_recovery_knows_a_cause_by_its_key_alone() -> None:
    assert recovered([Incident(cause="disk_full/box", opened_at=NOW)], NOW).subject.endswith(
        ": disk full/box"
    )


def test_a_subject_is_not_folded() -> None:
    alert = replace_subject("Unknown error: the task ended without an error of its own, and more")
    message = build_message(alert, TO, NOW)
    assert f"Subject: {alert.subject}\r\n".encode() in message.as_bytes()


def test_a_subject_is_one_short_line() -> None:
    long = replace_subject("first line\nsecond " + "word " * 100)
    subject = build_message(long, TO, NOW)["Subject"]
    assert len(subject) <= 140
    assert subject.startswith("first line second word")


def replace_subject(subject: str) -> Alert:
    alert = seen(Cause("no_snapshot"), "x", "y", NOW, NOW).alert
    return alert.model_copy(update={"subject": subject})


@pytest.mark.parametrize("kind", ["no_snapshot", "airflow_away"])
def test_what_the_watch_has_seen_is_said_to_be_so(kind: Kind) -> None:
    news = seen(Cause(kind), "headline", "detail", NOW, NOW)
    assert "Seen: since 2026-02-25 08:00 UTC, by `shortdrama watch`" in news.alert.body
    assert news.incident.healed_by is None


def test_mails_about_the_same_cause_at_other_times_are_other_mails() -> None:
    one = seen(Cause("no_snapshot"), "x", "y", NOW, NOW)
    other = replace(one, alert=one.alert.model_copy(update={"at": NOW + timedelta(days=1)}))
    ids = {build_message(news.alert, TO, NOW)["Message-ID"] for news in (one, one, other)}
    assert len(ids) == 2
