"""What every DAG keeps to. Airflow reads the files in a process and a home of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shortdrama.backfill.asking import backfillable
from shortdrama.core.settings import REPOSITORY, AppfiguresSettings, TiktokSettings

DAG_FILES = sorted((REPOSITORY / "dags").glob("*.py"))
DAG_IDS = [path.stem for path in DAG_FILES]
BY_HAND = ("gate_decision", "backfill_decision")
BY_ITSELF = [dag_id for dag_id in DAG_IDS if dag_id not in (*BY_HAND, "backfill")]
NOT_WATCHED = [dag_id for dag_id in DAG_IDS if dag_id not in BY_HAND]
"""Nobody looks at these while they run: a backfill takes hours."""
OF_A_FORM = {"backfill": ("begin", "finish")}
"""What they say is known to the person who filled in the form, or was mailed by another task."""
BY_DAY = ("ingest_appfigures",)
HEAVY = ("pandas", "numpy", "great_expectations", "dbt", "boto3", "duckdb", "pyarrow", "altair")

READER = """
import importlib.util, json, sys
from pathlib import Path

folder, heavy = Path(sys.argv[1]), sys.argv[2].split(",")
for path in sorted(folder.glob("*.py")):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
imported = [name for name in heavy if name in sys.modules]

from datetime import UTC, datetime

from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

