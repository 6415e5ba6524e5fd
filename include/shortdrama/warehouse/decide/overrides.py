"""A person's decision about a red mart gate: publish anyway, with exactly these findings.

A decision is valid for one build, named by its fingerprint, and for the critical findings that it
names. Another load or other code makes another build, and any other critical finding still refuses.
"""

import re
from typing import Literal

from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import Settings
from shortdrama.gates.results import Finding, GateResult
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.overrides import AcceptedFinding, Override, said_who, said_why
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import next_like

BUILD_ID_LENGTH = 12


class MartOverrides(Document):
    """The decisions to publish a build with a red gate, oldest first; form 1 was only the list."""

    upgrades = (lambda overrides: {"overrides": overrides},)
    schema_version: Literal[2] = 2
    overrides: tuple[Override, ...]


def build_id(fingerprint: str) -> str:
    """The short id of a build for people: the beginning of its fingerprint."""
    return fingerprint[:BUILD_ID_LENGTH]


def is_build_id(subject: str) -> bool:
    """Whether a subject is a build; load ids begin with an instant."""
    return re.fullmatch(rf"[0-9a-f]{{{BUILD_ID_LENGTH},64}}", subject) is not None


def fingerprint_of(build: str, store: ObjectStore) -> str:
    """The fingerprint of a gated build; raises DecisionRefused if there is none."""
    prefix = keys.mart_gate(build).removesuffix(".json")
    for key in store.list(prefix):
        return key.removeprefix(keys.mart_gate("").removesuffix(".json")).removesuffix(".json")
    raise DecisionRefused(
        f"no build {build} was gated; `shortdrama gate list` names the one that waits"
    )


def mart_overrides(fingerprint: str, store: ObjectStore) -> tuple[Override, ...]:
    """The decisions to publish a build although its gate is red, oldest first."""
    found = documents.find(MartOverrides, store, keys.mart_overrides(fingerprint))
    return found.overrides if found else ()


def in_spite(result: GateResult, overrides: tuple[Override, ...]) -> GateResult:
    """The result in which accepted critical findings only warn."""
    accepted = {finding for override in overrides for finding in override.findings}
    findings = tuple(
        finding.model_copy(update={"severity": "warning"})
        if finding.severity == "critical" and _named(finding) in accepted
        else finding
        for finding in result.findings
    )
    return result.model_copy(update={"findings": findings})


def accept_marts(
    build: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> Override:
    """Let a refused build be published with the critical findings that its gate has now.

    The same decision again changes nothing. Raises DecisionRefused when the gate of that build did
    not refuse, or when it is not what would be built now.
    """
    fingerprint = fingerprint_of(build, store)
    standing = mart_overrides(fingerprint, store)
    result = documents.get(GateResult, store, keys.mart_gate(fingerprint))
    override = Override(
        kind="marts_published",
        subject=build_id(fingerprint),
        by=said_who(by),
        at=settings.clock.now(),
        because=said_why(because),
        findings=tuple(_named(finding) for finding in result.critical),
    )
    for earlier in standing:
        if override.repeats(earlier):
            return earlier
    _check_waiting(result, standing, fingerprint, store)
    documents.update(
        MartOverrides,
        store,
        keys.mart_overrides(fingerprint),
        lambda found: MartOverrides(overrides=(*(found.overrides if found else ()), override)),
    )
    return override


def _check_waiting(
    result: GateResult, standing: tuple[Override, ...], fingerprint: str, store: ObjectStore
) -> None:
    """Raise DecisionRefused unless the build waits to be accepted."""
    name = f"build {build_id(fingerprint)}"
    if not result.refused:
        raise DecisionRefused(f"{name} was not refused: there is nothing to accept")
    if not in_spite(result, standing).refused:
        raise DecisionRefused(f"{name} is accepted already, {standing[-1].text}")
    now = next_like(fingerprint, store).fingerprint
    if now != fingerprint:
        raise DecisionRefused(
            f"{name} is not what would be built now: loads or code have changed since, and the"
            f" next build is {build_id(now)}. If its gate refuses too, accept that one"
        )


def _named(finding: Finding) -> AcceptedFinding:
    return AcceptedFinding(
        suite=finding.suite, expectation=finding.expectation, column=finding.column
    )
