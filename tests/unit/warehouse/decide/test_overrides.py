"""What a person decides about a red mart gate: this build and these findings, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shortdrama.core.errors import BuildFailed, DecisionRefused, MartsRefused
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.gates.results import Finding, GateResult
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.overrides import AcceptedFinding
from shortdrama.lake.store import ObjectStore
from shortdrama.lake.warned import Warned
from shortdrama.warehouse.build.contents import results
from shortdrama.warehouse.build.inputs import BuildInputs, read_inputs
from shortdrama.warehouse.build.warehouse_file import open_or_start_over
from shortdrama.warehouse.decide.audit import audit, verdict
from shortdrama.warehouse.decide.overrides import (
    accept_marts,
    build_id,
    is_build_id,
    mart_overrides,
)

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
NO_MARTS = results(())
BECAUSE = "the universe was cut by review"


def finding(column: str, severity: str = "critical") -> Finding:
    return Finding(
        suite="marts/rpt_market_size_monthly",
        expectation="expect_column_values_to_be_between",
        column=column,
        severity=severity,
        unexpected=2,
        checked=9,
        expected="at least 0",
        reason="Money is not negative.",
    )


SHRUNK = finding("active_apps")
OFF = finding("revenue_usd")


@pytest.fixture
def lake_settings(s3: S3Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that know the lake alone, with an empty private warehouse."""
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    settings = Settings(frozen_clock=NOW, lake_kind="sample", s3=s3)
    settings.warehouse_path.parent.mkdir()
    return settings


def add_load(store: ObjectStore, load_id: str) -> None:
    day = Window(start=NOW.date(), end=NOW.date())
    LoadLedger(store, ESTIMATES.id).append(
        LoadRecord(
            load_id=load_id,
            pull_id="p",
            dataset=ESTIMATES.id,
            status="accepted",
            key=f"raw/{load_id}",
            sha256="0" * 64,
            rows=1,
            coverage=Coverage(window=day),
            said_at=NOW,
            decided_at=NOW,
            is_sample=True,
        )
    )


@pytest.fixture
def inputs(store: ObjectStore) -> BuildInputs:
    add_load(store, "L1")
    return read_inputs(store)


def hold(inputs: BuildInputs, lake_settings: Settings) -> None:
    """Have the private warehouse hold the build, with no marts in it."""
    open_or_start_over(lake_settings.warehouse_path, print)
    with duckdb.connect(str(lake_settings.warehouse_path)) as connection:
        connection.execute("delete from built.inputs")
        connection.execute("insert into built.inputs values (?)", [inputs.model_dump_json()])


@pytest.fixture
def gate(
    inputs: BuildInputs,
    lake_settings: Settings,
    store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., GateResult]:
    """Audits the build; the mart gate finds what it is given."""

    def run(*findings: Finding) -> GateResult:
        found = GateResult(
            subject="marts", suites=(SHRUNK.suite,), rows=9, findings=findings, what_to_do="mend"
        )
        monkeypatch.setattr("shortdrama.gates.mart_gate.audit_marts", lambda *_: found)
        hold(inputs, lake_settings)
        return audit(inputs, lake_settings, store, print)

    return run


@pytest.fixture
def accept(inputs: BuildInputs, lake_settings: Settings, store: ObjectStore) -> Callable[..., Any]:
    def run(because: str = BECAUSE, by: str = "ada") -> Any:
        return accept_marts(build_id(inputs.fingerprint), because, by, lake_settings, store)

    return run


def test_an_accepted_build_passes_and_tells_what_was_let_pass(gate, accept, inputs, store) -> None:
    with pytest.raises(MartsRefused, match=r"active_apps.*mend") as refused:
        gate(SHRUNK)
    assert refused.value.fingerprint == inputs.fingerprint
    override = accept()
    assert override.kind == "marts_published"
    assert override.subject == build_id(inputs.fingerprint)
    assert (override.by, override.at, override.because) == ("ada", NOW, BECAUSE)
    assert override.findings == (
        AcceptedFinding(suite=SHRUNK.suite, expectation=SHRUNK.expectation, column=SHRUNK.column),
    )
    left = gate(SHRUNK)
    assert not left.refused
    assert [warning.column for warning in left.warnings] == ["active_apps"]
    assert verdict(inputs, NO_MARTS, store) == left


