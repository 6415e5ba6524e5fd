"""Who was sent a brief, and the release of an unknown send, on the command line."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.clock import Clock
from shortdrama.core.settings import Recipient
from shortdrama.lake.old_sends import read_sends, recipient_id
from shortdrama.lake.store import ObjectStore
from shortdrama.reports import old_ledger as ledger
from shortdrama.reports.old_archive import edition_id

WEEK = "2025-W39"
ANN, LI = Recipient(address="ann@example.org"), Recipient(address="li@example.org", locale="zh")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2025, 10, 1, 3, 0, tzinfo=UTC))


@pytest.fixture
def run(store: ObjectStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `shortdrama report …`; Ann was sent the brief, of Li it is not known."""
    monkeypatch.setattr("shortdrama.cli.report.open_store", lambda: store)
    ledger.settle(store, WEEK, ledger.claim(store, WEEK, ANN, "a", clock.now()), clock.now())
    ledger.claim(store, WEEK, LI, "b", clock.now())
    return lambda *arguments: CliRunner().invoke(app, ["report", *arguments])


def test_sends_are_listed_with_what_is_not_known(run) -> None:
    assert run("sends", WEEK).output == (
        "sent    2025-10-01 03:00  en  ann@example.org  438c4c7afe60\n"
        f"unknown 2025-10-01 03:00  zh  li@example.org  {recipient_id(LI.address)}\n"
    )
    assert run("sends", "2025-W38").output == "the brief of 2025-W38 was sent to nobody\n"
    listed = json.loads(run("sends", WEEK, "--json").output)
    states = {entry["address"]: entry["state"] for entry in listed}
    assert states == {ANN.address: "sent", LI.address: "claimed"}


def test_a_released_send_may_be_tried_again(run, store: ObjectStore) -> None:
    released = run("release", WEEK, LI.address).output
    assert '--conf \'{"period": "2025-W39"}\'' in released
    assert max(map(len, released.splitlines())) <= 80
    assert ledger.may_claim(read_sends(store, edition_id(WEEK)), LI.address)
    assert "released by a person" in run("sends", WEEK).output


def test_what_was_sent_is_not_released(run, store: ObjectStore) -> None:
    result = run("release", WEEK, ANN.address)
    assert result.exit_code != 0
    assert isinstance(result.exception, ledger.NotClaimed)
    assert not ledger.may_claim(read_sends(store, edition_id(WEEK)), ANN.address)


def test_what_is_no_week_is_refused_with_an_example(run) -> None:
    result = run("sends", "week 39")
    assert result.exit_code == 2
    assert "2025-W39" in result.output
