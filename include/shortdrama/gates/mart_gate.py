"""The gate of the marts, between the private warehouse and publishing."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from shortdrama.gates.profiles import has_profile, profile
from shortdrama.gates.results import Finding, GateResult
from shortdrama.gates.suites import EXPECTATIONS, Suite, audit_profile, audit_rows
from shortdrama.lake.marker import LakeKind

WHAT_TO_DO = (
    "nothing was published and the last snapshot stays. Look at the rows in the private warehouse,"
    " mend the model or revoke the load that they come from, and build again"
)


@dataclass(frozen=True)
class MartContext:
    """What a build's marts can be held against: the lake's kind, the datasets that have loads."""

    lake_kind: LakeKind
    loaded: frozenset[str]


def gated_marts() -> Iterator[str]:
    """The marts that have a suite in `expectations/marts/`."""
    for path in sorted((EXPECTATIONS / "marts").glob("*.json")):
        yield path.stem


def audit_marts(
    connection: duckdb.DuckDBPyConnection, build_id: str, context: MartContext
) -> GateResult:
    """Audit the schema `marts`: small marts row by row, large ones through their profile.

    A mart whose datasets (`meta.datasets` of its suite) have no accepted load yet is empty by
    right and is not audited. Raises SuiteError if a suite does not fit its mart.
    """
    findings: list[Finding] = []
    suites: list[str] = []
    rows = 0
    for mart in gated_marts():
        suite = Suite.load(f"marts/{mart}").for_lake(context.lake_kind)
        if not context.loaded.issuperset(suite.document["meta"]["datasets"]):
            continue
        suites.append(suite.name)
        rows += len(connection.table(f"marts.{mart}"))
        findings += audit_mart(connection, mart, suite)
    return GateResult(
        subject=f"marts of build {build_id}",
        suites=tuple(suites),
        rows=rows,
        findings=tuple(findings),
        what_to_do=WHAT_TO_DO,
    )


def audit_mart(connection: duckdb.DuckDBPyConnection, mart: str, suite: Suite) -> list[Finding]:
    """Audit one mart: its profile if it has one, else all of its rows."""
    if has_profile(suite.name):
        return audit_profile(suite, profile(connection, suite.name))
    # Report marts are small: one slice, so that expectations about the whole table hold too.
    return audit_rows(suite, [connection.table(f"marts.{mart}").to_arrow_table()], suite.key)
