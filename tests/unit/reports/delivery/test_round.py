"""A whole round, as the DAG runs it: made, sent, and the engineers told once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listed_store import Bucket
from report_lake import NOW, W39, Lake, published
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.lake import backup, keys
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.sends import SendKey, digest_of, read_sends
from shortdrama.mail.smtp import ServerAway
from shortdrama.orchestration import deliveries
from shortdrama.reports.archive.parts import ArchiveDamaged
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.corrections import draft, record
from shortdrama.reports.delivery.prepare import Maker
from shortdrama.reports.delivery.round import (
    Asked,
    EditionWithheld,
    Round,
    UnknownReport,
    as_json,
    from_json,
)
from shortdrama.reports.delivery.subscriptions import SubscriptionsRefused
from shortdrama.reports.delivery.suppression import Suppression, suppress
from smtp_rig import Rig

YAML = """\
version: 1
subscriptions:
  - report: weekly_brief
    locale: en
    time_zone: UTC
    recipients: [{first}, r550-bo]
    since: 2025-10-01
  - report: weekly_brief
    locale: zh
    time_zone: Asia/Shanghai
    recipients: [li]
    since: 2025-10-01
"""
PULSE_YAML = """\
version: 1
subscriptions:
  - report: minis_pulse
    locale: en
    time_zone: UTC
    recipients: [r450-cy]
    since: 2025-10-01
