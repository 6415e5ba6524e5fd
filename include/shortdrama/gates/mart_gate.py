"""The gate of the marts, between the private warehouse and publishing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from shortdrama.gates.profiles import has_profile, mart_profile
from shortdrama.gates.published import Published, attach_published, count_rows
from shortdrama.gates.results import Finding, GateResult
from shortdrama.gates.suite_files import MARTS, gated_marts, joint_suites
from shortdrama.gates.suites import Suite, audit_profile, audit_rows
from shortdrama.lake.marker import LakeKind

WHAT_TO_DO = (
    "nothing was published and the last snapshot stays. Look at the rows in the private warehouse,"
    " fix the model or revoke the load that they come from, and build again"
)


@dataclass(frozen=True)
class MartContext:
    """What a build's marts are compared with.

    The lake's kind, the datasets that have loads, the day of the build, and the snapshot that
    readers have now (None on the first build).
    """

    lake_kind: LakeKind
    loaded: frozenset[str]
    built_on: date
    published: Published | None = None


def audit_marts(
    connection: duckdb.DuckDBPyConnection, build_id: str, context: MartContext
) -> GateResult:
    """Audit the schema `marts`: small marts row by row, large ones through their profile.

    Then all of them together, compared with what is published, and against each other: their
    figures are computed once more from the facts and the loads. A mart may be empty while its
    datasets (`meta.datasets` of its suite) have no accepted load; then it is not audited. A mart
    with `meta.may_be_empty` is always audited. Raises SuiteError if a suite does not fit its mart.
    """
    findings: list[Finding] = []
    suites: list[str] = []
    rows: dict[str, int] = {}
    empty_by_right: set[str] = set()
    for mart in gated_marts():
        suite = Suite.load(f"{MARTS}/{mart}").for_lake(context.lake_kind)
        rows[mart] = len(connection.table(f"marts.{mart}"))
        meta = suite.document["meta"]
        is_unloaded = not context.loaded.issuperset(meta["datasets"])
        if is_unloaded or "may_be_empty" in meta:
            empty_by_right.add(mart)
        if is_unloaded:
            continue
        suites.append(suite.name)
        findings += audit_mart(connection, mart, suite)
    findings += audit_together(connection, context, rows, empty_by_right)
    suites.append(MARTS)
    for name in joint_suites():
        suite = Suite.load(name)
        if context.loaded.issuperset(suite.document["meta"]["datasets"]):
            suites.append(name)
            findings += audit_profile(suite, mart_profile(connection, name))
    return GateResult(
        subject=f"marts of build {build_id}",
        suites=tuple(suites),
        rows=sum(rows.values()),
        findings=tuple(findings),
        what_to_do=WHAT_TO_DO,
    )


def audit_together(
    connection: duckdb.DuckDBPyConnection,
    context: MartContext,
    rows: Mapping[str, int],
    empty_by_right: Collection[str],
) -> list[Finding]:
    """Audit the marts as one set, `rows` by mart, compared with what is published."""
    attach_published(connection, context.published, context.built_on)
    count_rows(connection, rows, context.published, empty_by_right)
    return audit_profile(Suite.load(MARTS), mart_profile(connection, MARTS))


def audit_mart(connection: duckdb.DuckDBPyConnection, mart: str, suite: Suite) -> list[Finding]:
    """Audit one mart: its profile if it has one, else all of its rows."""
    if has_profile(suite.name):
        return audit_profile(suite, mart_profile(connection, suite.name))
    # Report marts are small: one slice, so that expectations about the whole table work too.
    return audit_rows(suite, [connection.table(f"marts.{mart}").to_arrow_table()], suite.key)
