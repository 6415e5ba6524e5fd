"""Two schedulers, a mail server and a clock, in any order: nobody gets one kind twice.

`make deliveries` runs as many steps as 10,000 weeks take; here it is a sample.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from memory_store import Interruption, Killed, MemoryStore
from shortdrama.core.clock import Clock
from shortdrama.core.settings import MailSettings
from shortdrama.lake import keys
from shortdrama.lake.sends import EDITION, LATE_NOTE, SendKey, parsed_sends, read_sends
from shortdrama.mail.smtp import DeliveryFailed, DeliveryUnknown, ServerAway
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery import send as sending
from shortdrama.reports.delivery.due import (
    EditionState,
    Ready,
    Send,
    SendNote,
    Withheld,
    decide,
    open_slots,
    slots_at,
)
from shortdrama.reports.delivery.send import Letter, Postman
from shortdrama.reports.delivery.subscriptions import Addresses, Subscription, Subscriptions
from small_report import SmallContent, drawn, small_report, written

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
REPORTS = {"weekly_brief": small_report()}
RENDERED = drawn(written(SmallContent(period="2025-W39", revenue={}), "en"))
MAIL = MailSettings(sender="reports@shortdrama.example")
READERS = {"ann": "Europe/London", "bo": "America/Los_Angeles", "li": "Asia/Shanghai"}
SUBSCRIPTIONS = Subscriptions(
    tuple(
        Subscription.model_validate(
            {"report": "weekly_brief", "locale": "en", "time_zone": zone, "recipients": [who],
             "since": date(2025, 3, 2), "deadline_hours": 24}
        )
        for who, zone in READERS.items()
    ),
    Addresses({who: f"{who}@example.org" for who in READERS}),
)  # fmt: skip

WEEK = 7 * 24 * 60
GOOD, KILLS = "good", ("killed before", "killed after")
FAULTS = ("450", "550", "lost", "drop", "away", *KILLS)
PLANS = st.lists(st.sampled_from((GOOD, GOOD, GOOD, *FAULTS)), max_size=4)
WEEKS = Counter[str]()
"""How many weeks all machines together have lived through."""


class Server:
    """The mail server: what it has taken, by the mail's own facts; `plan` is what goes wrong."""

    def __init__(self) -> None:
        self.taken = Counter[tuple[str, str, str]]()
        self.plan: list[str] = []

    def mailer(self, _mail: MailSettings) -> "Server":
        return self

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def connect(self) -> None:
        if self.plan[:1] == ["away"]:
            self.plan.pop(0)
            raise ServerAway("away")

    def deliver(self, message: EmailMessage) -> None:
        what = self.plan.pop(0) if self.plan else GOOD
        if what == "killed before":
            raise Killed("deliver", arrived=False)
        if what in ("450", "550"):
            raise DeliveryFailed(f"{what} no", is_refused=what == "550")
        if what == "away":
            raise ServerAway("away")
        if what != "lost":
            self.taken[message["X-Edition"], message["X-Kind"], message["X-Who"]] += 1
        if what == "killed after":
            raise Killed("deliver", arrived=True)
        if what in ("lost", "drop"):
            raise DeliveryUnknown("the connection broke")


def short(letter: Letter) -> EmailMessage:
    """A mail that costs little."""
    message = EmailMessage()
    message["X-Edition"], message["X-Kind"] = letter.edition_id, letter.kind
    message["X-Who"] = letter.recipient
    return message


