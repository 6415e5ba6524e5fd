"""Sends letters one by one; what happens to one recipient does not stop the others."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from types import MappingProxyType

from shortdrama.core.clock import Clock
from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.sends import SendKey, SendRecord, State
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import DeliveryFailed, DeliveryUnknown, Mailer, ServerAway
from shortdrama.reports.delivery import envelope, ledger
from shortdrama.reports.delivery.subscriptions import Addresses
from shortdrama.reports.layout.message import Envelope, message
from shortdrama.reports.rendered import Rendered


@dataclass(frozen=True)
class Letter:
    """What one recipient is to get of an edition; `facts` are headers of the mail.

    `corrected` is the number of the newest correction in it.
    """

    edition_id: str
    kind: str
    recipient: str
    locale: str
    rendered: Rendered
    attach: bool = True
    corrected: int = 0
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def key(self) -> SendKey:
        """What nobody gets twice."""
        return SendKey(self.recipient, self.kind)


@dataclass(frozen=True)
class SendOutcome:
    """What became of a letter; `is_ours`: this call has tried it. It names no address."""

    letter: Letter
    state: State
    detail: str = ""
    is_ours: bool = True

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        letter = self.letter
        return f"{letter.edition_id}, {letter.kind} to {letter.recipient}: {self.state}{detail}"


class Postman:
    """Sends letters from these settings, and records each send in the lake."""

    def __init__(
        self, store: ObjectStore, mail: MailSettings, addresses: Addresses, clock: Clock
    ) -> None:
        self._store, self._mail, self._clock = store, mail, clock
        self._addresses = addresses

    def send(self, letters: Sequence[Letter]) -> list[SendOutcome]:
        """Send the letters in their order; those that were sent before are left out.

        Raises ServerAway after what could be sent, if no mail can leave; the store's errors if a
        send cannot be recorded.
        """
        outcomes: list[SendOutcome] = []
        try:
            with Mailer(self._mail) as mailer:
                outcomes.extend(self._send(letter, mailer) for letter in letters)
        finally:
            self._record(outcomes)
        return outcomes

    def message_to(self, letter: Letter, now: datetime) -> EmailMessage:
        """The mail. Raises ValueError for an address or a sender that no mail may have."""
        mail = self._mail
        return message(
            letter.rendered,
            Envelope(
                sender=mail.sender,
                recipient=self._addresses[letter.recipient],
                message_id=envelope.message_id(
                    mail, letter.edition_id, letter.kind, letter.recipient
                ),
                date=now,
                reply_to=mail.reply_to or None,
                list_unsubscribe=envelope.unsubscribe_link(mail, letter.recipient),
                headers={"X-Shortdrama-Edition": letter.edition_id, **letter.facts},
                attach=letter.attach,
                files_as=letter.edition_id.replace("/", "-"),
            ),
        )

    def _send(self, letter: Letter, mailer: Mailer) -> SendOutcome:
        """Claim, send, settle; the mail is made first, so that an error there leaves no claim."""
        now = self._clock.now()
        try:
            mail = self.message_to(letter, now)
        except (Failure, ValueError) as error:
            return SendOutcome(letter, "failed", str(error))
        # Before the claim: if the server is away, nobody's send has failed.
        mailer.connect()
        wanted = _claim(letter, now)
        address = self._addresses[letter.recipient]
        ours = ledger.claim(self._store, letter.edition_id, wanted, address)
        if ours.claim_id != wanted.claim_id:
            return SendOutcome(letter, ours.state, "", is_ours=False)
        try:
            mailer.deliver(mail)
        except ServerAway:
            self._settle(letter, ours.model_copy(update={"attempts": ours.attempts - 1}), "failed")
            raise
        except DeliveryFailed as error:
            state: State = "refused" if error.is_refused else "failed"
            return self._settle(letter, ours, state, str(error))
        except DeliveryUnknown as error:
            return self._settle(letter, ours, "unknown", str(error))
        return self._settle(letter, ours, "sent")

    def _settle(
        self, letter: Letter, ours: SendRecord, state: State, detail: str = ""
    ) -> SendOutcome:
        now = self._clock.now()
        try:
            ledger.settle(self._store, letter.edition_id, ours, state, now, detail or None)
        except ledger.NotClaimed as error:
            return SendOutcome(letter, "unknown", str(error))
        return SendOutcome(letter, state, detail)

    def _record(self, outcomes: Sequence[SendOutcome]) -> None:
        """An outcome per edition of which something was tried: SQL then reads its sends."""
        for edition_id in dict.fromkeys(one.letter.edition_id for one in outcomes if one.is_ours):
            ours = [one for one in outcomes if one.is_ours and one.letter.edition_id == edition_id]
            open_ones = [one for one in ours if one.state != "sent"]
            record_outcome(
                self._store,
                Outcome(
                    kind="send",
                    status="failed" if open_ones else "succeeded",
                    subject=edition_id,
                    message="; ".join(map(str, open_ones)),
                    ended_at=self._clock.now(),
                    details={"sent": len(ours) - len(open_ones)},
                ),
            )


def _claim(letter: Letter, now: datetime) -> SendRecord:
    return SendRecord(
        recipient=letter.recipient,
        kind=letter.kind,
        locale=letter.locale,
        state="claimed",
        claim_id=uuid.uuid4().hex,
        claimed_at=now,
        corrected=letter.corrected,
    )
