"""Editions, sends, corrections and readers on the command line."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from report_lake import NOW, W39, Lake, published
from shortdrama.cli.main import app
from shortdrama.core.errors import DecisionRefused, Failure
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.lake.sends import SendRecord, read_sends
from shortdrama.reports.delivery import correcting, ledger, prepare, previews
from shortdrama.reports.delivery.suppression import Suppression, suppress
from smtp_rig import Rig, serving_mail

ADDRESSES = {"readers-en": "en@example.org", "readers-zh": "zh@example.org"}
Run = Callable[..., Any]


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.fixture
def mail(rig: Rig, tmp_path: Path) -> Iterator[MailSettings]:
    with serving_mail(rig, tmp_path) as settings:
        yield settings.model_copy(update={"addresses": ADDRESSES})


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch, mail: MailSettings, tmp_path: Path) -> Lake:
    """A lake with an edition that the readers in English were sent; of the others it is unknown."""
    lake = Lake()
    monkeypatch.setattr(prepare, "read_published", lambda _store: lake.published)
    monkeypatch.setattr(correcting, "read_published", lambda _store: lake.published)
    monkeypatch.setattr(prepare, "connect", lambda *_: duckdb.connect())
    monkeypatch.setattr(previews, "connect", lambda *_: duckdb.connect())
    manifest = published().manifest
    monkeypatch.setattr(previews, "wanted_manifest", lambda *_: manifest)
    monkeypatch.setattr(correcting, "the_press", lambda: lake.press)
    monkeypatch.setattr("shortdrama.reports.delivery.press.the_press", lambda: lake.press)
    monkeypatch.setattr("shortdrama.cli.report.open_store", lambda: lake.store)
    settings = Settings(frozen_clock=NOW + timedelta(hours=3), mail=mail)
    for module in ("shortdrama.cli.report", "shortdrama.core.settings"):
        monkeypatch.setattr(f"{module}.settings", lambda: settings)
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    lake.states()
    for recipient, state in (("readers-en", "sent"), ("readers-zh", "unknown")):
        wanted = SendRecord(
            recipient=recipient, locale=recipient[-2:], state="claimed", claim_id=recipient,
            claimed_at=NOW,
        )  # fmt: skip
        claim = ledger.claim(lake.store, W39, wanted)
        ledger.settle(lake.store, W39, claim, state, NOW)
    return lake


@pytest.fixture
def run(lake: Lake) -> Run:
    """Runs `shortdrama report …`; an error of ours is raised."""

    def invoked(*arguments: str) -> Any:
        result = CliRunner().invoke(app, ["report", *arguments])
        if isinstance(result.exception, Failure):
            raise result.exception
        if not {"--json", "--text"} & set(arguments):
            assert max(map(len, result.output.splitlines()), default=0) <= 80
        return result

    return invoked


def test_editions_are_listed_for_people_and_machines(run: Run) -> None:
    assert run("list").output == (f"{W39:28}2025-10-02 08:10  s1\n")
    (listed,) = json.loads(run("list", "--json").output)
    assert (listed["id"], listed["snapshot_id"], listed["corrections"]) == (W39, "s1", 0)


def test_sends_are_listed_with_what_is_not_known(run: Run) -> None:
    assert run("sends", W39).output == (
        "sent     2025-10-02 08:10  en  edition       readers-en\n"
        "unknown  2025-10-02 08:10  zh  edition       readers-zh\n"
    )
    states = {
        one["recipient"]: one["state"] for one in json.loads(run("sends", W39, "--json").output)
    }
    assert states == {"readers-en": "sent", "readers-zh": "unknown"}
    assert "sent to anybody" in run("sends", "weekly_brief/2025-W38").output


def test_a_released_send_may_be_tried_again(run: Run, lake: Lake) -> None:
    output = run("release", W39, "readers-zh").output
    assert '\'{"report": "weekly_brief", "period": "2025-W39"}\'' in output
    records = {key.recipient: one for key, one in read_sends(lake.store, W39).items()}
    assert ledger.may_claim(records["readers-zh"])
    with pytest.raises(ledger.NotClaimed):
        run("release", W39, "readers-en")


def test_a_wrong_figure_is_corrected_for_those_who_had_it(run: Run, lake: Lake, rig: Rig) -> None:
    lake.usd, lake.published = "12", published("s2")
    shown = run("correct", W39, "--because", "cents", "--by", "ada", "--dry-run").output
    assert shown == "Revenue · A · US$: 10 → 12\nnothing was sent (--dry-run)\n"
    assert not rig.accepted
    output = run("correct", W39, "--because", "cents", "--by", "ada").output
    assert "correction 1 of weekly_brief/2025-W39: 1 figure\n" in output
    assert sorted(rig.addresses) == ["en@example.org", "zh@example.org"]
    assert "correction 1, 2025-10-02 11:10, by ada: cents" in run("list").output
    again = run("correct", W39, "--because", "cents", "--by", "ada").output
    assert again == f"no figure of {W39} has changed: nothing is sent\n"
    assert len(rig.accepted) == 2
    assert "12" in run("show", W39, "--text").output


def test_a_correction_that_was_stopped_goes_on(run: Run, lake: Lake, rig: Rig) -> None:
    lake.usd, lake.published = "12", published("s2")
    rig.no_sender = "451 not now"
    with pytest.raises(Failure, match="takes no mail from us"):
        run("correct", W39, "--because", "cents", "--by", "ada")
    rig.no_sender = ""
    output = run("correct", W39, "--because", "cents", "--by", "ada").output
    assert "the last correction has not reached" in output
    assert rig.accepted


def test_where_no_address_is_known_nothing_is_recorded(
    run: Run, lake: Lake, monkeypatch: pytest.MonkeyPatch, mail: MailSettings
) -> None:
    """In a stack the addresses are in an Airflow connection, which this command cannot see."""
    lake.usd, lake.published = "12", published("s2")
    nobody = mail.model_copy(update={"addresses": {}})
    monkeypatch.setattr("shortdrama.cli.report.settings", lambda: Settings(mail=nobody))
    with pytest.raises(DecisionRefused, match="SHORTDRAMA_MAIL__ADDRESSES"):
        run("correct", W39, "--because", "cents", "--by", "ada")
    assert "correction" not in run("list").output


def test_what_cannot_be_corrected_says_why(run: Run) -> None:
    with pytest.raises(DecisionRefused, match="report list"):
        run("correct", "weekly_brief/2024-W01", "--because", "x", "--by", "ada")


def test_an_edition_is_opened_in_the_browser(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    result = CliRunner().invoke(app, ["report", "show", W39, "--locale", "zh"])
    path = tmp_path / "editions" / "weekly_brief-2025-W39.zh.html"
    assert result.output == f"{path}\n"
    assert opened == [path.as_uri()]
    assert "收入 10" in path.read_text(encoding="utf-8")


def test_a_preview_is_a_file_and_leaves_no_trace(run: Run, lake: Lake, tmp_path: Path) -> None:
    before = dict(lake.store.objects)
    path = tmp_path / "out" / "brief.html"
    asked = ("preview", "weekly_brief", "--locale", "zh", "--period", "2025-W38", "--to", str(path))
    assert "收入 2025-W38: 10" in CliRunner().invoke(app, ["report", *asked]).output
    assert "收入 10" in path.read_text(encoding="utf-8")
    assert "Revenue 10" in run("preview", "weekly_brief", "--text").output
    assert lake.store.objects == before
    with pytest.raises(DecisionRefused, match=r"no report 'weekly'; there are: minis_pulse"):
        run("preview", "weekly")
    with pytest.raises(DecisionRefused, match="is not an ISO week"):
        run("preview", "weekly_brief", "--period", "39")


def test_a_test_mail_is_marked_and_in_no_ledger(run: Run, lake: Lake, rig: Rig) -> None:
    before = dict(lake.store.objects)
    asked = ("send", "--test", "--to", "readers-zh", "--locale", "zh", W39)
    assert "sent to readers-zh: [测试] 收入" in run(*asked).output
    (mail,) = rig.accepted
    assert str(mail["Subject"]).startswith("[测试] ")
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("测试邮件")
    assert lake.store.objects == before
    with pytest.raises(DecisionRefused, match="nobody-here has no address"):
        run("send", "--test", "--to", "nobody-here", W39)
    assert run("send", "--to", "readers-zh", W39).exit_code == 2


def test_readers_who_get_no_more_are_listed_and_can_be_lifted(run: Run, lake: Lake) -> None:
    assert run("suppressed").output == "nobody is suppressed\n"
    suppress(lake.store, [Suppression(recipient="ann", reason="bounced", at=NOW)])
    assert "ann" in run("suppressed").output
    assert [one["reason"] for one in json.loads(run("suppressed", "--json").output)] == ["bounced"]
    assert "gets reports again" in run("suppressed", "--lift", "ann").output
    assert "by_hand" in run("suppressed", "--add", "readers-zh").output
    assert json.loads(run("suppressed", "--lift", "readers-zh", "--json").output) == []


def test_the_subscriptions_are_checked_and_addresses_stay_out(run: Run, lake: Lake) -> None:
    output = run("subscriptions").output
    assert "weekly_brief    en  Europe/London, since 2025-09-01\n  readers-en\n" in output
    assert "@" not in output
    assert len(json.loads(run("subscriptions", "--json").output)) > 1
    assert run("migrate").output == "0 ledgers changed\n"


def test_only_an_id_that_is_known_is_suppressed_by_hand(run: Run, lake: Lake) -> None:
    for typed in ("en@example.org", "readers-fr"):
        with pytest.raises(Failure, match="these are: readers-en, readers-zh") as refused:
            run("suppressed", "--add", typed)
        assert typed not in str(refused.value)
    assert not any(b"@example" in body for body in lake.store.objects.values())
