import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.settings import Recipient
from shortdrama.lake.old_sends import read_sends, recipient_id
from shortdrama.lake.store import ObjectStore
from shortdrama.reports import old_ledger as ledger
from shortdrama.reports.old_archive import edition_id

WEEK = "2025-W39"
ANN, LI = Recipient(address="ann@example.org"), Recipient(address="li@example.org", locale="zh")


def claim(store: ObjectStore, clock: Clock, claim_id: str) -> ledger.SendRecord:
    return ledger.claim(store, WEEK, ANN, claim_id, clock.now())


def test_only_the_first_claim_holds(store: ObjectStore, clock: Clock) -> None:
    assert claim(store, clock, "first").claim_id == "first"
    assert claim(store, clock, "second").claim_id == "first"


def test_a_sent_mail_cannot_be_claimed_again(store: ObjectStore, clock: Clock) -> None:
    ledger.settle(store, WEEK, claim(store, clock, "first"), clock.now())
    standing = claim(store, clock, "second")
    assert (standing.claim_id, standing.state) == ("first", "sent")


def test_a_failed_mail_can_be_claimed_again(store: ObjectStore, clock: Clock) -> None:
    failed = ledger.settle(store, WEEK, claim(store, clock, "first"), clock.now(), error="554")
    assert (failed.state, failed.error) == ("failed", "554")
    again = claim(store, clock, "second")
    assert (again.claim_id, again.state, again.error) == ("second", "claimed", None)


def test_recipients_do_not_touch_each_others_records(store: ObjectStore, clock: Clock) -> None:
    ledger.settle(store, WEEK, claim(store, clock, "first"), clock.now())
    ledger.claim(store, WEEK, LI, "other", clock.now())
    states = {
        address: record.state for address, record in read_sends(store, edition_id(WEEK)).items()
    }
    assert states == {"ann@example.org": "sent", "li@example.org": "claimed"}


def test_a_claim_whose_answer_was_lost_is_recognised_as_ones_own(
    store: ObjectStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap, answers = store.compare_and_swap, iter([True])

    def loses_the_first_answer(key: str, body: bytes, etag: str | None) -> str:
        written = swap(key, body, etag)
        return swap(key, body, etag) if next(answers, False) else written

    monkeypatch.setattr(store, "compare_and_swap", loses_the_first_answer)
    assert claim(store, clock, "first").claim_id == "first"


def test_a_person_can_release_an_unknown_send(store: ObjectStore, clock: Clock) -> None:
    claim(store, clock, "first")
    ledger.release(store, WEEK, ANN.address, clock.now())
    assert claim(store, clock, "second").claim_id == "second"


@pytest.mark.parametrize("address", ["ann@example.org", "nobody@example.org"])
def test_only_an_unknown_send_can_be_released(
    store: ObjectStore, clock: Clock, address: str
) -> None:
    ledger.settle(store, WEEK, claim(store, clock, "first"), clock.now())
    with pytest.raises(ledger.NotClaimed, match="there are: none"):
        ledger.release(store, WEEK, address, clock.now())


def test_a_claim_that_was_replaced_cannot_be_settled(store: ObjectStore, clock: Clock) -> None:
    stale = claim(store, clock, "first")
    ledger.release(store, WEEK, ANN.address, clock.now())
    claim(store, clock, "second")
    with pytest.raises(
        ledger.NotClaimed, match=f"{recipient_id(ANN.address)} on 2025-W39 was replaced"
    ):
        ledger.settle(store, WEEK, stale, clock.now())
