"""What a person is told about a build that the gate of the marts has looked at."""

from collections.abc import Callable
from typing import Any

import pytest

from shortdrama.alerts.news import marts_refused
from shortdrama.core.errors import DecisionRefused, MartsRefused
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.gates.results import Finding, GateResult
from shortdrama.gates.triage import page
from shortdrama.health.causes import Run
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.overrides import accept_marts, build_id
from shortdrama.warehouse.decide.refusals import refusals
from shortdrama.warehouse.decide.triage import triage_of_build
from shortdrama.warehouse.publish.publish import publish

OFF = Finding(
    suite="marts/rpt_vendor_reconciliation",
    expectation="expect_column_values_to_be_in_set",
    column="status",
    severity="critical",
    unexpected=1,
    checked=66,
    expected="one of match, bound_holds",
    samples=(
        {"fact_id": "om-2025", "status": "off"},
        {"fact_id": "new-fact", "status": "off"},
    ),
    reason="The sample is calibrated to these figures.",
)


def add_load(store: ObjectStore, settings: Settings, load_id: str) -> None:
    now = settings.clock.now()
    LoadLedger(store, ESTIMATES.id).append(
        LoadRecord(
            load_id=load_id,
            pull_id="p",
            dataset=ESTIMATES.id,
            status="accepted",
            key=f"raw/{load_id}",
            sha256="",
            rows=1,
            coverage=Coverage(window=Window(start=now.date(), end=now.date())),
            said_at=now,
            decided_at=now,
            is_sample=True,
        )
    )


@pytest.fixture
def refused(warehouse: Any, settings: Settings, store: ObjectStore) -> Callable[..., str]:
    """A published snapshot, then a load whose build is refused; the build's id."""

    def run(*findings: Finding) -> str:
        published = warehouse.build(
            "L1", {"rpt_vendor_reconciliation": "select 'om-2025' as fact_id, 'match' as status"}
        )
        publish(published, settings, store, print)
        for load_id in ("L1", "L2"):
            add_load(store, settings, load_id)
        fingerprint = read_inputs(store).fingerprint
        gate = GateResult(
            subject="marts", suites=(OFF.suite,), rows=66, findings=findings, what_to_do="mend"
        )
        store.put(keys.mart_gate(fingerprint), gate.model_dump_json().encode())
        return build_id(fingerprint)

    return run


def test_failing_rows_stand_beside_the_published_ones(refused, settings, store) -> None:
    (judged,) = triage_of_build(refused(OFF), settings, store).judged
    known, new = judged.compared
    assert known.previous == {"fact_id": "om-2025", "status": "match"}
    assert (new.previous, new.has_previous) == (None, True)


def test_builds_that_repeat_a_finding_are_one_cause_until_something_is_published(
    refused, warehouse, settings, store
) -> None:
    def cause() -> str:
        refusal = MartsRefused("odd", read_inputs(store).fingerprint)
        run, at = Run("market_marts", "gate"), settings.clock.now()
        return marts_refused(refusal, run, settings, store, at).incident.cause

    def gate(*findings: Finding) -> None:
        result = GateResult(
            subject="marts", suites=(OFF.suite,), rows=1, findings=findings, what_to_do="mend"
        )
        key = keys.mart_gate(read_inputs(store).fingerprint)
        store.put(key, result.model_dump_json().encode())

    refused(OFF)
    first = cause()
    add_load(store, settings, "L3")
    gate(OFF)
    assert cause() == first
    gate(OFF.model_copy(update={"unexpected": 2}))
    assert cause() != first
    gate(OFF)
    publish(warehouse.build("L4", {"dim_app": "select 1 as app_id"}), settings, store, print)
    assert cause() != first


def test_what_can_be_done_names_each_new_load_and_the_build(refused, settings, store) -> None:
    build = refused(OFF)
    shown = page(triage_of_build(build, settings, store), 80)
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.startswith(f"The marts of build {build} were refused\n")
    for told in (
        "New since then: L2\n",
        "fact_id om-2025: status off (before: match)",
        "fact_id new-fact: status off (no such row before)",
        '    shortdrama load revoke L2 --because "…"\n',
        f'    shortdrama gate accept {build} --because "…"\n',
    ):
        assert told in shown
    assert "load revoke L1" not in shown


def test_an_accepted_build_has_nothing_left_to_do(refused, settings, store) -> None:
    build = refused(OFF)
    assert [one.subject for one in refusals(store)] == [build]
    accept_marts(build, "the fact was corrected", "ada", settings, store)
    triage = triage_of_build(build, settings, store)
    assert (triage.state, triage.steps) == ("passed", ())
    assert [one.by for one in triage.decisions] == ["ada"]
    assert refusals(store) == []


def test_a_build_that_was_superseded_says_so(refused, settings, store) -> None:
    build = refused(OFF)
    add_load(store, settings, "L3")
    triage = triage_of_build(build, settings, store)
    assert "next build is gated again" in triage.facts["Superseded"]
    assert triage.steps == ()


def test_a_finding_without_rows_is_shown_alone(refused, settings, store) -> None:
    total = OFF.model_copy(update={"samples": (), "observed": 3})
    (judged,) = triage_of_build(refused(total), settings, store).judged
    assert judged.compared == ()


def test_a_build_that_nobody_gated_is_not_known(settings, store) -> None:
    with pytest.raises(DecisionRefused, match="gate list"):
        triage_of_build("0a1b2c3d4e5f", settings, store)
