"""What is to be done now: a pure function of time, subscriptions, ledgers and editions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from shortdrama.lake.sends import EDITION, LATE_NOTE, Records, SendKey, SendRecord
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.calendar import due_at, due_periods
from shortdrama.reports.delivery.subscriptions import Subscription, Subscriptions
from shortdrama.reports.reports import Period, Report

LATE_AFTER = timedelta(hours=3)
"""What leaves later than this after it was due says that it is late."""
MOST_ATTEMPTS = 24
"""After so many temporary failures (four days) a mail is given up, and the engineers are told."""


@dataclass(frozen=True)
class Ready:
    """There is an edition, or there could be one; `moved_pct` is what its content says."""

    moved_pct: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Withheld:
    """There may be no edition now; the reason is for engineers, its kind is said to readers.

    `is_fault`: our own software cannot make it, so the engineers are told at once. `new_since`: the
    lake has published since then, and never had what is missing. A new lake gets as long as an
    edition before anybody is told, because its first snapshot may have less than its second.
    """

    reason: str
    kind: Literal["checks", "missing", "hold"] = "checks"
    is_fault: bool = False
    new_since: datetime | None = None


EditionState = Ready | Withheld


@dataclass(frozen=True)
class Slot:
    """A period's edition for one recipient; `is_newest`: no later one is due for them."""

    report: str
    period: str
    recipient: str
    subscription: Subscription
    due_at: datetime
    is_newest: bool
    is_forced: bool = False
    """A person asked for exactly this: thresholds do not count, and it is not called late."""

    @property
    def edition_id(self) -> str:
        """`weekly_brief/2025-W39`."""
        return f"{self.report}/{self.period}"

    @property
    def deadline(self) -> datetime:
        """From then on, readers are told that it is withheld."""
        return self.due_at + timedelta(hours=self.subscription.hours_to_deadline)

    def is_late(self, now: datetime) -> bool:
        """Whether a mail that leaves now is late."""
        return not self.is_forced and now - self.due_at > LATE_AFTER

    def is_wanted(self, moved_pct: Mapping[str, Decimal]) -> bool:
        """Whether what has moved is worth a mail to them."""
        return self.is_forced or self.subscription.has_moved(moved_pct)


@dataclass(frozen=True)
class Send:
    """Send the edition to this recipient."""

    slot: Slot
    is_late: bool


@dataclass(frozen=True)
class SendNote:
    """Tell this recipient that the edition is late."""

    slot: Slot
    state: Withheld


@dataclass(frozen=True)
class Withhold:
    """Nobody gets the edition now. `is_overdue`: it is time to tell the engineers."""

    report: str
    period: str
    reason: str
    is_overdue: bool


Decision = Send | SendNote | Withhold


def due(
    now: datetime,
    subscriptions: Subscriptions,
    reports: Mapping[str, Report],
    ledgers: Mapping[str, Records],
    states: Mapping[str, EditionState],
    suppressed: Collection[str] = (),
) -> tuple[Decision, ...]:
    """The decisions, ordered by report and period, then as the subscriptions are.

    `ledgers` and `states` are by edition id. Without a state nothing is decided about an edition.
    """
    slots = open_slots(now, subscriptions, reports, ledgers, suppressed)
    return decide(now, slots, ledgers, states)


def decide(
    now: datetime,
    slots: Sequence[Slot],
    ledgers: Mapping[str, Records],
    states: Mapping[str, EditionState],
) -> tuple[Decision, ...]:
    """The decisions about slots that are open."""
    return tuple(
        decision
        for edition_id, wanted in by_edition(slots).items()
        if (state := states.get(edition_id)) is not None
        for decision in _decided(now, wanted, state, ledgers.get(edition_id, {}))
    )


