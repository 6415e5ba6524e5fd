"""Sending to many through a real server with STARTTLS and AUTH: one's fault stops nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from memory_store import Interruption, Killed, MemoryStore
from shortdrama.core.clock import Clock
from shortdrama.core.settings import MailSettings
from shortdrama.lake import keys
from shortdrama.lake.outcomes import Outcome
from shortdrama.lake.sends import SendKey, read_sends
from shortdrama.mail.smtp import ServerAway
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.send import Letter, Postman, SendOutcome
from shortdrama.reports.delivery.subscriptions import Addresses
from small_report import SmallContent, drawn, written
from smtp_rig import Rig

NOW = datetime(2025, 10, 2, 8, tzinfo=UTC)
W39 = "weekly_brief/2025-W39"
RENDERED = drawn(written(SmallContent(period="2025-W39", revenue={}), "en"))


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


def sent(
    store: MemoryStore, mail: MailSettings, *who: str, after: int = 0, kind: str = "edition"
) -> dict[str, SendOutcome]:
    """The outcomes by recipient; `after` hours."""
    letters = [Letter(W39, kind, one, "en", RENDERED) for one in who]
    addresses = Addresses({one: f"{one}@example.org" for one in who})
    clock = Clock(NOW + timedelta(hours=after))
    outcomes = Postman(store, mail, addresses, clock).send(letters)
    return {one.letter.recipient: one for one in outcomes}


def test_everybody_gets_a_mail_over_one_connection(
    memory: MemoryStore, mail: MailSettings, rig: Rig
) -> None:
    outcomes = sent(memory, mail, *(f"good-{n}" for n in range(20)))
    assert {one.state for one in outcomes.values()} == {"sent"}
    assert rig.addresses == [f"good-{n}@example.org" for n in range(20)]
    assert rig.connections == 2  # greeted before and after STARTTLS


def test_faults_of_some_stop_nobody_else_and_each_has_its_reason(
    memory: MemoryStore, mail: MailSettings, rig: Rig
) -> None:
    states = {
        "r421-a": "failed", "r450-a": "failed", "r550-a": "refused", "d554-a": "refused",
        "d452-a": "failed", "drop-a": "unknown", "lost-a": "unknown", "slow-a": "sent",
        "early-a": "sent", "good-a": "sent",
    }  # fmt: skip
    outcomes = sent(memory, mail, *states)
    # A connection that the server ends at once for one mail is tried again for it.
    assert {who: one.state for who, one in outcomes.items()} == states | {"r421-a": "sent"}
    assert "550 5.1.1" in outcomes["r550-a"].detail
    assert "@" not in "".join(map(str, outcomes.values()))
    records = read_sends(memory, W39)
    assert b"@" not in b"".join(memory.objects.values())
    assert records[SendKey("r450-a", "edition")].error == outcomes["r450-a"].detail

    again = sent(memory, mail, *states, after=1)
    ours = {who: one.state for who, one in again.items() if one.is_ours}
    assert ours == {"r450-a": "sent", "d452-a": "sent"}
    assert max(rig.count_of("Message-ID").values()) == 1
    assert {one.partition("@")[0] for one in rig.addresses} == {
        "r421-a", "r450-a", "d452-a", "drop-a", "slow-a", "early-a", "good-a",
    }  # fmt: skip


def test_a_server_that_ends_every_connection_fails_one_by_one(
    memory: MemoryStore, mail: MailSettings, rig: Rig
) -> None:
    rig.temporary = 2
    outcomes = sent(memory, mail, "good-a", "r421-a", "early-a", "good-b")
    assert [one.state for one in outcomes.values()] == ["sent", "failed", "failed", "sent"]


def test_if_no_server_answers_nobodys_send_has_failed(
    memory: MemoryStore, mail: MailSettings
) -> None:
    away = mail.model_copy(update={"port": 1})
    with pytest.raises(ServerAway, match="no SMTP server answers"):
        sent(memory, away, "good-a")
    assert not read_sends(memory, W39)
    wrong = mail.model_copy(update={"password": SecretStr("wrong")})
    with pytest.raises(ServerAway, match="did not let us in"):
        sent(memory, wrong, "good-a")
    untrusted = mail.model_copy(update={"ca_file": None})
    with pytest.raises(ServerAway, match="SHORTDRAMA_MAIL__STARTTLS"):
        sent(memory, untrusted, "good-a")


@pytest.mark.parametrize("answer", ["550 5.7.1 unknown sender", "451 4.7.0 too many mails"])
def test_a_server_that_takes_nothing_from_us_refuses_no_reader(
    memory: MemoryStore, mail: MailSettings, rig: Rig, answer: str
) -> None:
    rig.no_sender = answer
    for hours in range(30):
        with pytest.raises(ServerAway, match="takes no mail from us"):
            sent(memory, mail, "good-a", "good-b", after=hours)
    rig.no_sender = ""
    outcomes = sent(memory, mail, "good-a", "good-b", after=31)
    assert [one.state for one in outcomes.values()] == ["sent", "sent"]


def test_undelivered_mail_returns_to_the_address_that_is_read(
    memory: MemoryStore, mail: MailSettings, rig: Rig
) -> None:
    sent(memory, mail, "good-a")
    returns = mail.model_copy(update={"returns_to": "returns@shortdrama.example"})
    sent(memory, returns, "good-b")
    assert rig.senders == ["reports@shortdrama.example", "returns@shortdrama.example"]
    assert {str(one["From"]) for one in rig.accepted} == {"Market <reports@shortdrama.example>"}


def test_an_address_that_no_mail_may_have_concerns_only_itself(
    memory: MemoryStore, mail: MailSettings, rig: Rig
) -> None:
    letters = [Letter(W39, "edition", one, "en", RENDERED) for one in ("bad", "good-a")]
    addresses = Addresses({"bad": "x@y.org\nBcc: all@y.org", "good-a": "good-a@example.org"})
    bad, good = Postman(memory, mail, addresses, Clock(NOW)).send(letters)
    assert (bad.state, good.state) == ("failed", "sent")
    assert "y.org" not in bad.detail
    assert SendKey("bad", "edition") not in read_sends(memory, W39)


def test_the_same_mail_has_the_same_bytes_and_id_at_every_attempt(
    memory: MemoryStore, mail: MailSettings
) -> None:
    postman = Postman(memory, mail, Addresses({"ann": "ann@example.org"}), Clock(NOW))
    letter = Letter(W39, "edition", "ann", "en", RENDERED)
    first, second = (bytes(postman.message_to(letter, NOW)) for _ in range(2))
    assert first == second
    note = postman.message_to(Letter(W39, "late_note", "ann", "en", RENDERED), NOW)
    assert note["Message-ID"] != postman.message_to(letter, NOW)["Message-ID"]


@pytest.mark.parametrize("access", [1, 3, 5, 7, 8])
@pytest.mark.parametrize("what", ["killed before", "killed after"])
def test_killed_at_any_write_nobody_gets_it_twice(
    memory: MemoryStore, mail: MailSettings, rig: Rig, access: int, what: str
) -> None:
    memory.interruption = Interruption(access, what)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        sent(memory, mail, "good-a", "good-b")
    for hours in (0, 1, 2):
        sent(memory, mail, "good-a", "good-b", after=hours)
    counts = rig.count_of("Message-ID")
    assert all(count == 1 for count in counts.values())
    later = NOW + timedelta(hours=3)
    for who, record in read_sends(memory, W39).items():
        got = f"{who.recipient}@example.org" in rig.addresses
        assert got or ledger.state_at(record, later) == "unknown"


def test_of_two_senders_only_one_sends(memory: MemoryStore, mail: MailSettings, rig: Rig) -> None:
    def other() -> None:
        sent(memory, mail, "good-a", "good-b")

    memory.interruption = Interruption(1, other)
    outcomes = sent(memory, mail, "good-a", "good-b")
    assert not any(one.is_ours for one in outcomes.values())
    assert len(rig.accepted) == 2


def test_what_was_tried_is_an_outcome_without_addresses(
    memory: MemoryStore, mail: MailSettings
) -> None:
    sent(memory, mail, "good-a", "r550-a")
    sent(memory, mail, "good-a")
    (key,) = [key for key in memory.objects if key.startswith(keys.outcomes_of_kind("send"))]
    outcome = Outcome.read(memory.objects[key], key)
    assert (outcome.status, outcome.subject, outcome.details) == ("failed", W39, {"sent": 1})
    assert "r550-a: refused" in outcome.message
    assert "@" not in outcome.message
