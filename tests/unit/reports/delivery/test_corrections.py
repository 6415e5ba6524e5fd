"""A wrong figure: who had the edition gets old and new side by side, and nobody else."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from memory_store import Interruption
from report_lake import HOLD, NOW, W39, Lake, published, subscriptions
from shortdrama.core.clock import Clock
from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.lake.sends import SendRecord, digest_of
from shortdrama.reports.archive import parts
from shortdrama.reports.archive.editions import Correction, corrections_of
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.corrections import (
    Draft,
    correction_letters,
    draft,
    record,
    unreachable,
)
from shortdrama.reports.delivery.prepare import Maker
from shortdrama.reports.delivery.send import Letter, Postman
from smtp_rig import Rig

LATER = NOW + timedelta(hours=5)
ADDRESSES = subscriptions().addresses


@pytest.fixture
def sent(lake: Lake) -> Lake:
    """Ann was sent the edition, and of Li it is not known."""
    lake.states()
    for recipient, state in (("ann", "sent"), ("li", "unknown"), ("bo", "refused")):
        had(lake, recipient, state)
    return lake


def had(lake: Lake, recipient: str, state: Any, **fields: Any) -> None:
    wanted = SendRecord(
        recipient=recipient, locale="zh" if recipient == "li" else "en", state="claimed",
        claim_id=recipient, claimed_at=NOW, **fields,
    )  # fmt: skip
    claim = ledger.claim(lake.store, W39, wanted)
    ledger.settle(lake.store, W39, claim, state, NOW)


def drafted(lake: Lake, usd: str) -> Draft:
    lake.usd, lake.published = usd, published(f"s{usd}", hold=HOLD)
    maker = Maker(Settings(), lake.store, lake.press, lake.published, LATER)
    return draft(W39, lake.published.manifest.snapshot_id, lake.store, lake.press, maker)


def corrected(lake: Lake, usd: str, because: str = "cents were read as dollars") -> Correction:
    return record(drafted(lake, usd), because, "ada", lake.store, lake.press, LATER)


def letters(lake: Lake, hours: int = 0, suppressed: tuple[str, ...] = ()) -> list[Letter]:
    now = LATER + timedelta(hours=hours)
    return correction_letters(W39, lake.store, ADDRESSES, suppressed, now)


def test_readers_of_the_first_edition_get_old_and_new_and_others_nothing(sent: Lake) -> None:
    correction = corrected(sent, "12.5")
    assert (correction.number, correction.changes, correction.snapshot_id) == (1, 1, "s12.5")
    ann, li = letters(sent)
    assert (ann.recipient, ann.kind, li.locale) == ("ann", "correction-1", "zh")
    assert ann.rendered.subject == "Correction: weekly market brief, 22–28 Sept 2025"
    for said in ("One figure in the weekly market brief", "cents were read as dollars", "A · US$",
                 "text='10'", "text='12.5'"):  # fmt: skip
        assert said in ann.rendered.text
    assert "A · 美元" in li.rendered.text
    changes = parts.read_sheets(sent.store, W39, correction.notes["en"])
    assert changes is not None
    assert changes[0].headings == ("Table", "Figure", "We sent", "Correct")


def test_if_nothing_has_changed_nothing_is_to_be_sent(sent: Lake) -> None:
    assert not drafted(sent, "10.00").has_changes
    (change,) = drafted(sent, "11").changes["en"]
    assert (change.row, str(change.old), str(change.new)) == ("A", "10", "11")


def test_a_second_correction_compares_with_the_first_and_goes_to_all_readers(sent: Lake) -> None:
    corrected(sent, "12")
    second = corrected(sent, "13")
    assert (second.number, len(drafted(sent, "13").changes["en"])) == (2, 0)
    assert Counter(one.kind for one in letters(sent)) == {"correction-2": 2}


def test_who_missed_a_correction_sees_the_figure_that_they_had(sent: Lake) -> None:
    corrected(sent, "12")
    had(sent, "ann", "sent", kind="correction-1")
    corrected(sent, "13")
    ann, li = letters(sent)
    for letter, old in ((ann, "12"), (li, "10")):
        assert f"text='{old}'" in letter.rendered.text
        assert f"text='{22 - int(old)}'" not in letter.rendered.text
    # What Li had is right again, and Ann was told something else.
    corrected(sent, "10")
    assert [one.recipient for one in letters(sent)] == ["ann"]


def test_who_was_sent_the_corrected_edition_needs_no_correction(sent: Lake) -> None:
    corrected(sent, "12")
    ledger.release(sent.store, W39, ledger.SendKey("li", "edition"), LATER)
    had(sent, "li", "sent", corrected=1)
    assert [one.recipient for one in letters(sent)] == ["ann"]


def test_sends_by_address_count_and_those_who_left_are_named(sent: Lake) -> None:
    had(sent, digest_of("bo@example.org"), "sent")
    had(sent, digest_of("gone@example.org"), "sent")
    corrected(sent, "12")
    assert [one.recipient for one in letters(sent, suppressed=("ann",))] == ["bo", "li"]
    assert unreachable(W39, sent.store, ADDRESSES, ("ann",)) == [
        *sorted([digest_of("gone@example.org"), "ann"])
    ]


def test_of_two_people_who_correct_at_once_one_is_told(sent: Lake) -> None:
    first = drafted(sent, "12")
    corrected(sent, "13")
    with pytest.raises(DecisionRefused, match="ada has just recorded correction 1"):
        record(first, "why", "bo", sent.store, sent.press, LATER)
    assert len(corrections_of(sent.store, W39)) == 1


def test_a_correction_needs_an_edition_and_a_reason(sent: Lake) -> None:
    with pytest.raises(DecisionRefused, match="reason"):
        corrected(sent, "12", because="  ")
    with pytest.raises(DecisionRefused, match="needs the name"):
        record(drafted(sent, "12"), "why", " ", sent.store, sent.press, LATER)
    maker = Maker(Settings(), sent.store, sent.press, published(), LATER)
    with pytest.raises(DecisionRefused, match="report list"):
        draft("weekly_brief/2025-W01", "s", sent.store, sent.press, maker)


def test_a_correction_is_sent_once_also_by_two_at_once(
    sent: Lake, rig: Rig, mail: MailSettings
) -> None:
    corrected(sent, "12")

    def post() -> None:
        Postman(sent.store, mail, ADDRESSES, Clock(LATER)).send(letters(sent))

    sent.store.interruption = Interruption(8, post)
    post()
    post()
    assert Counter(rig.addresses) == {"ann@example.org": 1, "li@example.org": 1}
    assert letters(sent, hours=48) == []


def test_many_changes_are_cut_in_the_mail_and_whole_in_the_workbook(sent: Lake) -> None:
    one = drafted(sent, "12")
    (change,) = one.changes["en"]
    many = replace(one, changes={"en": (change,) * 60, "zh": (change,) * 60})
    correction = record(many, "why", "ada", sent.store, sent.press, LATER)
    ann, _ = letters(sent)
    assert "60 figures in the weekly market brief" in ann.rendered.text
    assert "The first 40 of 60" in ann.rendered.text
    (sheet,) = parts.read_sheets(sent.store, W39, correction.notes["zh"]) or ()
    assert len(sheet.rows) == 60
