"""The weekly market brief, step by step: find what is due, make the edition, send it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from duckdb import DuckDBPyConnection

from shortdrama.core.clock import Clock
from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings, Recipient
from shortdrama.lake.old_sends import SendRecord, read_sends, recipient_id
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import DeliveryFailed, DeliveryUnknown, deliver
from shortdrama.reports import old_ledger as ledger
from shortdrama.reports.brief import snapshot_facts
from shortdrama.reports.message import build_message
from shortdrama.reports.old_archive import (
    Edition,
    EditionPart,
    bind_edition,
    digest,
    edition_id,
    read_edition,
    read_part,
)
from shortdrama.reports.periods import IsoWeek, last_complete_week
from shortdrama.reports.queries import weekly_brief
from shortdrama.reports.render import render
from shortdrama.reports.words.formats import LocaleName

LOCALES: tuple[LocaleName, ...] = get_args(LocaleName)


@dataclass(frozen=True)
class SendOutcome:
    """The result for one recipient; `skipped` means that the edition was sent earlier.

    As text it has no address, because it is logged; `shortdrama report sends` has the addresses.
    """

    address: str
    state: Literal["sent", "skipped", "failed", "unknown"]
    detail: str = ""

    def __str__(self) -> str:
        who = f"recipient {recipient_id(self.address)}"
        return f"{who}: {self.state}" + (f" ({self.detail})" if self.detail else "")


class SendIncomplete(Failure):
    """The edition was not sent to everybody; `outcomes` has all recipients."""

    kind = "mail_refused"

    def __init__(self, edition: Edition, outcomes: Sequence[SendOutcome]) -> None:
        self.outcomes = tuple(outcomes)
        open_ones = [outcome for outcome in outcomes if outcome.state in ("failed", "unknown")]
        super().__init__(
            f"{edition.id} may not have reached {len(open_ones)} of {len(outcomes)} recipients:"
            f" {'; '.join(map(str, open_ones))}. `shortdrama report sends {edition.period}` has the"
            " addresses. The next run tries failed sends again. If a send is unknown, check that no"
            " mail arrived, then release it:"
            " `shortdrama report release`"
        )


def due_period(clock: Clock, store: ObjectStore, recipients: Sequence[Recipient]) -> str | None:
    """The last complete week (`2025-W39`), unless its edition is made and sent to everybody."""
    period = last_complete_week(clock.today()).label
    if read_edition(store, period) is None:
        return period
    sends = read_sends(store, edition_id(period))
    waiting = any(ledger.may_claim(sends, recipient.address) for recipient in recipients)
    return period if waiting else None


def prepare_edition(
    store: ObjectStore,
    connection: DuckDBPyConnection,
    snapshot_manifest: Mapping[str, Any] | object,
    period: str,
    clock: Clock,
) -> Edition:
    """Render and archive the edition of a week in all locales, once; later calls reuse it.

    `connection` has the marts of the snapshot that `snapshot_manifest` describes. Raises
    ReportWithheld when the estimates do not cover the week.
    """
    week = IsoWeek.parse(period)
    bound = read_edition(store, week.label)
    if bound is not None:
        return bound
    facts = snapshot_facts(snapshot_manifest)
    now = clock.now()
    brief = weekly_brief(connection, facts, week, made_at=now)
    rendered = {locale: render(brief, locale) for locale in LOCALES}
    edition = Edition(
        period=week.label,
        snapshot_id=facts.snapshot_id,
        is_sample=facts.is_sample,
        bound_at=now,
        parts={
            locale: EditionPart(subject=part.subject, sha256=digest(part))
            for locale, part in rendered.items()
        },
    )
    return bind_edition(store, edition, rendered)


def send_edition(
    store: ObjectStore, edition: Edition, mail: MailSettings, clock: Clock
) -> list[SendOutcome]:
    """Send the edition to everybody who has not got it yet, one after the other.

    Raises SendIncomplete at the end, when a mail failed or its result is unknown.
    """
    outcomes = [
        _send(store, edition, mail, recipient, clock.now()) for recipient in mail.recipients
    ]
    incomplete = any(outcome.state in ("failed", "unknown") for outcome in outcomes)
    record_outcome(
        store,
        Outcome(
            kind="send",
            status="failed" if incomplete else "succeeded",
            subject=edition.id,
            message="; ".join(map(str, outcomes)) if incomplete else "",
            ended_at=clock.now(),
        ),
    )
    if incomplete:
        raise SendIncomplete(edition, outcomes)
    return outcomes


def _send(
    store: ObjectStore, edition: Edition, mail: MailSettings, recipient: Recipient, now: datetime
) -> SendOutcome:
    """Claim, send, settle; the mail is made first, so that an error there leaves no claim."""
    part = read_part(store, edition, recipient.locale)
    message = build_message(edition, part, mail.sender, recipient, now)
    claim_id = uuid.uuid4().hex
    claim = ledger.claim(store, edition.period, recipient, claim_id, now)
    if claim.claim_id != claim_id:
        return _already(claim)
    try:
        deliver(message, mail)
    except DeliveryFailed as error:
        ledger.settle(store, edition.period, claim, now, error=str(error))
        return SendOutcome(recipient.address, "failed", str(error))
    except DeliveryUnknown as error:
        return SendOutcome(recipient.address, "unknown", str(error))
    ledger.settle(store, edition.period, claim, now)
    return SendOutcome(recipient.address, "sent")


def _already(record: SendRecord) -> SendOutcome:
    if record.state == "sent":
        return SendOutcome(record.address, "skipped", f"sent {record.settled_at}")
    return SendOutcome(
        record.address, "unknown", f"claimed {record.claimed_at}, and no outcome was recorded"
    )
