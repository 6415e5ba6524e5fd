"""`shortdrama backfill DATASET …`: planned, started in Airflow, followed, and cancelled."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backfills import load_of
from fake_airflow import ANSWERS
from shortdrama.backfill.form import filled_form
from shortdrama.backfill.plan import Asked
from shortdrama.backfill.record import Backfill, Reviewed, Step, read_backfill, update
from shortdrama.backfill.run import (
    begin,
    cancel,
    complete,
    note_failed,
    note_paused,
    note_running,
)
from shortdrama.cli import backfill_start
from shortdrama.cli.main import app
from shortdrama.core import settings as config
from shortdrama.core.errors import AirflowAway, BackfillRefused
from shortdrama.core.schedules import next_midnight
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.health import backfills
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore

WHY = "the first year"
YEAR = ("appfigures.estimates", "--from", "2025-01-01", "--to", "2025-12-31")
GIVEN = (*YEAR, "--because", WHY, "--yes")
NAME = "appfigures.estimates-1"
RUN_ID = "manual__2026-11-28T11:21:44+00:00"
RUN = f"dags/backfill/dagRuns/{RUN_ID}"
NEEDED = ("backfill", "backfill_continue", "market_marts")


@dataclass
class Scheduler:
    """An Airflow that runs a backfill: a step each time when somebody asks for the run's state.

    A step changes the lake and returns the run's state; the last one stands.
    """

    fake: Any
    settings: Settings
    store: ObjectStore
    steps: list[Callable[[], str]] = field(default_factory=list)
    state: str = "queued"

    def __post_init__(self) -> None:
        dag, run = ANSWERS["dags"]["dags"][0], ANSWERS["dags/~/dagRuns"]["dag_runs"][0]
        self._run = run | {"dag_id": "backfill", "dag_run_id": RUN_ID}
        for dag_id in NEEDED:
            self.fake.answers[f"dags/{dag_id}"] = dag | {"dag_id": dag_id, "is_paused": False}
        self.fake.answers |= {
            "dags/backfill/dagRuns": self._runs([]),
            "POST dags/backfill/dagRuns": self._run,
            RUN: self._next,
            f"PATCH {RUN}": self._run,
        }

    def _next(self) -> dict[str, Any]:
        if self.steps:
            self.state = self.steps.pop(0)()
        return self._run | {"state": self.state}

    def _runs(self, runs: list[Any]) -> dict[str, Any]:
        return ANSWERS["dags/~/dagRuns"] | {"dag_runs": runs, "total_entries": len(runs)}

    def has_run(self, conf: dict[str, Any]) -> None:
        """A run with these parameters is on its way."""
        run = self._run | {"conf": conf, "state": "running"}
        self.fake.answers["dags/backfill/dagRuns"] = self._runs([run])

    def asked(self) -> Asked:
        """What was asked for in the run that was started."""
        ((_, body),) = self.fake.sent
        conf = body["conf"]
        window = Window(start=conf["start"], end=conf["end"])
        return Asked(
            dataset=conf["dataset"], window=window, policy=conf["policy"], reason=conf["because"]
        )

    def begins(self) -> str:
        begin(
            self.asked(),
            is_reviewed=self.fake.sent[0][1]["conf"]["publication"] == "stage",
            by="airflow",
            settings=self.settings,
            store=self.store,
        )
        note_running(NAME, "airflow", self.settings, self.store)
        self.has_left(NAME)
        return "running"

    def has_left(self, value: str) -> None:
        self.fake.answers[f"{RUN}/taskInstances/begin/xcomEntries/backfill_id"] = {
            "key": "backfill_id", "timestamp": "2026-11-28T11:21:44Z", "logical_date": None,
            "map_index": -1, "task_id": "begin", "dag_id": "backfill", "run_id": RUN_ID,
            "dag_display_name": "backfill", "task_display_name": "begin",
            "run_after": "2026-11-28T11:21:44Z", "value": value,
        }  # fmt: skip

    def backfill(self) -> Backfill:
        return read_backfill(NAME, self.store)

    def lands(self, *numbers: int, status: str = "staged") -> Callable[[], str]:
        def step() -> str:
            for number in numbers:
                load = load_of(self.backfill(), number, status)
                LoadLedger(self.store, load.dataset).append(load)
            return "running"

        return step

    def publishes(self) -> str:
        complete(NAME, "airflow", self.settings, self.store)
        return "success"

    def stages(self) -> str:
        step = Step(state="staged", at=self.settings.clock.now(), by="airflow")
        seen = Reviewed(snapshot_id="20260225T080000Z-0a1b2c3d", digest="0a", slices={})
        update(NAME, self.store, lambda found: found.at(step, reviewed=seen))
        return "success"

    def fails(self, task_id: str, error: str, map_index: int = -1) -> None:
        """The run ends with a task that has failed with this error."""
        page = ANSWERS["dags/~/dagRuns/~/taskInstances"]
        task = page["task_instances"][0] | {
            "task_id": task_id, "state": "failed", "try_number": 1, "map_index": map_index,
            "rendered_map_index": "appfigures.estimates 2025-01-01" if map_index >= 0 else None,
        }  # fmt: skip
        self.fake.answers[f"{RUN}/taskInstances"] = page | {"task_instances": [task]}
        lines = [
            {"event": "started"},
            {"event": "again", "error_detail": [{"exc_value": "of an earlier call"}]},
            {"event": "failed", "error_detail": [{"exc_value": error}, {"exc_value": "its cause"}]},
        ]
        log = {"content": lines, "continuation_token": None}
        self.fake.answers[f"{RUN}/taskInstances/{task_id}/logs/1"] = log


@pytest.fixture
def scheduler(
    airflow: Any, environment: None, settings: Settings, store: ObjectStore, monkeypatch: Any
) -> Scheduler:
    monkeypatch.setenv("SHORTDRAMA_AIRFLOW__BASE_URL", airflow.url)
    monkeypatch.setenv("SHORTDRAMA_AIRFLOW__PASSWORD", "right")
    monkeypatch.setattr(backfills, "POLL_SECONDS", 0.0)
    config.settings.cache_clear()
    return Scheduler(airflow, settings, store)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))

    def invoke(*arguments: str, code: int = 0, answers: str | None = None) -> Any:
        if answers is not None:
            monkeypatch.setattr(backfill_start, "can_answer", lambda: True)
        result = CliRunner().invoke(
            app, ("backfill", *arguments), catch_exceptions=False, input=answers
        )
        assert result.exit_code == code, result.output
        lines = result.stdout.splitlines()
        assert "--json" in arguments or all(len(one) <= 80 or "http:" in one for one in lines)
        return result

    return invoke


def test_it_is_planned_started_followed_and_published(run, scheduler) -> None:
    scheduler.steps = [
        lambda: "queued", scheduler.begins, scheduler.lands(0), scheduler.lands(1, 2, 3),
        scheduler.publishes,
    ]  # fmt: skip
    text = run(*GIVEN, "--publish").stdout
    assert scheduler.fake.sent == [
        (
            "POST dags/backfill/dagRuns",
            {
                "logical_date": None,
                "conf": {
                    "dataset": "appfigures.estimates", "start": "2025-01-01", "end": "2025-12-31",
                    "countries": [], "policy": "missing", "because": WHY,
                    "publication": "publish", "dry_run": False,
                },
            },
        )
    ]  # fmt: skip
    calls = scheduler.backfill().plan.calls
    part = calls // 4
    said = [
        f"calls: {calls} in 4 windows",
        "queued",
        f"pulling, 0/4 windows, 0 rows, 0/{calls} calls",
        f"pulling, 1/4 windows, 1,000 rows, {part}/{calls} calls",
        f"building, 4/4 windows, 4,000 rows, {calls}/{calls} calls",
        f"backfill {NAME} is completed; at its end it is published at once",
        "all its loads count; the next snapshot of market_marts has them",
    ]
    lines = text.splitlines()
    assert [line for line in lines if line in said] == said


def test_staged_says_how_to_look_and_decide(run, scheduler) -> None:
    scheduler.steps = [scheduler.begins, scheduler.lands(0, 1, 2, 3), scheduler.stages]
    text = run(*GIVEN).stdout
    assert scheduler.fake.sent[0][1]["conf"]["publication"] == "stage"
    for word in ("sql --snapshot", "backfill promote", "backfill discard"):
        assert f"shortdrama {word} " in text
    with pytest.raises(BackfillRefused, match=r"complete and staged\. Look at it"):
        run(*GIVEN)


def test_a_paused_one_says_when_it_goes_on_and_is_no_failure(run, scheduler) -> None:
    def pauses() -> str:
        until = next_midnight(scheduler.settings.clock.now())
        note_paused(NAME, until, "spent", "airflow", scheduler.settings, scheduler.store)
        return "success"

    scheduler.steps = [scheduler.begins, scheduler.lands(0), pauses]
    text = run(*GIVEN).stdout
    assert "paused, 1/4 windows" in text
    assert "goes on by itself at 2026-03-02 00:00 UTC" in " ".join(text.split())


def test_a_failed_one_says_which_windows_and_why(run, scheduler) -> None:
    def ends() -> str:
        scheduler.fails("load.pull", "the vendor answers 500", map_index=1)
        note_failed(NAME, "a window is missing", "airflow", scheduler.settings, scheduler.store)
        return "failed"

    refused = scheduler.lands(2, status="quarantined")
    scheduler.steps = [scheduler.begins, scheduler.lands(0), refused, ends]
    text = run(*GIVEN, code=1).stdout
    flat = " ".join(text.split())
    assert "pulling, 1/4 windows, 1,000 rows, 17/68 calls, 1 refused" in flat
    assert "task load.pull appfigures.estimates 2025-01-01 failed: the vendor answers 500" in flat
    assert "was refused; to see why: shortdrama gate show load-2" in flat
    assert "to go on, ask for the same again" in flat


def test_a_task_that_is_tried_again_is_not_the_end(run, scheduler) -> None:
    def retries() -> str:
        note_failed(NAME, "a build runs", "airflow", scheduler.settings, scheduler.store)
        return "running"

    scheduler.steps = [scheduler.begins, scheduler.lands(0, 1, 2, 3), retries, scheduler.stages]
    text = run(*GIVEN).stdout
    assert "retrying, 4/4 windows" in text
    assert f"backfill {NAME} is staged" in text


def test_a_run_that_never_began_says_why(run, scheduler) -> None:
    """Somebody else has begun another backfill between the plan and the run."""

    def ends() -> str:
        scheduler.fails("begin", "backfill 7 is running, and two cannot be open")
        return "failed"

    scheduler.steps = [ends]
    text = run(*GIVEN, code=1).stdout
    assert "task begin failed: backfill 7 is running, and two cannot be open" in text


def test_what_an_earlier_run_left_is_not_taken_for_the_end(run, scheduler) -> None:
    scheduler.fake.sent.append(("", {"conf": filled_form(_asked(), is_reviewed=True)}))
    scheduler.begins()
    scheduler.lands(0)()
    note_failed(NAME, "killed", "airflow", scheduler.settings, scheduler.store)
    scheduler.fake.sent.clear()
    del scheduler.fake.answers[f"{RUN}/taskInstances/begin/xcomEntries/backfill_id"]
    scheduler.steps = [
        lambda: "queued", scheduler.begins, scheduler.lands(1, 2, 3), scheduler.stages,
    ]  # fmt: skip
    text = run(*GIVEN).stdout
    assert f"goes on with backfill {NAME}, which is failed" in text
    assert "this backfill has them already" in " ".join(text.split())
    assert "calls: 51 in 3 windows" in text
    assert "pulling, 1/4 windows" in text
    assert f"backfill {NAME} is staged" in text


def test_the_same_asked_again_follows_the_run_that_is_on_its_way(run, scheduler) -> None:
    scheduler.fake.sent.append(("", {"conf": filled_form(_asked(), is_reviewed=True)}))
    scheduler.begins()
    scheduler.has_run(scheduler.fake.sent.pop()[1]["conf"] | {"because": "another reason"})
    scheduler.steps = [scheduler.lands(0, 1, 2, 3), scheduler.stages]
    result = run(*GIVEN)
    assert "is on its way already" in result.stderr
    assert scheduler.fake.sent == []
    assert f"backfill {NAME} is staged" in result.stdout


def test_airflow_that_is_away_for_a_moment_does_not_matter(run, scheduler) -> None:
    def restarts() -> str:
        scheduler.fake.refusals = [503, 502, 401]
        return "running"

    scheduler.steps = [
        scheduler.begins, restarts, scheduler.lands(0, 1, 2, 3), scheduler.stages,
    ]  # fmt: skip
    assert f"backfill {NAME} is staged" in run(*GIVEN).stdout


def test_airflow_that_stays_away_is_said_with_the_run(run, scheduler, monkeypatch) -> None:
    monkeypatch.setattr(backfills, "PATIENCE_SECONDS", 0.0)

    def goes() -> str:
        scheduler.fake.status = 503
        return "running"

    scheduler.steps = [scheduler.begins, goes]
    with pytest.raises(AirflowAway, match=r"503 .*The run was started and may go on: http"):
        run(*GIVEN)


def test_an_airflow_of_another_lake_is_said_with_the_run(run, scheduler) -> None:
    def elsewhere() -> str:
        scheduler.has_left("appfigures.estimates-9")
        return "running"

    scheduler.steps = [elsewhere]
    with pytest.raises(BackfillRefused, match=r"no backfill .*-9.* same lake.*may go on: http"):
        run(*GIVEN)


def test_a_run_that_somebody_removed_is_not_waited_for(run, scheduler) -> None:
    def removed() -> str:
        del scheduler.fake.answers[RUN]
        return "running"

    scheduler.steps = [scheduler.begins, removed]
    with pytest.raises(AirflowAway, match="404"):
        run(*GIVEN)


def test_ctrl_c_leaves_it_running_and_says_how_to_look_and_cancel(
    run, scheduler, monkeypatch
) -> None:
    def interrupt(_: float) -> None:
        if not scheduler.steps:
            raise KeyboardInterrupt

    monkeypatch.setattr(backfills, "sleep", interrupt)
    scheduler.steps = [scheduler.begins, scheduler.lands(0)]
    text = run(*GIVEN, code=130).stderr
    assert f"it goes on in Airflow: {scheduler.fake.url}/dags/backfill/runs/manual__" in text
    assert f"shortdrama backfill show {NAME}" in text
    assert f"shortdrama backfill cancel {NAME} --because" in text


def test_a_person_is_asked_and_may_say_no(run, scheduler) -> None:
    result = run(*YEAR, code=1, answers="the first year\nn\n")
    assert "Start it? [y/N]" in result.stderr
    assert "reason: the first year" in result.stdout
    assert scheduler.fake.sent == []


def test_nobody_to_ask_is_refused_in_words(run, scheduler) -> None:
    with pytest.raises(BackfillRefused, match=r"no terminal to ask on.* give --yes"):
        run(*YEAR, "--because", WHY)
    with pytest.raises(BackfillRefused, match="needs its reason"):
        run(*YEAR, "--yes")
    assert scheduler.fake.asked == []


@pytest.mark.parametrize(
    ("options", "change", "message"),
    [
        ((), {"dags/backfill": None}, "has no DAG backfill"),
        ((), {"dags/backfill_continue": {"is_paused": True}}, "paused in Airflow: backfill_cont"),
        (("--publish",), {"dags/market_marts": {"is_paused": True}}, "unpause market_marts"),
    ],
)
def test_dags_that_are_missing_or_paused_are_said_before_anybody_is_asked(
    run, scheduler, options, change, message
) -> None:
    for path, changes in change.items():
        found = scheduler.fake.answers.pop(path)
        if changes:
            scheduler.fake.answers[path] = found | changes
    with pytest.raises(BackfillRefused, match=message):
        run(*YEAR, "--because", WHY, *options, answers="")
    assert scheduler.fake.sent == []


def test_a_wrong_login_and_no_airflow_are_said(run, scheduler, monkeypatch) -> None:
    scheduler.fake.password = "changed"
    with pytest.raises(AirflowAway, match="refuses the login of admin"):
        run(*GIVEN)
    monkeypatch.setenv("SHORTDRAMA_AIRFLOW__BASE_URL", "http://127.0.0.1:9")
    config.settings.cache_clear()
    with pytest.raises(AirflowAway, match=r"does not answer at http://127\.0\.0\.1:9"):
        run(*GIVEN)


def test_machines_get_one_document_and_the_exit_code(run, scheduler) -> None:
    scheduler.steps = [scheduler.begins, scheduler.lands(0, 1, 2, 3), scheduler.stages]
    told = json.loads(run(*GIVEN, "--json").stdout)
    assert (told["state"], told["run"]["state"]) == ("staged", "success")
    assert [one["status"] for one in told["loads"]] == ["staged"] * 4


def test_a_failed_run_is_a_document_too(run, scheduler) -> None:
    def ends() -> str:
        scheduler.fails("begin", "no call is left")
        return "failed"

    scheduler.steps = [ends]
    told = json.loads(run(*GIVEN, "--json", code=1).stdout)
    assert told["run"]["failed_tasks"] == [{"task": "begin", "error": "no call is left"}]


def test_detached_it_names_the_run_and_ends(run, scheduler) -> None:
    told = json.loads(run(*GIVEN, "--detach", "--json").stdout)
    assert told["run_id"] == RUN_ID
    assert "/dags/backfill/runs/manual__" in told["url"]


def test_cancelling_stops_the_run_too(run, scheduler) -> None:
    scheduler.fake.sent.append(("", {"conf": filled_form(_asked(), is_reviewed=True)}))
    scheduler.begins()
    scheduler.has_run(scheduler.fake.sent.pop()[1]["conf"])
    text = run("cancel", NAME, "--because", "the wrong year").stdout
    assert f"stopped in Airflow: {RUN_ID}" in text
    assert scheduler.fake.sent == [(f"PATCH {RUN}", {"state": "failed"})]
    assert scheduler.backfill().state == "cancelled"


def test_cancelling_works_without_airflow_and_says_what_is_left_to_do(run, scheduler) -> None:
    scheduler.fake.sent.append(("", {"conf": filled_form(_asked(), is_reviewed=True)}))
    scheduler.begins()
    scheduler.fake.status = 503
    text = run("cancel", NAME, "--because", "the wrong year").stdout
    assert "its run in Airflow was not stopped" in text
    assert scheduler.backfill().state == "cancelled"


def test_a_cancelled_backfill_is_not_completed_by_its_last_task(run, scheduler) -> None:
    scheduler.fake.sent.append(("", {"conf": filled_form(_asked(), is_reviewed=False)}))
    scheduler.begins()
    scheduler.lands(0, 1, 2, 3)()
    cancel(NAME, "the wrong year", "ada", scheduler.settings, scheduler.store)
    with pytest.raises(BackfillRefused, match="was cancelled by ada"):
        scheduler.publishes()
    assert not LoadLedger(scheduler.store, "appfigures.estimates").accepted()


def _asked() -> Asked:
    window = Window.model_validate({"start": "2025-01-01", "end": "2025-12-31"})
    return Asked(dataset="appfigures.estimates", window=window, reason=WHY)


def test_who_wants_a_document_and_is_asked_has_seen_the_plan(run, scheduler) -> None:
    result = run(*YEAR, "--because", WHY, "--json", code=1, answers="n\n")
    assert "calls: " in result.stderr
    assert "calls: " not in result.stdout


def test_a_run_whose_form_has_the_countries_in_other_letters_asks_for_the_same(
    run, scheduler
) -> None:
    asked = _asked().model_copy(update={"countries": ("US", "ZZ")})
    form = filled_form(asked, is_reviewed=True)
    scheduler.has_run(form | {"countries": ["us ", "zz"]})
    result = run(*GIVEN, "--countries", "ZZ,US", "--detach")
    assert "is on its way already" in result.stderr
    assert scheduler.fake.sent == []
