"""What pulls cost: planned, said, recorded and summed up for people."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.errors import QuotaError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.ingest.pull import pull
from shortdrama.ingest.quota import Quota, credits_of, quotas_of
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.sources.connector import PullRequest

DAY = Window(start="2025-09-01", end="2025-09-01")
ASKED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAY)
ROW = {"product_id": 1, "start_date": "2025-09-01", "downloads": 5, "revenue": "9.00"}


def told(usage: int) -> dict[str, str]:
    return {"x-currency": "USD", "x-request-limit": "1000", "x-request-usage": str(usage)}


@pytest.fixture
def scripted(settings: Settings, source: Any) -> Settings:
    api = settings.appfigures.model_copy(update={"base_url": source.url})
    return settings.model_copy(update={"appfigures": api})


def test_planned_and_used_calls_are_said_and_equal(scripted, store, source) -> None:
    for usage in (641, 642, 643):
        source.says(body=[ROW], headers=told(usage))
    said: list[str] = []
    pull(ASKED, scripted, store, said.append)
    assert said == [
        "appfigures.estimates 2025-09-01..2025-09-01: 3 calls used of 3 planned;"
        " the account has used 643 of 1000 calls today"
    ]


def test_reused_answers_are_counted_apart(scripted, store, source) -> None:
    source.says(body=[ROW], headers=told(999))
    source.says(status=420, body={"message": "Chill Out!"}, headers=told(1000))
    said: list[str] = []
    with pytest.raises(QuotaError):
        pull(ASKED, scripted, store, said.append)
    source.script.clear()
    source.says(body=[ROW], headers=told(1))
    pull(ASKED, scripted, store, said.append)
    assert "2 calls used of 3 planned; " in said[0]
    assert "2 calls used of 3 planned, 1 answers reused; " in said[1]
    details = [o.details for o in outcomes_of(store, "pull", scripted.clock.today())]
    found = sorted((d["used_calls"], d["reused_parts"], d["quota_usage"]) for d in details)
    assert found == [(2, 0, 1000), (2, 1, 1)]


def test_the_newest_usage_of_a_day_is_its_highest(scripted, store, source) -> None:
    today = scripted.clock.today()
    assert quotas_of(store, today) == []
    source.says(body=[ROW], headers=told(643))
    pull(ASKED, scripted, store)
    assert quotas_of(store, today) == [Quota(source="appfigures", used=643, limit=1000)]
    assert quotas_of(store, DAY.start) == []


def paid(cost: int, left: int) -> dict[str, str]:
    return {"x-partner-credit-cost": str(cost), "x-partner-credits-remaining": str(left)}


def test_credits_are_summed_up_and_said_beside_the_calls(scripted, store, source) -> None:
    for usage, cost, left in ((641, 2, 98), (642, 2, 96), (643, 3, 93)):
        source.says(body=[ROW], headers=told(usage) | paid(cost, left))
    said: list[str] = []
    pull(ASKED, scripted, store, said.append)
    assert said[0].endswith("643 of 1000 calls today; 7 credits spent, 93 left")
    (quota,) = quotas_of(store, scripted.clock.today())
    assert (quota.credits_spent, quota.credits_left) == (7, 93)
    assert str(quota) == (
        "appfigures: 643 of 1000 calls used today; 7 credits spent by our pulls, 93 credits left"
    )
    cost = credits_of(store, ESTIMATES.id, scripted.clock.today())
    assert cost is not None
    assert (cost.spent, cost.calls, cost.left, cost.of(12)) == (7, 3, 93, 28)
    assert credits_of(store, "appfigures.ranks", scripted.clock.today()) is None


def test_answers_that_are_reused_are_not_paid_twice(scripted, store, source) -> None:
    source.says(body=[ROW], headers=told(999) | paid(5, 95))
    source.says(status=420, body={"message": "Chill Out!"}, headers=told(1000) | paid(0, 95))
    with pytest.raises(QuotaError):
        pull(ASKED, scripted, store)
    source.script.clear()
    source.says(body=[ROW], headers=told(1) | paid(5, 90))
    pull(ASKED, scripted, store)
    details = [o.details for o in outcomes_of(store, "pull", scripted.clock.today())]
    assert sorted(one["credits_spent"] for one in details) == [5, 10]
    (quota,) = quotas_of(store, scripted.clock.today())
    assert quota.credits_spent == 15


def test_a_source_without_credits_says_nothing_of_them(scripted, store, source) -> None:
    source.says(body=[ROW], headers=told(643))
    said: list[str] = []
    pull(ASKED, scripted, store, said.append)
    assert "credits" not in said[0]
    (quota,) = quotas_of(store, scripted.clock.today())
    assert "credits" not in str(quota)
    assert credits_of(store, ESTIMATES.id, scripted.clock.today()) is None


@pytest.fixture
def command_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr("shortdrama.cli.status.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.cli.load.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.cli.shared.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.core.machine.ensure_store", lambda: None)
    return CliRunner()


def test_a_plan_is_said_per_window_without_a_call(command_line, simulator) -> None:
    asked = ["plan", "estimates", "--start", "2025-01-01", "--end", "2025-12-31"]
    answer = command_line.invoke(app, asked)
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[0] == "2025-01-01..2025-04-02      3 calls"
    assert "2025-01-01..2025-12-31: 12 calls planned" in answer.output
    planned = json.loads(command_line.invoke(app, [*asked, "--json"]).output)
    assert planned["dataset"] == "appfigures.estimates"
    assert list(planned["calls"].values()) == [3, 3, 3, 3]
    assert simulator.calls == []


def test_a_plan_and_status_show_credits_beside_calls(
    command_line, settings, store, simulator
) -> None:
    pull(ASKED, settings, store)
    asked = ["plan", "estimates", "--start", "2025-01-01", "--end", "2025-12-31"]
    answer = command_line.invoke(app, asked)
    calls, cost = answer.output.splitlines()[-2:]
    assert calls.endswith("12 calls planned")
    assert cost.startswith("about 12 credits, at the price of the pull of 2026-02-25 (3 for 3")
    planned = json.loads(command_line.invoke(app, [*asked, "--json"]).output)
    assert planned["credits"]["planned"] == 12
    assert "3 credits spent by our pulls" in command_line.invoke(app, ["status"]).output
    status = json.loads(command_line.invoke(app, ["status", "--json"]).output)
    assert status["quota"]["appfigures"]["credits_spent"] == 3
    assert status["quota"]["appfigures"]["credits_left"] == planned["credits"]["left"]


def test_a_source_that_tells_its_calls_later_has_no_plan(command_line, simulator) -> None:
    asked = ["plan", "products", "--start", "2025-01-01", "--end", "2025-01-02"]
    assert "says only in its answers" in command_line.invoke(app, asked).output
    planned = json.loads(command_line.invoke(app, [*asked, "--json"]).output)
    assert planned["calls"] == {"2025-01-01..2025-01-02": None}


@pytest.mark.parametrize("dataset", ["estimate", "minis.unknown"])
def test_a_plan_of_an_unknown_dataset_names_the_known_ones(command_line, dataset) -> None:
    asked = ["plan", dataset, "--start", "2025-01-01", "--end", "2025-01-02"]
    answer = command_line.invoke(app, asked)
    assert answer.exit_code == 2
    assert "appfigures.estimates" in answer.output


def test_status_shows_the_quota(command_line, settings, store, simulator) -> None:
    pull(ASKED, settings, store)
    answer = command_line.invoke(app, ["status"])
    assert answer.exit_code == 0, answer.output
    assert "appfigures: " in answer.output
    assert "calls used today" in answer.output
