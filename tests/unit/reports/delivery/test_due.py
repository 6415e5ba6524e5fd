"""When something is due: time zones, changes of clocks, outages, and clocks that are set back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.lake.sends import LATE_NOTE, SendKey, SendRecord, digest_of
from shortdrama.reports.delivery.calendar import due_at, due_periods
from shortdrama.reports.delivery.due import (
    MOST_ATTEMPTS,
    Decision,
    Ready,
    Send,
    SendNote,
    Withheld,
    Withhold,
    due,
    open_slots,
)
from shortdrama.reports.delivery.subscriptions import Addresses, Subscription, Subscriptions
from shortdrama.reports.reports import Report
from small_report import small_report

WEEKLY, MONTHLY, PULSE = map(small_report, ("weekly_brief", "monthly_report", "minis_pulse"))
REPORTS = {report.id: report for report in (WEEKLY, MONTHLY, PULSE)}
ZONES = ("UTC", "Europe/London", "America/Los_Angeles", "Asia/Shanghai", "Pacific/Kiritimati",
         "Australia/Lord_Howe", "America/St_Johns", "Pacific/Pago_Pago")  # fmt: skip
ADDRESSES = Addresses({one: f"{one}@example.org" for one in ("ann", "bo", "li")})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def subscribed(report: str = "weekly_brief", zone: str = "UTC", **fields: Any) -> Subscriptions:
    entry = Subscription.model_validate(
        {"report": report, "locale": "en", "time_zone": zone, "recipients": ["ann"],
         "since": date(2025, 1, 1)} | fields
    )  # fmt: skip
    return Subscriptions((entry,), ADDRESSES)


def record(state: str, when: datetime, recipient: str = "ann", **fields: Any) -> SendRecord:
    return SendRecord.model_validate(
        {"recipient": recipient, "locale": "en", "state": state, "claim_id": "c",
         "claimed_at": when, "settled_at": when} | fields
    )  # fmt: skip


def ledger_of(*records: SendRecord) -> dict[SendKey, SendRecord]:
    return {one.key: one for one in records}


@dataclass
class World:
    """Sends whatever is decided, if the machine is up."""

    subscriptions: Subscriptions
    reports: Mapping[str, Report] = field(default_factory=lambda: REPORTS)
    ledgers: dict[str, dict[SendKey, SendRecord]] = field(default_factory=dict)
    sent: list[tuple[datetime, Send]] = field(default_factory=list)

    def tick(self, now: datetime) -> list[Decision]:
        slots = open_slots(now, self.subscriptions, self.reports, self.ledgers)
        states = {slot.edition_id: Ready({"hashtag_views": Decimal(50)}) for slot in slots}
        decided = due(now, self.subscriptions, self.reports, self.ledgers, states)
        for one in decided:
            assert isinstance(one, Send)
            self.sent.append((now, one))
            done = record("sent", now, one.slot.recipient)
            self.ledgers.setdefault(one.slot.edition_id, {})[done.key] = done
        return list(decided)

    def ticks(self, start: datetime, end: datetime, minutes: int = 15) -> None:
        while start < end:
            self.tick(start)
            start += timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("report", "zone", "label", "expected"),
    [
        (WEEKLY, "UTC", "2025-W39", "2025-10-02T08:00"),
        (WEEKLY, "Europe/London", "2025-W39", "2025-10-02T07:00"),  # summer time
        (WEEKLY, "Europe/London", "2025-W44", "2025-11-06T08:00"),  # winter time
        (WEEKLY, "Asia/Shanghai", "2025-W39", "2025-10-02T00:00"),
        (WEEKLY, "Pacific/Kiritimati", "2025-W39", "2025-10-01T18:00"),  # Wednesday in UTC
        (WEEKLY, "UTC", "2026-W53", "2027-01-07T08:00"),  # a year of 53 weeks
        (MONTHLY, "America/Los_Angeles", "2026-02", "2026-03-06T16:00"),
        (MONTHLY, "UTC", "2025-12", "2026-01-06T08:00"),
        # 08:00 there is 18:00 UTC of the day itself, which is not over.
        (PULSE, "Pacific/Kiritimati", "2025-09-30", "2025-10-01T00:00"),
        (PULSE, "America/Los_Angeles", "2025-09-30", "2025-10-01T15:00"),
    ],
)  # fmt: skip
def test_an_edition_is_due_in_the_readers_time(
    report: Report, zone: str, label: str, expected: str
) -> None:
    assert due_at(report, report.period_of(label), zone) == at(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-28", "2026-03-29T01:30"),  # 02:30 does not exist: an hour after it began
        ("2026-10-24", "2026-10-25T00:30"),  # 02:30 exists twice: the first
    ],
)
def test_a_local_time_that_does_not_exist_or_exists_twice(day: str, expected: str) -> None:
    early = replace(PULSE, at=time(2, 30))
    when = due_at(early, early.period_of(day), "Europe/Berlin")
    assert when == at(expected)
    world = World(subscribed("minis_pulse", "Europe/Berlin"), {"minis_pulse": early})
    world.ticks(when - timedelta(hours=3), when + timedelta(hours=6))
    assert [send.slot.period for _, send in world.sent].count(day) == 1


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", ["2026-03-01T00:00", "2026-10-02T00:00"])
def test_every_week_of_a_change_of_clocks_comes_once_at_eight(zone: str, start: str) -> None:
    world = World(subscribed(zone=zone, since=at(start).date() + timedelta(days=1)))
    world.ticks(at(start), at(start) + timedelta(days=42), minutes=60)
    periods = [send.slot.period for _, send in world.sent]
    assert len(periods) == len(set(periods)) == 6
    for when, send in world.sent:
        local = when.astimezone(ZoneInfo(zone))
        assert (local.weekday(), local.hour, send.is_late) == (3, 8, False)


def test_after_an_outage_of_two_days_it_comes_once_and_late() -> None:
    world = World(subscribed(since=date(2025, 10, 1)))
    world.ticks(at("2025-10-01T00:00"), at("2025-10-02T07:50"))
    world.ticks(at("2025-10-04T07:50"), at("2025-10-05T00:00"))
    ((when, send),) = world.sent
    assert (when, send.slot.period, send.is_late) == (at("2025-10-04T07:50"), "2025-W39", True)


def test_weeks_that_nobody_prepared_are_made_later_as_far_as_four_weeks_back() -> None:
    world = World(subscribed())
    world.tick(at("2025-11-20T09:00"))
    assert [(send.slot.period, send.is_late) for _, send in world.sent] == [
        ("2025-W43", True), ("2025-W44", True), ("2025-W45", True), ("2025-W46", False),
    ]  # fmt: skip


def test_a_clock_that_is_set_back_an_hour_sends_nothing_twice() -> None:
    world = World(subscribed(since=date(2025, 10, 1)))
    world.ticks(at("2025-10-02T07:00"), at("2025-10-02T08:45"))
    world.ticks(at("2025-10-02T07:45"), at("2025-10-02T10:00"))
    assert len(world.sent) == 1


@given(
    zone=st.sampled_from(ZONES),
    report=st.sampled_from(sorted(REPORTS)),
    steps=st.lists(st.integers(-180, 60 * 60), min_size=5, max_size=40),
    first=st.integers(0, 700 * 24 * 60),
)
def test_whatever_the_clock_does_nothing_comes_early_or_twice(
    zone: str, report: str, steps: list[int], first: int
) -> None:
    """Steps in minutes: back by up to three hours, on by up to two and a half days."""
    start = at("2025-02-01T00:00") + timedelta(minutes=first)
    world = World(subscribed(report, zone, since=start.date() + timedelta(days=1)))
    now = newest = start
    for step in steps:
        now += timedelta(minutes=step)
        newest = max(now, newest)
        world.tick(now)
    world.tick(newest)
    sent = [send.slot for _, send in world.sent]
    assert len(sent) == len({slot.edition_id for slot in sent})
    assert all(when >= send.slot.due_at for when, send in world.sent)
    # Nothing that is due now is missing, as far as it is made later.
    entry = world.subscriptions.entries[0]
    wanted = {
        period.label
        for period in due_periods(REPORTS[report], zone, newest)
        if due_at(REPORTS[report], period, zone).astimezone(ZoneInfo(zone)).date() >= entry.since
    }
    assert wanted <= {slot.period for slot in sent}


NOW = at("2025-10-02T09:00")
W39 = "weekly_brief/2025-W39"


def decided(
    ledgers: Mapping[str, Any] | None = None,
    state: Any = None,
    now: datetime = NOW,
    suppressed: tuple[str, ...] = (),
    **fields: Any,
) -> tuple[Decision, ...]:
    fields = {"since": date(2025, 10, 1)} | fields
    return due(
        now, subscribed(**fields), REPORTS, ledgers or {}, {W39: state or Ready()}, suppressed
    )


def test_a_send_recorded_by_address_counts() -> None:
    old = record("sent", NOW, digest_of("ann@example.org"))
    assert decided({W39: ledger_of(old)}) == ()
    assert len(decided({W39: ledger_of(record("sent", NOW, digest_of("x@example.org")))})) == 1


@pytest.mark.parametrize("state", ["claimed", "unknown", "refused", "sent"])
def test_what_may_have_left_or_is_refused_is_not_sent_by_itself(state: str) -> None:
    long_after = NOW + timedelta(days=3)
    assert decided({W39: ledger_of(record(state, NOW))}, now=long_after) == ()


def test_a_temporary_failure_is_tried_again_later_and_given_up_at_last() -> None:
    failed = {W39: ledger_of(record("failed", NOW))}
    assert decided(failed) == ()
    assert len(decided(failed, now=NOW + timedelta(minutes=15))) == 1
    often = {W39: ledger_of(record("failed", NOW, attempts=MOST_ATTEMPTS - 1))}
    assert decided(often, now=NOW + timedelta(hours=3)) == ()
    assert len(decided(often, now=NOW + timedelta(hours=4))) == 1
    last = {W39: ledger_of(record("failed", NOW, attempts=MOST_ATTEMPTS))}
    assert decided(last, now=NOW + timedelta(days=2)) == ()


def test_nobody_who_left_or_has_no_address_or_came_later_gets_it() -> None:
    assert decided(suppressed=("ann",)) == ()
    assert decided(recipients=["nobody-knows-where"]) == ()
    assert decided(recipients=[{"id": "ann", "since": date(2025, 10, 3)}]) == ()
    assert len(decided(recipients=["ann", {"id": "bo", "since": date(2025, 10, 2)}])) == 2


def test_a_withheld_edition_is_told_at_the_deadline_and_only_then() -> None:
    withheld = Withheld("estimates are refused")
    (before,) = decided(state=withheld, deadline_hours=24)
    assert before == Withhold("weekly_brief", "2025-W39", "estimates are refused", False)
    deadline = at("2025-10-03T08:00")
    overdue, note = decided(state=withheld, now=deadline, deadline_hours=24)
    assert isinstance(overdue, Withhold)
    assert overdue.is_overdue
    assert isinstance(note, SendNote)
    told = {W39: ledger_of(record("sent", deadline, kind=LATE_NOTE))}
    (after,) = decided(told, state=withheld, now=deadline + timedelta(days=2))
    assert isinstance(after, Withhold)
    # When it can be made, those who had the note get it too.
    (send,) = decided(told, now=deadline + timedelta(days=2))
    assert isinstance(send, Send)
    assert send.is_late


def test_no_note_is_sent_about_older_weeks_or_a_report_that_comes_only_sometimes() -> None:
    states = {f"weekly_brief/2025-W{n}": Withheld("no data") for n in (36, 37, 38, 39)}
    now = at("2025-10-05T09:00")
    found = due(now, subscribed(), REPORTS, {}, states)
    assert [one.slot.period for one in found if isinstance(one, SendNote)] == ["2025-W39"]
    assert [one.is_overdue for one in found if isinstance(one, Withhold)] == [
        False, False, False, True,
    ]  # fmt: skip
    pulse = subscribed("minis_pulse", thresholds={"hashtag_views": 10}, deadline_hours=1)
    (only,) = due(now, pulse, REPORTS, {}, {"minis_pulse/2025-10-04": Withheld("no data")})
    assert isinstance(only, Withhold)


def test_a_pulse_that_is_withheld_is_told_before_the_next_one_takes_its_place() -> None:
    pulse = subscribed("minis_pulse", "Europe/London", thresholds={"hashtag_views": 25})
    # One of these days has only 23 hours.
    start, overdue = at("2026-03-27T09:00"), set()
    for tick in range(4 * 24 * 4):
        now = start + timedelta(minutes=15 * tick)
        slots = open_slots(now, pulse, REPORTS, {})
        states = {slot.edition_id: Withheld("no data") for slot in slots}
        overdue |= {
            one.period
            for one in due(now, pulse, REPORTS, {}, states)
            if isinstance(one, Withhold) and one.is_overdue
        }
    assert sorted(overdue) == ["2026-03-26", "2026-03-27", "2026-03-28", "2026-03-29"]


def test_a_pulse_comes_only_to_those_whose_threshold_is_passed() -> None:
    entries = [
        subscribed("minis_pulse", recipients=[name], thresholds=limits).entries[0]
        for name, limits in (
            ("ann", {"hashtag_views": 20}),
            ("bo", {"hashtag_views": 10}),
            ("li", {"hashtag_views": 16}),
        )
    ]  # fmt: skip
    states = {"minis_pulse/2025-10-01": Ready({"hashtag_views": Decimal("-15")})}
    found = due(NOW, Subscriptions(tuple(entries), ADDRESSES), REPORTS, {}, states)
    assert [one.slot.recipient for one in found if isinstance(one, Send)] == ["bo"]


def test_nothing_is_decided_about_an_edition_of_which_nothing_is_known() -> None:
    assert due(NOW, subscribed(), REPORTS, {}, {}) == ()