bag = DagBag(folder)
dags = {
    dag.dag_id: {
        "file": Path(dag.fileloc).name,
        "doc": dag.doc_md or "",
        "tags": sorted(dag.tags),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "has_timeout": dag.dagrun_timeout is not None,
        "refused": [
            kind
            for kind in ("scheduled", "manual", "asset_triggered", "backfill")
            if dag.allowed_run_types is not None and kind not in dag.allowed_run_types
        ],
        "timetable": repr(dag.timetable),
        "tasks": [task.label for task in dag.tasks],
        "pools": {task.label: task.pool for task in dag.tasks},
        "callbacks": {
            task.label: [
                [callback.__name__ for callback in getattr(task, f"on_{end}_callback")]
                for end in ("failure", "retry", "success")
            ]
            for task in dag.tasks
        },
        "run_callback": getattr(dag.on_failure_callback, "__name__", None),
        "retries": {task.label: task.retries for task in dag.tasks},
        "outlets": {
            task.label: [outlet.name for outlet in task.outlets]
            for task in dag.tasks
            if task.outlets
        },
        "decisive": sorted(
            task.label
            for task in dag.tasks
            if not task.is_teardown
            and all(dag.get_task(name).is_teardown for name in task.downstream_task_ids)
        ),
        "undescribed": [
            name for name in dag.params if not dag.params.get_param(name).description
        ],
        "templated": {task.label: list(task.template_fields) for task in dag.tasks},
        "values": {
            name: param.value
            for name in dag.params
            if (param := dag.params.get_param(name)).has_value
        },
        "timeouts": {
            task.label: task.execution_timeout.total_seconds()
            for task in dag.tasks
            if task.execution_timeout
        },
        "params": {name: dag.params.get_param(name).schema for name in dag.params},
    }
    for dag in bag.dags.values()
}
midnight = [datetime(2025, 7, day, tzinfo=UTC) for day in (1, 3)]
written = DagSerialization.serialize_dag(bag.dags["ingest_appfigures"])
dated = DagSerialization.deserialize_dag(written)
# As Airflow's backfill lists its runs.
days = [str(run.logical_date.date()) for run in dated.iter_dagrun_infos_between(*midnight)]
found = {"imported": imported, "errors": bag.import_errors, "dags": dags, "days": days}
print("READ" + json.dumps(found))
"""


def read_dags(home: Path, **environment: str) -> dict[str, Any]:
    """What Airflow reads from the DAG files, with nothing of this machine's environment."""
    answer = subprocess.run(
        [sys.executable, "-c", READER, str(REPOSITORY / "dags"), ",".join(HEAVY)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY / "include"),
            "HOME": str(home),
            "AIRFLOW_HOME": str(home),
            "SHORTDRAMA_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, f"a DAG file cannot be imported:\n{answer.stderr[-3000:]}"
    (line,) = [line for line in answer.stdout.splitlines() if line.startswith("READ")]
    found: dict[str, Any] = json.loads(line.removeprefix("READ"))
    return found


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read_dags(tmp_path_factory.mktemp("airflow"))


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The DAGs as they are under a frozen clock."""
    home = tmp_path_factory.mktemp("airflow_frozen")
    return read_dags(home, SHORTDRAMA_FROZEN_CLOCK="2026-02-25T08:00:00+00:00")


def test_every_file_is_one_dag_of_its_name(read: dict[str, Any]) -> None:
    assert read["errors"] == {}, "correct the import errors"
    named = {name: facts["file"] for name, facts in read["dags"].items()}
    assert named == {path.stem: path.name for path in DAG_FILES}, (
        "keep one DAG per file in dags/, with the file's name as its id"
    )


def test_reading_the_files_imports_nothing_heavy(read: dict[str, Any]) -> None:
    assert read["imported"] == [], (
        "the DAG processor reads these files all the time: import these inside the tasks that"
        " use them"
    )


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_has_a_runbook_that_says_what_to_do_when_it_is_red(
    read: dict[str, Any], dag_id: str
) -> None:
    doc = read["dags"][dag_id]["doc"]
    assert "**A task is red**" in doc, (
        f"begin {dag_id}.py with a docstring that says under '**A task is red**' what to do, and"
        " pass doc_md=__doc__"
    )


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_runbook_speaks_of_tasks_that_there_are(read: dict[str, Any], dag_id: str) -> None:
    facts = read["dags"][dag_id]
    red = facts["doc"].partition("**A task is red**")[2]
    unknown = set(re.findall(r"^- `(\w+)`:", red, re.MULTILINE)) - set(facts["tasks"])
    assert not unknown, f"{dag_id} has no task {unknown}: bring its docstring up to date"


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_has_tags(read: dict[str, Any], dag_id: str) -> None:
    assert read["dags"][dag_id]["tags"], f'give {dag_id} tags, e.g. tags=["ingest"]'


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_runs_once_at_a_time_and_does_not_catch_up(read: dict[str, Any], dag_id: str) -> None:
    facts = read["dags"][dag_id]
    assert facts["max_active_runs"] == 1, f"set max_active_runs=1 in {dag_id}"
    assert facts["catchup"] is False, (
        f"set catchup=False in {dag_id}: a trailing window covers missed days"
    )
    assert facts["has_timeout"], f"set dagrun_timeout in {dag_id}: a run that hangs blocks the next"


@pytest.mark.parametrize("dag_id", BY_ITSELF)
def test_only_a_dag_whose_runs_are_about_a_day_can_be_backfilled(
    read: dict[str, Any], dag_id: str
) -> None:
    wanted = [] if dag_id in BY_DAY else ["backfill"]
    assert read["dags"][dag_id]["refused"] == wanted, (
        f"allowed_run_types of {dag_id}: a DAG whose runs are not about a day refuses Airflow's"
        " backfill, and every DAG takes scheduled and manual runs"
    )


def test_airflows_backfill_includes_the_last_day(read: dict[str, Any]) -> None:
    """It drops the last day of a schedule that does not fire at 00:00 UTC."""
    assert read["days"] == ["2025-07-01", "2025-07-02", "2025-07-03"]


@pytest.mark.parametrize("dag_id", BY_ITSELF)
def test_a_dag_heals_by_itself_because_it_also_runs_by_time(
    read: dict[str, Any], dag_id: str
) -> None:
    assert "Cron" in read["dags"][dag_id]["timetable"], (
        f"take the schedule of {dag_id} from orchestration/schedule.py"
    )


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_under_a_frozen_clock_nothing_runs_by_time(frozen: dict[str, Any], dag_id: str) -> None:
    assert frozen["errors"] == {}
    assert "Cron" not in frozen["dags"][dag_id]["timetable"], (
        f"take the schedule of {dag_id} from orchestration/schedule.py, which knows the clock"
    )


@pytest.mark.parametrize("dag_id", ["market_marts", "market_reports", "backfill_continue"])
def test_under_a_frozen_clock_assets_still_wake_what_depends_on_them(
    frozen: dict[str, Any], dag_id: str
) -> None:
    assert "Asset" in frozen["dags"][dag_id]["timetable"], f"schedule {dag_id} by assets too"


def test_a_comparison_that_fails_keeps_no_paused_backfill_from_going_on(
    read: dict[str, Any],
) -> None:
    assert read["dags"]["backfill_continue"]["decisive"] == ["compare", "go_on"]


def test_pulls_of_a_source_with_a_quota_take_turns_in_its_pool(read: dict[str, Any]) -> None:
    guarded = {dag_id: facts["pools"].get("pull") for dag_id, facts in read["dags"].items()}
    for dag_id in ("ingest_appfigures", "backfill"):
        assert guarded[dag_id] == "appfigures", "load through the pool of its datasets"
    assert set(guarded.values()) <= {"appfigures", "default_pool", None}, (
        "a pool that nobody makes blocks its tasks for ever: name it in the dataset, in datasets/"
    )
    others = {
        facts["pools"][task]
        for facts in read["dags"].values()
        for task in facts["tasks"]
        if task != "pull"
    }
    assert others == {"default_pool"}


def test_a_pull_has_a_deadline_that_is_later_than_its_own(read: dict[str, Any]) -> None:
    deadlines = [
        facts["timeouts"]["pull"] for facts in read["dags"].values() if "pull" in facts["tasks"]
    ]
    assert len(deadlines) == 5
    assert min(deadlines) > max(AppfiguresSettings().pull_seconds, TiktokSettings().pull_seconds)


@pytest.mark.parametrize("dag_id", NOT_WATCHED)
def test_failures_and_recoveries_are_told_to_the_engineers(
    read: dict[str, Any], dag_id: str
) -> None:
    facts = read["dags"][dag_id]
    for task, (failure, *others) in facts["callbacks"].items():
        told = "backfill_failed" if task in OF_A_FORM.get(dag_id, ()) else "task_failed"
        assert failure == [told], f"pass **UNATTENDED to the @dag of {dag_id}"
        assert others == [["task_retries"], ["task_succeeded"]]
    assert facts["run_callback"] == "run_failed", (
        f"pass **UNATTENDED to the @dag of {dag_id}: a task that is killed cannot tell it itself"
    )


@pytest.mark.parametrize("dag_id", NOT_WATCHED)
def test_every_task_is_tried_again_after_a_passing_fault(read: dict[str, Any], dag_id: str) -> None:
    assert all(read["dags"][dag_id]["retries"].values()), (
        f"leave retries in {dag_id} as UNATTENDED has them; errors that are final are not retried"
    )


@pytest.mark.parametrize("dag_id", BY_HAND)
def test_a_decision_is_made_by_a_person(read: dict[str, Any], dag_id: str) -> None:
    assert read["dags"][dag_id]["refused"] == ["scheduled", "asset_triggered", "backfill"]
    assert "Null" in read["dags"][dag_id]["timetable"]


def test_a_decision_needs_a_subject_and_a_reason(read: dict[str, Any]) -> None:
    params = read["dags"]["gate_decision"]["params"]
    for name in ("subject", "because"):
        assert re.search(params[name]["pattern"], " x ")
        assert not re.search(params[name]["pattern"], " \n")


def test_the_marts_follow_a_decision(read: dict[str, Any]) -> None:
    assert "gate_decisions" in read["dags"]["market_marts"]["timetable"]


@pytest.mark.parametrize("dag_id", [dag_id for dag_id in DAG_IDS if dag_id.startswith("ingest_")])
def test_a_run_that_loads_starts_one_build_and_its_loads_decide_how_it_ends(
    read: dict[str, Any], dag_id: str
) -> None:
    facts = read["dags"][dag_id]
    assert facts["outlets"] == {"announce": ["accepted_loads"]}, (
        f"end {dag_id} with `ends_with_one_signal`: if gates signal, each load has its own build"
    )
    decisive = ["complete"] if dag_id == "ingest_appfigures" else ["gate"]
    assert facts["decisive"] == decisive, "a refused load must fail the run"


def test_a_backfill_starts_one_build_at_its_end_or_when_it_is_promoted(
    read: dict[str, Any],
) -> None:
    for dag_id, task in (("backfill", "finish"), ("backfill_decision", "decide")):
        assert read["dags"][dag_id]["outlets"] == {task: ["accepted_loads"]}
    assert read["dags"]["backfill"]["decisive"] == ["finish"]


def test_a_page_that_cannot_be_made_leaves_the_run_green_and_the_marts_published(
    read: dict[str, Any],
) -> None:
    facts = read["dags"]["market_marts"]
    assert facts["tasks"] == ["build", "gate", "publish", "iceberg", "market_page"]
    assert facts["decisive"] == ["iceberg"], "after a publish that failed it fails too"
    assert facts["outlets"] == {"publish": ["published_marts"]}


def test_a_person_asks_for_a_backfill_or_a_paused_one_goes_on(read: dict[str, Any]) -> None:
    """Never by time: what nobody has asked for is not pulled."""
    facts = read["dags"]["backfill"]
    assert facts["refused"] == ["scheduled", "asset_triggered", "backfill"]
    assert "Null" in facts["timetable"]


def test_the_reason_of_a_backfill_that_goes_on_is_no_template(read: dict[str, Any]) -> None:
    """It may have braces; Airflow would fail on them, or put something in their place."""
    assert read["dags"]["backfill_continue"]["templated"]["go_on"] == []


def test_every_dataset_with_a_past_has_a_group_in_its_pool(read: dict[str, Any]) -> None:
    facts = read["dags"]["backfill"]
    assert facts["params"]["dataset"]["enum"] == [dataset.id for dataset in backfillable()]
    assert {dataset.pool for dataset in backfillable()} == {facts["pools"]["pull"]}


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """Whether Airflow takes the value: it checks formats too."""
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value)


@pytest.mark.parametrize(
    ("name", "default", "taken", "refused"),
    [
        ("dataset", None, ["appfigures.estimates"], ["tiktok.hashtags", "estimates", None]),
        ("start", None, ["2025-01-31"], ["2025-02-30", "31.1.2025", "", None]),
        ("end", None, ["2025-12-31"], ["2025-13-01", None]),
        ("countries", [], [[], ["US", "ZZ"], None], ["US", [1]]),
        ("policy", "missing", ["missing", "all"], ["", "new", None]),
        ("because", None, ["a reason"], ["", " \n", None]),
        ("publication", "stage", ["stage", "publish"], ["now", None]),
        ("dry_run", False, [True, False], ["yes", None]),
    ],
)
def test_the_form_of_a_backfill_is_typed_described_and_safe(
    read: dict[str, Any], name: str, default: Any, taken: list[Any], refused: list[Any]
) -> None:
    facts = read["dags"]["backfill"]
    schema = facts["params"][name]
    assert facts["values"].get(name) == default
    assert all(accepts(schema, value) for value in taken)
    assert not any(accepts(schema, value) for value in refused)
    assert set(schema.get("values_display", schema.get("enum", []))) == set(schema.get("enum", []))


def test_the_form_offers_the_countries_that_are_asked_for(read: dict[str, Any]) -> None:
    offered = read["dags"]["backfill"]["params"]["countries"]["examples"]
    assert offered == ["ZZ", *AppfiguresSettings().countries]


@pytest.mark.parametrize("dag_id", ["backfill", "gate_decision", "backfill_decision"])
def test_every_field_of_a_form_says_what_it_is(read: dict[str, Any], dag_id: str) -> None:
    assert read["dags"][dag_id]["undescribed"] in ([], ["decision"]), "the runbook describes these"


def test_a_decision_about_a_backfill_needs_its_id_and_a_reason(read: dict[str, Any]) -> None:
    params = read["dags"]["backfill_decision"]["params"]
    for name in ("backfill", "because"):
        assert accepts(params[name], " x ")
        assert not accepts(params[name], " \n")
    assert params["decision"]["enum"] == ["promote", "discard", "cancel"]
    assert accepts(params["digest"], None)