class Deliveries(RuleBasedStateMachine):
    """Rules are what can happen; the invariant holds after each."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.server = MemoryStore(), Server()
        self.now = self.newest = START
        self.withheld = False
        sending.Mailer = self.server.mailer  # type: ignore[assignment,misc]
        Postman.message_to = lambda _self, letter, _now: short(letter)  # type: ignore[method-assign]

    def ledgers(self) -> dict[str, Any]:
        editions = {slot.edition_id for slot in slots_at(self.now, SUBSCRIPTIONS, REPORTS)}
        return {one: read_sends(self.store, one) for one in editions}

    def tick(self) -> None:
        """One run of a scheduler, until it is done or killed."""
        try:
            ledgers = self.ledgers()
            slots = open_slots(self.now, SUBSCRIPTIONS, REPORTS, ledgers)
            state: EditionState = Withheld("no data") if self.withheld else Ready()
            decided = decide(self.now, slots, ledgers, {one.edition_id: state for one in slots})
            letters = [
                Letter(
                    one.slot.edition_id, EDITION if isinstance(one, Send) else LATE_NOTE,
                    one.slot.recipient, "en", RENDERED,
                )
                for one in decided
                if isinstance(one, Send | SendNote)
            ]  # fmt: skip
            addresses = SUBSCRIPTIONS.addresses
            Postman(self.store, MAIL, addresses, Clock(self.now)).send(letters)
        except (Killed, ServerAway):
            pass

    @rule(minutes=st.sampled_from((15, 45, 300, 24 * 60, 3 * 24 * 60, WEEK, WEEK)))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        WEEKS["minutes"] += max(0, int((self.now - self.newest).total_seconds() // 60))
        self.newest = max(self.now, self.newest)

    @rule()
    def the_clock_is_set_back_an_hour(self) -> None:
        self.now -= timedelta(hours=1)

    @rule(plan=PLANS)
    def a_scheduler_runs(self, plan: list[str]) -> None:
        self.server.plan = plan
        self.tick()

    @rule(plan=PLANS, access=st.integers(0, 25))
    def another_scheduler_comes_in_between(self, plan: list[str], access: int) -> None:
        self.server.plan = plan
        self._interrupted(access, self.tick)

    @rule(access=st.integers(0, 25), what=st.sampled_from((*KILLS, "answer lost")))
    def a_write_is_interrupted(self, access: int, what: Any) -> None:
        self.server.plan = []
        self._interrupted(access, what)

    @rule(withheld=st.booleans())
    def data_goes_bad_or_good(self, withheld: bool) -> None:
        self.withheld = withheld

    @rule(data=st.data())
    def a_person_asks_a_reader_and_releases(self, data: st.DataObject) -> None:
        """Only what the reader did not get: that is what a person checks."""
        unknown = [
            (edition_id, key)
            for edition_id, records in self.ledgers().items()
            for key, one in records.items()
            if ledger.state_at(one, self.now) == "unknown"
            and not self.server.taken[edition_id, key.kind, key.recipient]
        ]
        if unknown:
            edition_id, key = data.draw(st.sampled_from(sorted(unknown)))
            ledger.release(self.store, edition_id, key, self.now)

    @invariant()
    def nobody_got_one_kind_twice(self) -> None:
        assert all(count == 1 for count in self.server.taken.values()), self.server.taken

    def teardown(self) -> None:
        """In the end everybody has what is due, or there is a reason why not."""
        self.withheld, self.server.plan = False, []
        self.now = self.newest
        for _ in range(3):
            self.now += timedelta(hours=5)
            self.tick()
        last, later = self.now, self.now + timedelta(hours=5)
        for slot in slots_at(last, SUBSCRIPTIONS, REPORTS):
            got = self.server.taken[slot.edition_id, EDITION, slot.recipient]
            record = read_sends(self.store, slot.edition_id).get(SendKey(slot.recipient, EDITION))
            reason = record and ledger.state_at(record, later)
            assert got == 1 or reason in ("unknown", "refused"), (slot, record)
        for key, body in self.store.objects.items():
            if key.endswith("/sends.json"):
                edition_id = key.removeprefix(keys.EDITIONS).removesuffix("/sends.json")
                for one, record in parsed_sends(json.loads(body), edition_id).items():
                    if record.state == "sent":
                        assert self.server.taken[edition_id, one.kind, one.recipient] == 1
        super().teardown()

    def _interrupted(self, access: int, what: Any) -> None:
        self.store.interruption = Interruption(access, what)
        self.tick()
        self.store.interruption = None


@pytest.fixture(autouse=True)
def _as_it_was() -> Any:
    kept: tuple[Any, Callable[..., Any]] = sending.Mailer, Postman.message_to
    yield
    sending.Mailer, Postman.message_to = kept  # type: ignore[misc,method-assign]


def lived(examples: int, steps: int = 60) -> int:
    """The weeks that machines of so many examples live through."""
    WEEKS.clear()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Deliveries,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    return WEEKS["minutes"] // WEEK


def test_a_sample_of_what_can_happen() -> None:
    assert seed(13)(Deliveries) is Deliveries
    assert lived(40) > 0


@pytest.mark.timeout(3600)
@pytest.mark.deliveries
def test_ten_thousand_weeks(capsys: pytest.CaptureFixture[str]) -> None:
    chosen, weeks, examples = int(os.environ.get("SEED", "13")), 0, 0
    while weeks < 10_000:
        seeded = seed(chosen + examples)(Deliveries)
        assert seeded is Deliveries
        weeks += lived(100, steps=200)
        examples += 100
    with capsys.disabled():
        print(f"\n{weeks:,} weeks in {examples:,} runs of the state machine, seed {chosen}")
