from datetime import UTC, datetime
from typing import Any

import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.settings import MailSettings, Recipient
from shortdrama.lake.old_sends import read_sends, recipient_id
from shortdrama.lake.store import ObjectStore
from shortdrama.reports import old_ledger as ledger
from shortdrama.reports import weekly_brief
from shortdrama.reports.old_archive import Edition
from shortdrama.reports.weekly_brief import SendIncomplete, due_period, send_edition


def with_recipients(mail: MailSettings, *addresses: str) -> MailSettings:
    recipients = tuple(Recipient(address=address) for address in addresses)
    return mail.model_copy(update={"recipients": recipients})


def test_everybody_is_sent_the_edition_in_their_language(
    store: ObjectStore, edition: Edition, mail: MailSettings, inbox: Any, clock: Clock
) -> None:
    outcomes = send_edition(store, edition, mail, clock)
    assert [outcome.state for outcome in outcomes] == ["sent", "sent"]
    assert inbox.addresses == ["ann@example.org", "li@example.org"]
    assert "短剧市场周报" in inbox.messages[1]["Subject"]
    assert inbox.messages[1].get_body(("html",)).get_content().count("US$5,124万") >= 1


def test_a_second_run_sends_nothing(
    store: ObjectStore, edition: Edition, mail: MailSettings, inbox: Any, clock: Clock
) -> None:
    send_edition(store, edition, mail, clock)
    again = send_edition(store, edition, mail, clock)
    assert [outcome.state for outcome in again] == ["skipped", "skipped"]
    assert len(inbox.messages) == 2


def test_a_new_recipient_is_sent_what_the_others_have_had(
    store: ObjectStore, edition: Edition, mail: MailSettings, inbox: Any, clock: Clock
) -> None:
    send_edition(store, edition, with_recipients(mail, "ann@example.org"), clock)
    more = with_recipients(mail, "ann@example.org", "new@example.org")
    send_edition(store, edition, more, clock)
    assert inbox.addresses == ["ann@example.org", "new@example.org"]


def test_a_crash_between_claim_and_outcome_does_not_send_twice(
    store: ObjectStore,
    edition: Edition,
    mail: MailSettings,
    inbox: Any,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only_ann = with_recipients(mail, "ann@example.org")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            send_edition(store, edition, only_ann, clock)
    for _ in range(2):
        with pytest.raises(
            SendIncomplete, match=f"recipient {recipient_id('ann@example.org')}: unknown"
        ) as incomplete:
            send_edition(store, edition, only_ann, clock)
        assert incomplete.value.outcomes[0].state == "unknown"
    assert inbox.addresses == ["ann@example.org"]
    assert due_period(clock, store, only_ann.recipients) is None


def test_a_mail_that_could_not_be_made_leaves_no_claim(
    store: ObjectStore,
    edition: Edition,
    mail: MailSettings,
    clock: Clock,
) -> None:
    nameless = mail.model_copy(update={"sender": "reports"})
    with pytest.raises(ValueError, match="no mail domain"):
        send_edition(store, edition, nameless, clock)
    assert read_sends(store, edition.id) == {}


def test_one_failing_recipient_does_not_stop_the_others(
    store: ObjectStore, edition: Edition, mail: MailSettings, inbox: Any, clock: Clock
) -> None:
    three = with_recipients(mail, "refused@example.org", "breaks@example.org", "ann@example.org")
    with pytest.raises(SendIncomplete, match=r"2 of 3 recipients") as incomplete:
        send_edition(store, edition, three, clock)
    states = [outcome.state for outcome in incomplete.value.outcomes]
    assert states == ["failed", "unknown", "sent"]
    assert f"recipient {recipient_id('refused@example.org')}: failed" in str(incomplete.value)
    assert recipient_id("ann@example.org") not in str(incomplete.value)
    assert "@example.org" not in str(incomplete.value), "it is logged"
    assert "ann@example.org" in inbox.addresses


def test_only_the_failed_are_tried_again(
    store: ObjectStore,
    edition: Edition,
    mail: MailSettings,
    inbox: Any,
    clock: Clock,
) -> None:
    no_server = mail.model_copy(update={"port": 1})
    with pytest.raises(SendIncomplete, match="no SMTP server answers"):
        send_edition(store, edition, no_server, clock)
    assert due_period(clock, store, mail.recipients) == "2025-W39"
    send_edition(store, edition, mail, clock)
    assert len(inbox.messages) == 2
    assert due_period(clock, store, mail.recipients) is None


def test_a_week_without_an_edition_is_due(store: ObjectStore, clock: Clock) -> None:
    assert due_period(clock, store, ()) == "2025-W39"


@pytest.mark.usefixtures("edition")
def test_an_edition_that_nobody_waits_for_is_not_due(store: ObjectStore, clock: Clock) -> None:
    assert due_period(clock, store, ()) is None
    next_week = Clock(datetime(2025, 10, 8, tzinfo=UTC))
    assert due_period(next_week, store, ()) == "2025-W40"


def test_the_report_knows_every_locale_that_a_recipient_can_have() -> None:
    assert set(weekly_brief.LOCALES) == {"en", "zh"}
