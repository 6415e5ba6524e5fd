"""Triage of a build: what the mart gate found, what is published, and what can be done."""

import duckdb

from shortdrama.core.settings import Settings
from shortdrama.gates.ranking import ranked
from shortdrama.gates.results import Finding, GateResult
from shortdrama.gates.triage import Compared, Judged, Step, Triage, compared
from shortdrama.lake import documents, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import BuildInputs, next_like
from shortdrama.warehouse.decide.overrides import (
    build_id,
    fingerprint_of,
    in_spite,
    mart_overrides,
)
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest
from shortdrama.warehouse.snapshots.read import connect


def triage_of_build(build: str, settings: Settings, store: ObjectStore) -> Triage:
    """Everything known about a gated build; raises DecisionRefused if it was not gated."""
    fingerprint = fingerprint_of(build, store)
    name = build_id(fingerprint)
    gate = documents.get(GateResult, store, keys.mart_gate(fingerprint))
    decisions = mart_overrides(fingerprint, store)
    refused = in_spite(gate, decisions).refused
    inputs = next_like(fingerprint, store)
    is_next = inputs.fingerprint == fingerprint
    new = _new_loads(inputs, store) if is_next else ()
    published = current_snapshot_id(store)
    facts = {
        "Build": name,
        "Rows": f"{gate.rows:,} in {len(gate.suites)} gated marts",
        "Published": f"{published or 'nothing yet'} stays" if refused else published or "not yet",
    }
    if is_next:
        facts["New since then"] = ", ".join(new) or "no load; the code has changed"
    else:
        facts["Superseded"] = "loads or code have changed since; the next build is gated again"
    return Triage(
        subject=name,
        name=f"build {name}",
        title=f"The marts of build {name} {'were refused' if refused else 'passed their gate'}",
        state="refused" if refused else "passed",
        facts=facts,
        judged=_judged(gate.findings, published, settings),
        decisions=decisions,
        steps=_steps(name, new, inputs.backfill) if refused and is_next else (),
    )


def _new_loads(inputs: BuildInputs, store: ObjectStore) -> tuple[str, ...]:
    """The loads of a build that the published snapshot does not have."""
    now = [record.load_id for records in inputs.accepted.values() for record in records]
    if current_snapshot_id(store) is None:
        return tuple(now)
    known = {
        load_id for state in read_manifest(store).datasets.values() for load_id in state.load_ids
    }
    return tuple(load_id for load_id in now if load_id not in known)


def _judged(
    findings: tuple[Finding, ...], published: str | None, settings: Settings
) -> tuple[Judged, ...]:
    # Imported here: pandas takes a second.
    from shortdrama.gates.suites import Suite

    keys_of = {finding.suite: Suite.load(finding.suite).key for finding in findings}
    return tuple(
        Judged(
            finding=finding,
            compared=_compared(finding, keys_of[finding.suite], published, settings),
            key=keys_of[finding.suite],
        )
        for finding in ranked(findings, {name for key in keys_of.values() for name in key})
    )


def _compared(
    finding: Finding, key: tuple[str, ...], published: str | None, settings: Settings
) -> tuple[Compared, ...]:
    alone = tuple(Compared(sample=sample) for sample in finding.samples)
    if published is None or not finding.samples:
        return alone
    with connect(settings, published) as connection:
        try:
            return compared(connection, finding.suite.removeprefix("marts/"), key, finding.samples)
        except duckdb.CatalogException:  # a mart that the snapshot does not have yet
            return alone


def _steps(name: str, new: tuple[str, ...], backfill: str | None) -> tuple[Step, ...]:
    wrong = [
        Step(
            when=f"Load {load_id} is wrong: take it out again",
            command=f'shortdrama load revoke {load_id} --because "…"',
        )
        for load_id in new
    ]
    if backfill is not None:  # Nobody decides about its loads one by one.
        drop = f'shortdrama backfill discard {backfill} --because "…"'
        wrong = [Step(when="The backfill is wrong: drop all its loads", command=drop)]
    return (
        *wrong,
        Step(
            when="A model is wrong: fix it. With new code it is another build",
            command="shortdrama airflow dags trigger market_marts",
        ),
        Step(
            when="The figures are right: publish this build with these findings, with a reason. The"
            " reason is kept, and shown in the snapshot and in the report",
            command=f'shortdrama gate accept {name} --because "…"',
        ),
    )
