"""The project's own three reports through the whole delivery, on marts of a demonstration lake."""

from datetime import timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

import report_editions
from memory_store import MemoryStore
from report_lake import HOLD
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.reports.delivery import correcting, prepare
from shortdrama.reports.delivery.correcting import Correcting
from shortdrama.reports.delivery.press import the_press
from shortdrama.reports.delivery.round import Asked, Round
from shortdrama.reports.delivery.withholding import Published
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest
from smtp_rig import Rig

pytestmark = pytest.mark.integration

LATER = timedelta(days=2)
READERS = {"readers-en": "en@example.org", "readers-zh": "zh@example.org"}


class Unclosed:
    """A connection that stays open when its user closes it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def close(self) -> None:
        """The next edition needs it."""


@pytest.fixture
def settings(mail: MailSettings) -> Settings:
    readers = mail.model_copy(update={"addresses": READERS, "reply_to": "us@example.org"})
    return Settings(mail=readers, frozen_clock=report_editions.MADE_AT)


@pytest.fixture
def published(
    report_marts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> SimpleNamespace:
    """What is published, which a test may replace."""
    now = SimpleNamespace(is_now=_published("first"))
    for module in (prepare, correcting):
        monkeypatch.setattr(module, "read_published", lambda _: now.is_now)
    monkeypatch.setattr(prepare, "connect", lambda *_: Unclosed(report_marts))
    return now


def _published(snapshot_id: str, **fields: Any) -> Published:
    facts = report_editions.manifest(snapshot_id=snapshot_id)
    for state in facts["datasets"].values():
        state |= {"said_at": state["accepted_at"], "load_ids": [], "refused_since": []}
    more = {
        "fingerprint": "f", "code": "c", "code_version": "v", "marts": {}, "mart_keys": {},
        "gate": None, "overrides": [], "previous": None,
    }  # fmt: skip
    return Published(SnapshotManifest.model_validate(facts | more), **fields)


def by_hand(settings: Settings, store: MemoryStore, report: str) -> None:
    label = report_editions.LABELS[report]
    current = Round(settings, store, the_press(), asked=Asked(report, label))  # type: ignore[arg-type]
    outcomes = current.send(current.prepare())
    assert [one.state for one in outcomes] == ["sent", "sent"]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("report", report_editions.LABELS)
def test_each_report_reaches_its_readers_in_their_language(
    report: str, settings: Settings, rig: Rig
) -> None:
    by_hand(settings, MemoryStore(), report)
    english, chinese = sorted(rig.accepted, key=lambda mail: str(mail["To"]))
    assert (english["Content-Language"], chinese["Content-Language"]) == ("en", "zh-CN")
    for mail in (english, chinese):
        assert mail["Reply-To"] == "us@example.org"
        assert str(mail["List-Unsubscribe"]).startswith("<mailto:reports@shortdrama.example")
        assert mail["X-Shortdrama-Sample"] == "yes"
        files = [part.get_filename() for part in mail.iter_attachments()]
        name = f"{report}-{report_editions.LABELS[report]}"
        assert files == [f"{name}.xlsx", f"{name}.html"]
    assert "late" not in str(english["X-Shortdrama-Late"])


def test_a_wrong_figure_is_corrected_side_by_side(
    published: SimpleNamespace,
    settings: Settings,
    rig: Rig,
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    store = MemoryStore()
    by_hand(settings, store, "weekly_brief")
    edition = "weekly_brief/2025-W39"
    later = settings.model_copy(update={"frozen_clock": report_editions.MADE_AT + LATER})
    same = Correcting(later, store, edition)  # type: ignore[arg-type]
    assert not same.draft().has_changes, "when it is made is no figure"
    report_marts.execute(
        "update marts.rpt_app_leaderboard_weekly set revenue_usd = revenue_usd + 1000000"
        " where period_label = '2025-W39' and revenue_rank = 3 and geography = 'World ex-China'"
    )
    published.is_now = _published("second", hold=HOLD)
    drafted = same.draft()
    assert drafted.has_changes
    same.record(drafted, "the vendor sent a wrong figure", "ada")
    assert [one.state for one in same.send()] == ["sent", "sent"]
    english, chinese = sorted(rig.accepted[2:], key=lambda mail: str(mail["To"]))
    assert str(english["Subject"]) == "Correction: weekly market brief, 22–28 Sept 2025"
    assert "the vendor sent a wrong figure" in " ".join(text_of(english).split())
    assert "原数字" in text_of(chinese)
    assert same.send() == []
