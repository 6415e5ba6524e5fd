"""One round: what is due is made and sent, and what the engineers must know is collected.

A round can be run twice and killed at any point; whatever it did not do is due in the next one.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.lake.sends import EDITION, LATE_NOTE, Records, SendRecord, read_sends
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import find_edition
from shortdrama.reports.archive.parts import ArchiveDamaged
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.calendar import due_periods
from shortdrama.reports.delivery.corrections import correction_letters
from shortdrama.reports.delivery.due import (
    MOST_ATTEMPTS,
    Decision,
    EditionState,
    Ready,
    Slot,
    Withheld,
    Withhold,
    decide,
    forced_slots,
    open_slots,
    slots_at,
)
from shortdrama.reports.delivery.letters import Desk
from shortdrama.reports.delivery.prepare import prepare_due
from shortdrama.reports.delivery.press import Press, the_press
from shortdrama.reports.delivery.send import Postman, SendOutcome
from shortdrama.reports.delivery.subscriptions import (
    Subscriptions,
    SubscriptionsRefused,
    subscriptions_of,
)
from shortdrama.reports.delivery.suppression import suppressed_ids


class EditionWithheld(Failure):
    """An edition that a person asked for cannot be made now."""

    is_final = True
    kind = "brief_withheld"


class UnknownReport(Failure):
    """There is no such report, or it has no such period."""

    is_final = True


@dataclass(frozen=True)
class Asked:
    """The edition that a person asks for."""

    report: str
    period: str


class Round:
    """A round at the clock's time; `mail` if the addresses do not come from the settings."""

    def __init__(
        self,
        settings: Settings,
        store: ObjectStore,
        press: Press,
        mail: MailSettings | None = None,
        asked: Asked | None = None,
    ) -> None:
        self._settings, self._store, self.press = settings, store, press
        self._mail = mail or settings.mail
        self._asked = asked
        self.now = settings.clock.now()

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """Who gets what; raises SubscriptionsRefused."""
        return subscriptions_of(self._settings, self._mail)

    @cached_property
    def suppressed(self) -> frozenset[str]:
        """Who gets nothing any more."""
        return suppressed_ids(self._store, self.subscriptions.addresses)

    @cached_property
    def ledgers(self) -> Mapping[str, Records]:
        """The ledgers of all editions that this round may be about."""
        if self._asked is not None:
            editions = {f"{self._asked.report}/{self._asked.period}"}
        else:
            editions = {slot.edition_id for slot in self._known_slots(periods_before=1)}
        return {edition: read_sends(self._store, edition) for edition in sorted(editions)}

    def slots(self) -> list[Slot]:
        """What is to be sent; raises UnknownReport."""
        if self._asked is None:
            return open_slots(
                self.now, self.subscriptions, self.press.reports, self.ledgers, self.suppressed
            )
        return self._forced()

    def prepare(self) -> dict[str, EditionState]:
        """Make what is due; raises EditionWithheld for an edition that a person asked for."""
        states = prepare_due(self.slots(), self._settings, self._store, self.press, self.now)
        for edition_id, state in states.items():
            if self._asked is not None and isinstance(state, Withheld):
                raise EditionWithheld(f"{edition_id} is withheld: {state.reason}")
        return states

    def decisions(self, states: Mapping[str, EditionState]) -> tuple[Decision, ...]:
        """What is to be done about these editions."""
        return decide(self.now, self.slots(), self.ledgers, states)

    def send(self, states: Mapping[str, EditionState]) -> list[SendOutcome]:
        """Send editions, notes and corrections.

        Raises ServerAway, and ArchiveDamaged after everything else was sent.
        """
        desk = Desk(self._store, self.press, self._mail.page_url)
        letters = desk.letters(self.decisions(states))
        for edition_id in self.ledgers:
            try:
                letters += correction_letters(
                    edition_id, self._store, self.subscriptions.addresses, self.suppressed, self.now
                )
            except ArchiveDamaged as error:
                desk.damaged.append(error)
        postman = Postman(
            self._store, self._mail, self.subscriptions.addresses, self._settings.clock
        )
        outcomes = postman.send(letters)
        if desk.damaged:
            raise desk.damaged[0]
        return outcomes

    def overdue(self, states: Mapping[str, EditionState]) -> list[Withhold]:
        """The withheld editions that the engineers are to know about."""
        found = self.decisions(states)
        return [one for one in found if isinstance(one, Withhold) and one.is_overdue]

    def unsettled(self) -> dict[str, list[SendRecord]]:
        """Sends that are unknown, refused or given up and that nobody was told of, by edition."""
        found = {
            edition_id: [one for one in records.values() if self._is_unsettled(edition_id, one)]
            for edition_id, records in self.ledgers.items()
        }
        return {edition_id: records for edition_id, records in found.items() if records}

    def _is_unsettled(self, edition_id: str, record: SendRecord) -> bool:
        given_up = record.state == "failed" and (
            record.attempts >= MOST_ATTEMPTS or self._is_too_old(edition_id, record)
        )
        state = ledger.state_at(record, self.now)
        return not record.is_told and (given_up or state in ("unknown", "refused"))

    def _is_too_old(self, edition_id: str, record: SendRecord) -> bool:
        """Whether a failed send is not tried again because later editions have taken its place."""
        is_sent_by_time = self._asked is None and record.kind in (EDITION, LATE_NOTE)
        return is_sent_by_time and (edition_id, record.recipient) not in self._sendable

    @cached_property
    def _sendable(self) -> frozenset[tuple[str, str]]:
        """Editions that may still be sent, and to whom."""
        return frozenset((slot.edition_id, slot.recipient) for slot in self._known_slots())

    def _known_slots(self, periods_before: int = 0) -> Iterator[Slot]:
        return slots_at(self.now, self.subscriptions, self.press.reports, periods_before)

    def _forced(self) -> list[Slot]:
        if self._asked is None:
            return []
        report = self.press.reports.get(self._asked.report)
        if report is None:
            raise UnknownReport(
                f"there is no report {self._asked.report!r}; there are:"
                f" {', '.join(sorted(self.press.reports))}"
            )
        try:
            period = report.period_of(self._asked.period)
        except ValueError as error:
            raise UnknownReport(f"{report.id}: {error}") from error
        edition_id = f"{report.id}/{period.label}"
        records = read_sends(self._store, edition_id)
        return forced_slots(report, period, self.subscriptions, records, self.suppressed)


