"""The send ledger: claimed before, settled after, never twice; and what older code makes of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from pydantic import ValidationError

from memory_store import Interruption, Killed, MemoryStore
from shortdrama.core.errors import DamagedDocument, NewerDocument
from shortdrama.lake import keys
from shortdrama.lake.documents import Document
from shortdrama.lake.sends import SendKey, SendRecord, digest_of, read_sends
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.migration import forget_addresses
from shortdrama.reports.delivery.subscriptions import Addresses

NOW = datetime(2025, 10, 2, 8, tzinfo=UTC)
W39 = "weekly_brief/2025-W39"
V1 = Path(__file__).parents[3] / "fixtures" / "lake_v1" / keys.sends(W39)
ANN, EVE, LI = "ann@example.org", "eve@example.org", "li@example.org"


class FirstSendRecord(Document):
    """Form 1, as code of that time has it."""

    schema_version: Literal[1] = 1
    address: str
    locale: str
    state: Literal["claimed", "sent", "failed"]
    claim_id: str
    claimed_at: datetime
    settled_at: datetime | None = None
    error: str | None = None


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def lake_v1(memory: MemoryStore) -> MemoryStore:
    memory.put(keys.sends(W39), V1.read_bytes())
    return memory


def wanted(claim_id: str = "a", recipient: str = "ann", kind: str = "edition") -> SendRecord:
    return SendRecord(
        recipient=recipient, kind=kind, locale="en", state="claimed", claim_id=claim_id,
        claimed_at=NOW,
    )  # fmt: skip


def test_only_the_first_of_two_claims_is_in_force(memory: MemoryStore) -> None:
    assert ledger.claim(memory, W39, wanted("a")).claim_id == "a"
    assert ledger.claim(memory, W39, wanted("b")).claim_id == "a"


def test_another_kind_and_another_recipient_are_other_sends(memory: MemoryStore) -> None:
    for n, (who, kind) in enumerate(
        [("ann", "edition"), ("ann", "late_note"), ("ann", "correction-1"), ("bo", "edition")]
    ):
        assert ledger.claim(memory, W39, wanted(f"{n}", who, kind)).claim_id == f"{n}"
    assert len(read_sends(memory, W39)) == 4


@pytest.mark.parametrize("what", ["killed before", "killed after", "answer lost"])
def test_a_claim_whose_write_was_interrupted_is_ours_or_nobodys(
    memory: MemoryStore, what: Literal["killed before", "killed after", "answer lost"]
) -> None:
    memory.interruption = Interruption(1, what)
    if what == "answer lost":
        assert ledger.claim(memory, W39, wanted("a")).claim_id == "a"
        return
    with pytest.raises(Killed):
        ledger.claim(memory, W39, wanted("a"))
    again = ledger.claim(memory, W39, wanted("b"))
    assert again.claim_id == ("b" if what == "killed before" else "a")


def test_another_sender_that_comes_between_read_and_write_wins(memory: MemoryStore) -> None:
    memory.interruption = Interruption(
        1, lambda: ledger.settle(memory, W39, ledger.claim(memory, W39, wanted("b")), "sent", NOW)
    )
    assert ledger.claim(memory, W39, wanted("a")).claim_id == "b"
    assert read_sends(memory, W39)[SendKey("ann", "edition")].state == "sent"


def test_only_temporary_failures_are_claimed_again_and_counted(memory: MemoryStore) -> None:
    claim = ledger.claim(memory, W39, wanted("a"))
    ledger.settle(memory, W39, claim, "failed", NOW, "450 busy")
    again = ledger.claim(memory, W39, wanted("b"))
    assert (again.claim_id, again.attempts, again.error) == ("b", 2, None)
    ledger.settle(memory, W39, again, "refused", NOW, "550 no such user")
    assert ledger.claim(memory, W39, wanted("c")).state == "refused"


def test_a_claim_is_unknown_after_a_while_and_a_late_result_still_counts(
    memory: MemoryStore,
) -> None:
    claim = ledger.claim(memory, W39, wanted("a"))
    assert ledger.state_at(claim, NOW + ledger.PATIENCE) == "claimed"
    assert ledger.state_at(claim, NOW - timedelta(hours=1)) == "claimed"  # a clock set back
    late = NOW + timedelta(hours=2)
    assert ledger.state_at(claim, late) == "unknown"
    assert ledger.claim(memory, W39, wanted("b")).claim_id == "a"
    assert ledger.settle(memory, W39, claim, "sent", late).state == "sent"


def test_a_released_send_is_tried_again_and_its_first_sender_is_told(memory: MemoryStore) -> None:
    claim, key = ledger.claim(memory, W39, wanted("a")), SendKey("ann", "edition")
    with pytest.raises(ledger.NotClaimed, match=r"under way; release it after 2025-10-02 08:30"):
        ledger.release(memory, W39, key, NOW + timedelta(minutes=1))
    after = NOW + timedelta(hours=1)
    assert ledger.release(memory, W39, key, after).state == "failed"
    assert ledger.release(memory, W39, key, after).state == "failed"
    assert ledger.claim(memory, W39, wanted("b")).claim_id == "b"
    with pytest.raises(ledger.NotClaimed, match=r"recipient ann on the edition of .* replaced"):
        ledger.settle(memory, W39, claim, "sent", after)
    assert read_sends(memory, W39)[key].claim_id == "b"


@pytest.mark.parametrize("state", ["sent", "failed"])
def test_what_was_sent_or_is_tried_anyway_is_not_released(
    memory: MemoryStore, state: ledger.State
) -> None:
    ledger.settle(memory, W39, ledger.claim(memory, W39, wanted()), state, NOW)
    with pytest.raises(ledger.NotClaimed, match="report sends weekly_brief/2025-W39"):
        ledger.release(memory, W39, SendKey("ann", "edition"), NOW + timedelta(days=1))
    with pytest.raises(ledger.NotClaimed, match="nobody has no unknown or refused edition"):
        ledger.release(memory, W39, SendKey("nobody", "edition"), NOW)


def test_a_ledger_by_address_is_read_and_counts(lake_v1: MemoryStore) -> None:
    records = read_sends(lake_v1, W39)
    assert {one.recipient: one.state for one in records.values()} == {
        digest_of(ANN): "sent", digest_of(EVE): "claimed", digest_of(LI): "failed",
    }  # fmt: skip
    assert ledger.claim(lake_v1, W39, wanted(recipient="ann"), ANN).state == "sent"
    assert ledger.claim(lake_v1, W39, wanted(recipient="eve"), EVE).claim_id == "claim-claimed"
    claim = ledger.claim(lake_v1, W39, wanted("new", recipient="li"), LI.upper())
    assert (claim.claim_id, claim.recipient, claim.attempts) == ("new", "li", 2)
    assert digest_of(LI) not in {key.recipient for key in read_sends(lake_v1, W39)}


def test_a_note_to_somebody_whose_edition_was_recorded_by_address_is_another_send(
    lake_v1: MemoryStore,
) -> None:
    note = wanted("n", recipient="ann", kind="correction-1")
    assert ledger.claim(lake_v1, W39, note, ANN).claim_id == "n"


def test_the_first_write_takes_all_addresses_out_of_a_ledger(lake_v1: MemoryStore) -> None:
    assert b"@" in lake_v1.get(keys.sends(W39))
    ledger.claim(lake_v1, W39, wanted(recipient="new"), "new@example.org")
    assert b"@" not in lake_v1.get(keys.sends(W39))


def test_a_migration_gives_ids_to_those_whose_address_is_known(lake_v1: MemoryStore) -> None:
    ids = {digest_of(ANN): "ann", digest_of(LI): "li"}
    assert ledger.rename(lake_v1, W39, ids)
    records = read_sends(lake_v1, W39)
    assert {key.recipient for key in records} == {"ann", "li", digest_of(EVE)}
    assert b"@" not in lake_v1.get(keys.sends(W39))
    before = lake_v1.get(keys.sends(W39))
    assert not ledger.rename(lake_v1, W39, ids)
    assert lake_v1.get(keys.sends(W39)) == before
    assert not ledger.rename(lake_v1, "weekly_brief/2025-W40", ids)


def test_after_a_migration_a_send_counts_for_both_ids_of_one_address(lake_v1: MemoryStore) -> None:
    addresses = Addresses({"ann": ANN, "ann-zh": ANN, "li": LI})
    assert forget_addresses(lake_v1, addresses) == [W39]
    records = read_sends(lake_v1, W39)
    for recipient, address in addresses.items():
        found = ledger.find(records, ledger.SendKey(recipient, "edition"), address)
        assert found is not None, recipient
    assert b"@" not in lake_v1.get(keys.sends(W39))


@pytest.mark.parametrize("first", ["ann", "digest"])
def test_of_two_records_of_one_person_the_one_that_has_left_is_kept(
    memory: MemoryStore, first: str
) -> None:
    left, failed = ("ann", digest_of(ANN)) if first == "ann" else (digest_of(ANN), "ann")
    ledger.settle(memory, W39, ledger.claim(memory, W39, wanted("a", left)), "sent", NOW)
    ledger.settle(memory, W39, ledger.claim(memory, W39, wanted("b", failed)), "failed", NOW)
    ledger.rename(memory, W39, {digest_of(ANN): "ann"})
    assert [one.state for one in read_sends(memory, W39).values()] == ["sent"]


def test_older_code_refuses_the_ledger_instead_of_mailing_everybody(memory: MemoryStore) -> None:
    ledger.claim(memory, W39, wanted())
    (entry,) = json.loads(memory.get(keys.sends(W39)))
    with pytest.raises(NewerDocument):
        FirstSendRecord.read(entry, keys.sends(W39))
    # Code from before documents had versions knows only the fields.
    with pytest.raises(ValidationError):
        FirstSendRecord.model_validate(entry)


@pytest.mark.parametrize("body", [b"{}", b'[{"recipient": "Ann@x.org"}]', b"[1]", b"[{", b"\xff"])
def test_a_damaged_ledger_is_refused_and_left_alone(memory: MemoryStore, body: bytes) -> None:
    memory.put(keys.sends(W39), body)
    with pytest.raises(DamagedDocument):
        ledger.claim(memory, W39, wanted())
    with pytest.raises(DamagedDocument, match=r"2025-W39/sends\.json cannot be used"):
        read_sends(memory, W39)
    assert memory.get(keys.sends(W39)) == body


def test_a_newer_ledger_is_refused(memory: MemoryStore) -> None:
    newer = wanted().model_dump(mode="json") | {"schema_version": 3}
    memory.put(keys.sends(W39), json.dumps([newer]).encode())
    with pytest.raises(NewerDocument):
        ledger.claim(memory, W39, wanted("b", "bo"))