def open_slots(
    now: datetime,
    subscriptions: Subscriptions,
    reports: Mapping[str, Report],
    ledgers: Mapping[str, Records],
    suppressed: Collection[str] = (),
) -> list[Slot]:
    """What is due and has not been sent, and may be tried now."""
    return [
        slot
        for slot in slots_at(now, subscriptions, reports)
        if slot.recipient in subscriptions.addresses
        and slot.recipient not in suppressed
        and _is_open(now, slot, ledgers.get(slot.edition_id, {}), subscriptions)
    ]


def slots_at(
    now: datetime,
    subscriptions: Subscriptions,
    reports: Mapping[str, Report],
    periods_before: int = 0,
) -> Iterator[Slot]:
    """What is due by now, sent or not, as far back as editions are made later.

    `periods_before`: and so many periods that are too old to be made or sent.
    """
    for entry in subscriptions.entries:
        report = reports.get(entry.report)
        if report is None:
            continue
        periods = list(due_periods(report, entry.time_zone, now, periods_before))
        for number, period in enumerate(periods):
            at = due_at(report, period, entry.time_zone)
            local_day = at.astimezone(ZoneInfo(entry.time_zone)).date()
            for recipient in entry.people:
                if local_day >= entry.since_of(recipient):
                    yield Slot(report.id, period.label, recipient.id, entry, at, number == 0)


def forced_slots(
    report: Report,
    period: Period,
    subscriptions: Subscriptions,
    records: Records,
    suppressed: Collection[str] = (),
) -> list[Slot]:
    """A period's edition for all who get the report and do not have it, as a person asked."""
    slots = (
        Slot(
            report.id, period.label, recipient.id, entry,
            due_at(report, period, entry.time_zone), is_newest=True, is_forced=True,
        )
        for entry in subscriptions.entries
        if entry.report == report.id
        for recipient in entry.people
        if recipient.id in subscriptions.addresses and recipient.id not in suppressed
    )  # fmt: skip
    return [
        slot
        for slot in slots
        if ledger.may_claim(
            ledger.find(
                records, SendKey(slot.recipient, EDITION), subscriptions.addresses[slot.recipient]
            )
        )
    ]


def by_edition(slots: Sequence[Slot]) -> dict[str, list[Slot]]:
    """Slots by edition id, in order of their ids."""
    found: dict[str, list[Slot]] = {}
    for slot in sorted(slots, key=lambda slot: slot.edition_id):
        found.setdefault(slot.edition_id, []).append(slot)
    return found


def _told_at(slot: Slot, state: Withheld) -> datetime:
    if state.new_since is None:
        return slot.deadline
    return max(slot.deadline, state.new_since + (slot.deadline - slot.due_at))


def _is_open(now: datetime, slot: Slot, records: Records, subscriptions: Subscriptions) -> bool:
    address = subscriptions.addresses[slot.recipient]
    record = ledger.find(records, SendKey(slot.recipient, EDITION), address)
    return record is None or may_retry(now, record)


def may_retry(now: datetime, record: SendRecord) -> bool:
    """Whether a mail that has failed is to be tried again now."""
    return (
        ledger.may_claim(record)
        and record.attempts < MOST_ATTEMPTS
        and now >= ledger.retry_at(record)
    )


def _decided(
    now: datetime, slots: Sequence[Slot], state: EditionState, records: Records
) -> Iterator[Decision]:
    """The decisions about one edition."""
    if isinstance(state, Ready):
        for slot in slots:
            if slot.is_wanted(state.moved_pct):
                yield Send(slot, slot.is_late(now))
        return
    # Readers wait for the newest edition only; of older ones they get no notes.
    overdue = [slot for slot in slots if slot.is_newest and now >= _told_at(slot, state)]
    first = slots[0]
    yield Withhold(first.report, first.period, state.reason, bool(overdue) or state.is_fault)
    for slot in overdue:
        if slot.subscription.thresholds:
            continue  # nobody expects a report that comes only when something moved
        note = records.get(SendKey(slot.recipient, LATE_NOTE))
        if note is None or may_retry(now, note):
            yield SendNote(slot, state)
