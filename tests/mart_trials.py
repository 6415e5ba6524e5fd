"""Trials of the gate of the marts: a build of the ordinary market, damaged, and what stops it.

A patch changes a model and builds it again, with its tests; a damage changes the built marts; a
good change changes the schema `raw` and builds everything. The marts of the build a week before
are published. The gate is the real one, `audit_marts`, with every suite.
"""

import os
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any, Literal

import duckdb

from markets.ordinary import BUILT_ON, PUBLISHED_ON, forget_what_came_after, write_ordinary_market
from shortdrama.core.settings import REPOSITORY
from shortdrama.core.windows import Window
from shortdrama.gates.mart_gate import MartContext, audit_marts
from shortdrama.gates.published import Published
from shortdrama.gates.results import GateResult
from shortdrama.lake.ledger import Coverage, LoadRecord

DBT_PROJECT = REPOSITORY / "dbt_project"
FOLDER = REPOSITORY / "tests" / "unit" / "gates"
CORPORA = ("corpus_marts", "corpus_marts_gaps")

Kind = Literal["patches", "damages", "good"]
Verdict = Literal["stopped", "warned", "accepted"]


@dataclass(frozen=True)
class MartCase:
    """One change of a build: texts of dbt's files to replace, or SQL."""

    kind: Kind
    name: str
    what: str
    corpus: str = CORPORA[0]
    sql: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str, str], ...] = ()
    """File below the dbt project, old text, new text."""
    select: str = ""
    is_first: bool = False
    """Nothing is published."""
    withdrawn: tuple[tuple[str, str, str], ...] = ()
    """Dataset, first and last day of the loads that no longer count."""

    @property
    def id(self) -> str:
        """Its place in the record of its corpus."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Outcome:
    """What became of a case: `by` names the data tests of dbt or the findings."""

    verdict: Verdict
    by: tuple[str, ...]


USUAL = MartCase("good", "an_ordinary_week", "a week of new loads")


def cases(corpora: Sequence[str] = CORPORA) -> Iterator[MartCase]:
    """All cases of those corpora, a file per kind."""
    kinds: tuple[Kind, ...] = ("patches", "damages", "good")
    for corpus, kind in product(corpora, kinds):
        made = tomllib.loads((FOLDER / corpus / f"{kind}.toml").read_text(encoding="utf-8"))
        for name, case in made.items():
            yield MartCase(
                kind,
                name,
                what=case["what"],
                corpus=corpus,
                sql=tuple(case.get("sql", ())),
                replaced=tuple((r["file"], r["old"], r["new"]) for r in case.get("replaced", ())),
                select=case.get("select", ""),
                is_first=case.get("first", False),
                withdrawn=tuple(tuple(one) for one in case.get("withdrawn", ())),
            )


class Trials:
    """A folder with the build of the ordinary market, and the marts that are published."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._project = folder / "dbt_project"
        self._warehouse = folder / "market.duckdb"
        # dbt's views name their database, which is the file's name.
        self._tried = folder / "tried" / self._warehouse.name
        self._published: Published | None = None

    def prepare(self) -> None:
        """Build the marts twice: those of a week ago become the published ones."""
        self._tried.parent.mkdir()
        ignored = shutil.ignore_patterns("target", "logs")
        shutil.copytree(DBT_PROJECT, self._project, ignore=ignored)
        write_ordinary_market(self._tried)
        shutil.copy(self._tried, self._warehouse)
        forget_what_came_after(self._tried, PUBLISHED_ON)
        self._must_build(self._tried, PUBLISHED_ON)
        self._published = self._publish(self._tried)
        self._must_build(self._warehouse, BUILT_ON)

    def tried(self, case: MartCase) -> Outcome:
        """What stops the case, if anything does."""
        shutil.copy(self._warehouse, self._tried)
        failed = []
        if case.kind == "patches":
            failed = self._build_patched(case)
        else:
            with duckdb.connect(str(self._tried)) as connection:
                for statement in case.sql:
                    changed = connection.execute(statement).fetchall()
                    if case.kind == "damages" and changed == [(0,)]:
                        raise LookupError(f"{case.id} changes nothing: {statement}")
        if case.kind == "good":
            failed = self._dbt(self._tried, BUILT_ON, "run")
        if failed:
            return Outcome("stopped", tuple(f"dbt: {name}" for name in failed))
        with duckdb.connect(str(self._tried)) as connection:
            return outcome(self._audit(connection, case))

    def _audit(self, connection: duckdb.DuckDBPyConnection, case: MartCase) -> GateResult:
        loaded = connection.execute("select distinct dataset from raw.load_coverage").fetchall()
        assert self._published
        published = replace(self._published, withdrawn=tuple(_withdrawn(case)))
        context = MartContext(
            "real", frozenset(d for (d,) in loaded), BUILT_ON, None if case.is_first else published
        )
        return audit_marts(connection, "B1", context)

    def _publish(self, warehouse: Path) -> Published:
        path = self._folder / "published.duckdb"
        rows = {}
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"attach '{warehouse}' as build (read_only)")
            marts = connection.execute(
                "select table_name from duckdb_tables()"
                " where database_name = 'build' and schema_name = 'marts'"
            ).fetchall()
            for (mart,) in marts:
                connection.execute(f"create table {mart} as from build.marts.{mart}")
                rows[mart] = len(connection.table(mart))
        return Published(str(path), rows)

    def _build_patched(self, case: MartCase) -> list[str]:
        kept = {}
        for file, old, new in case.replaced:
            path = self._project / file
            text = path.read_text(encoding="utf-8")
            kept.setdefault(path, text)
            if text.count(old) != 1:
                raise LookupError(f"{case.id}: {file} has {text.count(old)} times: {old}")
            path.write_text(text.replace(old, new), encoding="utf-8")
        try:
            return self._dbt(self._tried, BUILT_ON, "build", "--select", *case.select.split())
        finally:
            for path, text in kept.items():
                path.write_text(text, encoding="utf-8")

    def _must_build(self, warehouse: Path, day: date) -> None:
        failed = self._dbt(warehouse, day, "build", "--exclude-resource-type", "test")
        if failed:
            raise RuntimeError(f"the ordinary market cannot be built: {failed}")

    def _dbt(self, warehouse: Path, day: date, command: str, *arguments: str) -> list[str]:
        """Run dbt in this process; the names of what failed."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        os.environ |= {
            "SHORTDRAMA_WAREHOUSE_PATH": str(warehouse),
            "SHORTDRAMA_BUILT_AT": f"{day}T08:00:00",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        result = dbtRunner().invoke([
            command, *arguments,
            "--target", "local",
            "--project-dir", str(self._project),
            "--profiles-dir", str(self._project),
            "--target-path", str(self._folder / "target"),
            "--log-path", str(self._folder / "logs"),
            "--log-level", "none",
            # Its threads would be missing in the dbt that a later test forks, which would wait.
            "--no-static-parser",
            *(["--exclude-resource-type", "unit_test"] if command == "build" else []),
        ])  # fmt: skip
        DuckDBConnectionManager.close_all_connections()
        if result.exception is not None:
            raise result.exception
        failed: list[Any] = [one for one in result.result if one.status in ("fail", "error")]
        return sorted(one.node.name.split(".")[0] for one in failed)


def _withdrawn(case: MartCase) -> Iterator[LoadRecord]:
    for dataset, start, end in case.withdrawn:
        window = Window(start=date.fromisoformat(start), end=date.fromisoformat(end))
        yield LoadRecord(
            load_id="withdrawn",
            pull_id="withdrawn",
            dataset=dataset,
            status="revoked",
            key="",
            sha256="",
            rows=1,
            coverage=Coverage(window=window),
            said_at=datetime(2025, 12, 3, tzinfo=UTC),
            decided_at=datetime(2026, 2, 25, tzinfo=UTC),
            is_sample=True,
        )


def outcome(result: GateResult) -> Outcome:
    """The verdict of the gate and the findings behind it."""
    if result.critical:
        return Outcome("stopped", _names(result.critical))
    return Outcome("warned" if result.warnings else "accepted", _names(result.warnings))


def beyond_the_usual(outcome: Outcome, usual: Outcome) -> Outcome:
    """Without the warnings that the ordinary build has too."""
    if outcome.verdict == "stopped":
        return outcome
    by = tuple(name for name in outcome.by if name not in usual.by)
    return replace(outcome, by=by, verdict="warned" if by else "accepted")


def _names(findings: Sequence[Any]) -> tuple[str, ...]:
    return tuple(sorted({f"{finding.suite}: {finding.name}" for finding in findings}))