def due_week(settings: Settings, store: ObjectStore) -> str | None:
    """The week whose brief is due in UTC and not made or not sent to everybody; for an overview.

    None also if the subscriptions cannot be used.
    """
    current = Round(settings, store, the_press())
    week = next(due_periods(current.press.reports["weekly_brief"], "UTC", current.now)).label
    if find_edition(store, f"weekly_brief/{week}") is None:
        return week
    with suppress(SubscriptionsRefused):
        slots = current.slots()
        return week if any(s.report == "weekly_brief" and s.period == week for s in slots) else None
    return None


def as_json(states: Mapping[str, EditionState]) -> dict[str, dict[str, object]]:
    """States in the form in which one task passes them to the next."""
    return {
        edition_id: {
            "reason": state.reason,
            "kind": state.kind,
            "is_fault": state.is_fault,
            "new_since": state.new_since.isoformat() if state.new_since else None,
        }
        if isinstance(state, Withheld)
        else {"moved_pct": {name: str(value) for name, value in state.moved_pct.items()}}
        for edition_id, state in states.items()
    }


def from_json(states: Mapping[str, Mapping[str, Any]]) -> dict[str, EditionState]:
    """The states that `as_json` wrote."""
    return {
        edition_id: Withheld(
            state["reason"],
            state["kind"],
            state["is_fault"],
            datetime.fromisoformat(since) if (since := state.get("new_since")) else None,
        )
        if "reason" in state
        else Ready({name: Decimal(value) for name, value in state["moved_pct"].items()})
        for edition_id, state in states.items()
    }