"""
At = Callable[..., Round]


@pytest.fixture
def mail(mail: MailSettings) -> MailSettings:
    readers = ("ann", "r550-bo", "r450-cy", "drop-eve", "li")
    addresses = {one: f"{one}@example.org" for one in readers}
    return mail.model_copy(update={"addresses": addresses, "engineers": ("engineers@example.org",)})


@pytest.fixture
def settings(mail: MailSettings, tmp_path: Path) -> Settings:
    path = tmp_path / "who.yaml"
    path.write_text(YAML.format(first="ann"))
    return Settings(mail=mail, subscriptions=path)


def later(settings: Settings, hours: float) -> Settings:
    return settings.model_copy(update={"frozen_clock": NOW + timedelta(hours=hours)})


@pytest.fixture
def round_at(lake: Lake, settings: Settings) -> At:
    """A new round, some hours after the first, as each task makes one of its own."""

    def made(hours: float = 0, asked: Asked | None = None, **mail: Any) -> Round:
        at = later(settings, hours)
        changed = at.mail.model_copy(update=mail)
        return Round(at, lake.store, lake.press, changed, asked)  # type: ignore[arg-type]

    return made


@pytest.fixture
def told(
    lake: Lake, settings: Settings, rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., list[str]]:
    """Run the task `tell`; the subjects of the mails to engineers since the last time."""
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("shortdrama.alerts.send.ObjectStore.of", lambda *_, **__: lake.store)

    def tell(current: Round, states: Any, hours: float = 0) -> list[str]:
        before = len(rig.accepted)
        deliveries.tell(current, as_json(states), later(settings, hours), lambda _: None)
        mails = rig.accepted[before:]
        assert all(mail["To"] == "engineers@example.org" for mail in mails)
        return [f"{mail['Subject']}\n{mail.get_content()}".replace("\r\n", "\n") for mail in mails]

    return tell


def test_a_round_sends_what_is_due_and_the_next_one_nothing(round_at: At, rig: Rig) -> None:
    current = round_at()
    states = from_json(as_json(current.prepare()))
    assert {str(one.state) for one in current.send(states)} == {"sent", "refused"}
    assert rig.addresses == ["ann@example.org", "li@example.org"]
    again = round_at(0.25)
    assert again.prepare() == {}
    assert again.send({}) == []


def test_in_a_lake_that_was_moved_nobody_is_mailed_twice(
    round_at: At, lake: Lake, rig: Rig, tmp_path: Path
) -> None:
    round_at().send(round_at().prepare())
    assert rig.addresses == ["ann@example.org", "li@example.org"]
    here, there = Bucket(objects=lake.store.objects), Bucket()
    ensure_lake(here, "sample")
    backup.back_up(here, tmp_path / "kept", "one")
    backup.restore(there, tmp_path / "kept", backup.read(tmp_path / "kept"))
    lake.store = there
    # The refused one stays refused, and a reader with another address is the same reader.
    elsewhere = {one: f"{one}@elsewhere.example" for one in ("ann", "r550-bo", "li")}
    assert round_at(0.25, addresses=elsewhere).prepare() == {}
    assert round_at(0.25, addresses=elsewhere).send({}) == []
    assert len(rig.accepted) == 2


def test_the_engineers_are_told_once_who_was_refused_or_is_unknown(
    round_at: At, told: Callable[..., list[str]], settings: Settings
) -> None:
    assert settings.subscriptions is not None
    settings.subscriptions.write_text(YAML.format(first="drop-eve"))
    round_at().send(round_at().prepare())
    (text,) = told(round_at(0.1), {}, 0.1)
    assert text.startswith("Mail not delivered: weekly_brief/2025-W39, 2 recipients\n")
    assert "- drop-eve, edition: unknown (the connection to" in text
    assert "- r550-bo, edition: refused (127.0.0.1" in text
    assert "@example.org" not in text
    assert told(round_at(1), {}, 1) == []


def test_a_withheld_edition_is_told_at_the_deadline_and_again_when_it_is_made(
    round_at: At, lake: Lake, rig: Rig, told: Callable[..., list[str]]
) -> None:
    lake.published = published(red_gate="the mart gate is red")
    states = round_at().prepare()
    assert round_at().send(states) == []
    assert told(round_at(), states) == []
    for hours in (24, 25):
        states = round_at(hours).prepare()
        round_at(hours).send(states)
        mails = told(round_at(hours), states, hours)
        assert len(mails) == (2 if hours == 24 else 0), mails
    assert mails == []
    notes = [str(mail["Subject"]) for mail in rig.accepted if mail["To"] == "ann@example.org"]
    assert notes == ["Late: weekly market brief, 22–28 Sept 2025"]
    lake.published = published(as_of="2025-10-02")
    round_at(30).send(round_at(30).prepare())
    mails = told(round_at(30), {}, 30)
    assert any(one.startswith("Recovered") and "Report withheld" in one for one in mails)
    to_ann = [str(mail["Subject"]) for mail in rig.accepted if mail["To"] == "ann@example.org"]
    assert to_ann[1:] == ["Revenue 2025-W39: 10"]


def test_a_new_lake_has_until_the_deadline_after_its_first_snapshot_to_become_complete(
    round_at: At, lake: Lake, rig: Rig, told: Callable[..., list[str]]
) -> None:
    # The first snapshot has products only, and the week's deadline is over for days.
    lake.published = published(as_of=None, begun_at=NOW + timedelta(hours=60))
    for hours, mails_sent in ((60, 0), (83, 0), (84, 2), (85, 0)):
        states = round_at(hours).prepare()
        round_at(hours).send(states)
        assert len(told(round_at(hours), states, hours)) == mails_sent, hours
        assert bool(rig.accepted) is (hours >= 84), "nor do readers hear of it before"


def test_in_an_old_lake_a_dataset_that_never_came_is_told_at_the_deadline(
    round_at: At, lake: Lake, told: Callable[..., list[str]]
) -> None:
    lake.published = published(as_of=None, begun_at=NOW - timedelta(days=30))
    states = round_at(24).prepare()
    round_at(24).send(states)
    assert len(told(round_at(24), states, 24)) == 2


def test_readers_who_left_or_have_no_address_are_told_once(
    round_at: At, lake: Lake, told: Callable[..., list[str]]
) -> None:
    suppress(lake.store, [Suppression(recipient="li", reason="bounced", at=NOW)])
    without = {"addresses": {"r550-bo": "x@example.org", "li": "y@example.org"}}
    left, missing = told(round_at(**without), {})
    assert left.startswith("Reader gets no more mail: li\n- li: bounced")
    assert missing.startswith("Reader without an address: ann\n- ann\n")
    assert told(round_at(**without), {}) == []
    assert [slot.recipient for slot in round_at(**without).slots()] == ["r550-bo"]


def test_who_left_when_readers_had_no_ids_stays_away(round_at: At, lake: Lake) -> None:
    entry = Suppression(recipient=digest_of("ann@example.org"), reason="unsubscribed", at=NOW)
    suppress(lake.store, [entry])
    assert [slot.recipient for slot in round_at().slots()] == ["r550-bo", "li"]


def test_if_the_server_is_away_the_next_round_goes_on(round_at: At, rig: Rig) -> None:
    states = round_at().prepare()
    with pytest.raises(ServerAway):
        round_at(port=1).send(states)
    round_at(0.25).send(round_at(0.25).prepare())
    assert "ann@example.org" in rig.addresses


def test_a_damaged_language_is_reported_after_the_others_were_sent(
    round_at: At, lake: Lake, rig: Rig
) -> None:
    states = round_at().prepare()
    (key,) = [key for key in lake.store.objects if "/zh/" in key and key.endswith("brief.txt")]
    lake.store.objects[key] = b"changed"
    with pytest.raises(ArchiveDamaged, match=r"brief\.txt has changed"):
        round_at().send(states)
    assert rig.addresses == ["ann@example.org"]


def test_a_correction_that_somebody_recorded_is_sent_by_the_next_round(
    round_at: At, lake: Lake, rig: Rig, settings: Settings
) -> None:
    round_at().send(round_at().prepare())
    lake.usd, lake.published = "12", published("s2")
    maker = Maker(settings, lake.store, lake.press, lake.published, NOW)  # type: ignore[arg-type]
    drafted = draft(W39, "s2", lake.store, lake.press, maker)  # type: ignore[arg-type]
    record(drafted, "cents", "ada", lake.store, lake.press, NOW)  # type: ignore[arg-type]
    outcomes = round_at(1).send(round_at(1).prepare())
    assert {(one.letter.recipient, one.letter.kind) for one in outcomes} == {
        ("ann", "correction-1"), ("li", "correction-1"),
    }  # fmt: skip
    assert round_at(2).send(round_at(2).prepare()) == []
    assert len(rig.accepted) == 4


def test_a_damaged_correction_stops_nobody_elses_mail(
    round_at: At, lake: Lake, rig: Rig, settings: Settings
) -> None:
    round_at().send(round_at().prepare())
    lake.usd, lake.published = "12", published("s2")
    maker = Maker(settings, lake.store, lake.press, lake.published, NOW)  # type: ignore[arg-type]
    drafted = draft(W39, "s2", lake.store, lake.press, maker)  # type: ignore[arg-type]
    corrected = record(drafted, "cents", "ada", lake.store, lake.press, NOW)  # type: ignore[arg-type]
    folder = corrected.notes["en"].folder
    lake.store.objects[keys.edition_part(W39, folder, "brief.txt")] = b"changed"
    lake.published = published("s2", as_of="2025-10-08")
    with pytest.raises(ArchiveDamaged, match=r"brief\.txt has changed"):
        round_at(7 * 24).send(round_at(7 * 24).prepare())
    to_ann = [mail for mail in rig.accepted if mail["To"] == "ann@example.org"]
    assert [mail["X-Shortdrama-Edition"] for mail in to_ann] == [W39, "weekly_brief/2025-W40"]


def test_what_a_person_asks_for_is_sent_or_said_why_not(round_at: At, lake: Lake, rig: Rig) -> None:
    old = round_at(asked=Asked("weekly_brief", "2025-W20"))
    old.send(old.prepare())
    assert rig.addresses == ["ann@example.org", "li@example.org"]
    lake.published = published(red_gate="the mart gate is red")
    with pytest.raises(EditionWithheld, match=r"2025-W21 is withheld: the mart gate is red"):
        round_at(asked=Asked("weekly_brief", "2025-W21")).prepare()
    with pytest.raises(UnknownReport, match="minis_pulse, weekly_brief"):
        round_at(asked=Asked("daily", "2025-W21")).prepare()
    with pytest.raises(UnknownReport, match="is not an ISO week"):
        round_at(asked=Asked("weekly_brief", "2025-09")).prepare()


def test_a_bad_file_of_subscriptions_stops_the_round(round_at: At, settings: Settings) -> None:
    assert settings.subscriptions is not None
    settings.subscriptions.write_text("version: 1\nsubscriptions: [{}]\n")
    with pytest.raises(SubscriptionsRefused, match=r"who\.yaml, line 2"):
        round_at().prepare()


def test_what_becomes_unknown_because_a_sender_died_is_told_after_a_while(
    round_at: At,
    lake: Lake,
    rig: Rig,
    told: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def died(*_: object) -> None:
        raise KeyboardInterrupt

    states = round_at().prepare()
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "settle", died)
        with pytest.raises(KeyboardInterrupt):
            round_at().send(states)
    assert read_sends(lake.store, W39)[SendKey("ann", "edition")].state == "claimed"
    assert told(round_at(0.4), {}, 0.4) == []
    (text,) = told(round_at(0.6), {}, 0.6)
    assert "- ann, edition: unknown\n" in text
    round_at(1).send(round_at(1).prepare())
    assert rig.addresses.count("ann@example.org") == 1


def test_what_was_not_settled_before_the_next_edition_came_is_told(
    round_at: At, told: Callable[..., list[str]], settings: Settings, lake: Lake
) -> None:
    assert settings.subscriptions is not None
    settings.subscriptions.write_text(PULSE_YAML)
    round_at().send(round_at().prepare())
    assert told(round_at(), {}) == []
    # The day after, the pulse of that day is due and this one is not tried again.
    (text,) = told(round_at(24), {}, 24)
    assert text.startswith("Mail not delivered: minis_pulse/2025-10-01, 1 recipient\n")
    assert "- r450-cy, edition: given up (" in text
    assert told(round_at(25), {}, 25) == []


def test_the_engineers_are_told_what_became_of_an_old_edition_that_a_person_asked_for(
    round_at: At, told: Callable[..., list[str]]
) -> None:
    def asked(hours: float = 0) -> Round:
        return round_at(hours, asked=Asked("weekly_brief", "2025-W20"))

    asked().send(asked().prepare())
    (text,) = told(asked(), {})
    assert "- r550-bo, edition: refused" in text
    assert told(asked(1), {}, 1) == []