def test_another_finding_still_refuses(gate, accept, inputs, store) -> None:
    with pytest.raises(MartsRefused):
        gate(SHRUNK)
    accept()
    with pytest.raises(MartsRefused, match="revenue_usd"):
        gate(SHRUNK, OFF)
    with pytest.raises(MartsRefused, match="revenue_usd"):
        verdict(inputs, NO_MARTS, store)


def test_a_second_decision_takes_in_what_has_come_up_since(gate, accept) -> None:
    with pytest.raises(MartsRefused):
        gate(SHRUNK)
    accept()
    with pytest.raises(MartsRefused):
        gate(SHRUNK, OFF)
    accept("looked at that one too")
    assert len(gate(SHRUNK, OFF).warnings) == 2


def test_another_build_is_not_let_pass(gate, accept, store, lake_settings) -> None:
    with pytest.raises(MartsRefused):
        gate(SHRUNK)
    accept()
    add_load(store, "L2")
    with pytest.raises(BuildFailed, match="does not hold the build"):
        audit(read_inputs(store), lake_settings, store, print)
    hold(read_inputs(store), lake_settings)
    with pytest.raises(MartsRefused):
        audit(read_inputs(store), lake_settings, store, print)


def test_the_record_keeps_what_the_gate_itself_found(gate, accept, inputs, store) -> None:
    with pytest.raises(MartsRefused):
        gate(SHRUNK)
    accept()
    gate(SHRUNK)
    kept = GateResult.model_validate_json(store.get(keys.mart_gate(inputs.fingerprint)))
    assert kept.critical == (SHRUNK,)
    ended = list(outcomes_of(store, "gate", NOW.date()))
    assert sorted(outcome.status for outcome in ended) == ["refused", "succeeded"]
    for outcome in ended:
        assert GateResult.model_validate(outcome.details) == kept


def test_the_same_decision_again_changes_nothing(gate, accept, inputs, store) -> None:
    with pytest.raises(MartsRefused):
        gate(SHRUNK)
    assert accept() == accept()
    assert len(mart_overrides(inputs.fingerprint, store)) == 1


def test_what_cannot_be_accepted_is_said(gate, accept, inputs, lake_settings, store) -> None:
    with pytest.raises(DecisionRefused, match=r"no build .* was gated"):
        accept()
    gate(finding("active_apps", "warning"))
    with pytest.raises(DecisionRefused, match="was not refused"):
        accept()
    with pytest.raises(MartsRefused):
        gate(SHRUNK)
    with pytest.raises(DecisionRefused, match="needs its reason"):
        accept("  ")
    with pytest.raises(DecisionRefused, match="needs the name"):
        accept("a reason", " ")
    accept()
    with pytest.raises(DecisionRefused, match="accepted already, by ada"):
        accept("another reason", "grace")
    assert len(mart_overrides(inputs.fingerprint, store)) == 1


def test_a_build_that_would_not_be_built_now_cannot_be_accepted(gate, accept, store) -> None:
    with pytest.raises(MartsRefused):
        gate(SHRUNK)
    add_load(store, "L2")
    with pytest.raises(DecisionRefused, match=build_id(read_inputs(store).fingerprint)):
        accept()


def test_a_build_is_told_from_a_load() -> None:
    assert is_build_id("0a1b2c3d4e5f")
    assert not is_build_id("20260225T080000Z-0a1b2c3d4e5f")
    assert not is_build_id("0a1b2c3d4e5")


def test_warnings_of_each_datasets_newest_load_travel_with_the_snapshot(store) -> None:
    for load_id in ("old", "new"):
        add_load(store, load_id)
    old, new = LoadLedger(store, ESTIMATES.id).accepted()
    lags, healed = (
        Warned(about=(ESTIMATES.id,), concern="timeliness", text=text)
        for text in ("lags a day", "healed")
    )
    inputs = BuildInputs(
        accepted={
            **dict.fromkeys(DATASETS, ()),
            ESTIMATES.id: (
                new.model_copy(update={"warnings": (lags,)}),
                old.model_copy(update={"said_at": NOW.replace(hour=1), "warnings": (healed,)}),
            ),
        },
        refused_since=dict.fromkeys(DATASETS, ()),
        code="",
    )
    (told,) = inputs.load_warnings()
    assert told.text == f"{ESTIMATES.id} {new.coverage.window}: lags a day"
    assert (told.about, told.concern) == (lags.about, lags.concern)
