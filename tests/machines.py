"""A machine with a lake of the small market, and a warehouse that the newest load is not in yet."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest

from markets.lake import accept
from markets.small import small_market
from shortdrama.core.errors import BuildFailed
from shortdrama.core.settings import DBT_PROJECT, Settings, home
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.gates import mart_gate
from shortdrama.gates.results import GateResult
from shortdrama.lake import duck, keys
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import build as building
from shortdrama.warehouse.build import contents, dbt
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.dbt import dbt_target
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.decide.audit import audit
from shortdrama.warehouse.publish.publish import is_published, publish
from shortdrama.warehouse.snapshots.manifest import read_manifest
from shortdrama.warehouse.snapshots.read import connect

NOW = "2026-02-25T08:00:00+00:00"
LATE = "2025-10-02"
"""When the newest loads were said: they restate September."""

FACT = "fct_app_estimates_daily"

ROWS = """
    select product_id, country_code, estimated_on, number, downloads, revenue,
        md5(concat(product_id, estimated_on, number)) as note
    from raw.appfigures_estimates, range(12) as numbers (number)
    where {touched}
    qualify row_number() over (
        partition by product_id, country_code, estimated_on, number
        order by said_at desc, load_id desc
    ) = 1
"""


def few_statements(settings: Settings, plan: Plan, say: Callable[[str], None]) -> None:
    """What dbt does, in a few statements: a fact by month, and a report on all of it."""
    touched = plan.condition("estimated_on")
    rows = ROWS.format(touched=touched)
    try:
        with duck.connect(settings.s3, settings.warehouse_path) as warehouse:
            for schema in ("marts", "intermediate"):
                warehouse.execute(f"create schema if not exists {schema}")
            listed = (
                "select distinct product_id, 'app' as app_id, store from raw.appfigures_products"
            )
            for kind, name in (("view", "int_listed_products"), ("table", "int_newest_products")):
                warehouse.execute(f"create or replace {kind} intermediate.{name} as {listed}")
            if plan.is_full_refresh:
                warehouse.execute(f"create or replace table marts.{FACT} as {rows}")
            else:
                warehouse.execute(f"delete from marts.{FACT} where {touched}")
                warehouse.execute(f"insert into marts.{FACT} {rows}")
            warehouse.execute(
                "create or replace table marts.rpt_months as select date_trunc('month',"
                " estimated_on) as month_on, sum(downloads) as downloads, max(note) as note"
                f" from marts.{FACT} group by 1"
            )
    except duckdb.Error as error:
        raise BuildFailed(f"dbt could not build the marts\nERROR {error}") from error
    say("dbt is done")
    configs: dict[str, Any] = {FACT: {"meta": {"month_column": "estimated_on"}}, "rpt_months": {}}
    nodes = {
        name: {"name": name, "resource_type": "model", "schema": "marts", "config": config}
        for name, config in configs.items()
    }
    dbt_target().mkdir(parents=True, exist_ok=True)
    (dbt_target() / "manifest.json").write_text(json.dumps({"nodes": nodes}))


Rows = dict[str, str]
"""A digest of all rows of each mart."""


def models_alone(settings: Settings, plan: Plan, say: Callable[[str], None]) -> None:
    """dbt's models without its data tests, in this process: for hundreds of builds."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    built_at = dbt.build_environment(plan, settings.clock.now())
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (dbt.dbt_environment(settings) | built_at).items():
            patch.setenv(name, value)
        result = dbtRunner().invoke(
            [
                "build", "--exclude-resource-types", "test", "unit_test",
                "--quiet", "--target", "lake",
                # Its threads would be missing in the dbt that a later test forks, which would wait.
                "--no-static-parser",
                "--project-dir", str(DBT_PROJECT),
                "--target-path", str(dbt_target()),
                "--log-path", str(home() / "logs"),
                *(["--full-refresh"] if plan.is_full_refresh else []),
            ]
        )  # fmt: skip
    DuckDBConnectionManager.close_all_connections()
    if not result.success:
        raise BuildFailed(f"dbt could not build the marts: {result.exception or result.result}")
    say("dbt is done")


@dataclass(frozen=True)
class Machine:
    """A lake and a warehouse, built and published before the newest loads were accepted.

    `before` is what readers get then, `after` what they are to get with the newest loads; `right`
    is what the warehouse holds then.
    """

    settings: Settings
    store: ObjectStore
    saved: Path
    objects: frozenset[str]
    pointer: bytes
    before: Rows
    after: Rows
    right: str

    @property
    def path(self) -> Path:
        return self.settings.warehouse_path

    @property
    def records(self) -> list[LoadRecord]:
        """All accepted loads."""
        inputs = read_inputs(self.store)
        return [record for records in inputs.accepted.values() for record in records]

    def restore(self) -> None:
        """As if the newest loads had just been accepted."""
        for key in self.store.list(""):
            if key not in self.objects:
                self.store.delete(key)
        self.store.put(keys.CURRENT_SNAPSHOT, self.pointer)
        shutil.rmtree(self.path.parent, ignore_errors=True)
        shutil.copytree(self.saved, self.path.parent)

    def build(self, *, full_refresh: bool = False) -> list[str]:
        """Build; what the run says."""
        said: list[str] = []
        inputs = read_inputs(self.store)
        build(inputs, self.settings, self.store, said.append, full_refresh=full_refresh)
        return said

    def run(self, *, full_refresh: bool = False) -> str:
        """What a run of market_marts does; the snapshot that is current then."""
        run(self.settings, self.store, full_refresh=full_refresh)
        return read_manifest(self.store).snapshot_id

    def rows(self) -> Rows:
        """What readers get."""
        return published_rows(self.settings)


def run(settings: Settings, store: ObjectStore, *, full_refresh: bool = False) -> None:
    """Build, gate and publish, if anything is new or everything is to be built again."""
    inputs = read_inputs(store)
    if full_refresh or not is_published(inputs, store):
        build(inputs, settings, store, _silent, full_refresh=full_refresh)
        audit(inputs, settings, store, _silent)
        publish(inputs, settings, store, _silent)


def _silent(line: str) -> None:
    """Nobody reads it."""


def published_rows(settings: Settings) -> Rows:
    """What a reader gets now; `ops_` marts aside, which tell what happened to the pipeline."""
    with connect(settings) as connection:
        marts = [
            name
            for (name,) in connection.execute(
                "select view_name from duckdb_views()"
                " where database_name = 'marts' and not internal"
                " and not starts_with(view_name, 'ops_')"
            ).fetchall()
        ]
        return {mart: _digest(connection, mart) for mart in sorted(marts)}


def _digest(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    (digest,) = connection.execute(
        "select md5(string_agg(line, chr(10) order by line))"
        f" from (select cast(rows as varchar) as line from {mart} as rows)"
    ).fetchone() or (None,)
    return str(digest)


def held(path: Path) -> str:
    """What the marts hold, by their rows and not by what was noted of them."""
    with duckdb.connect(str(path)) as warehouse:
        noted = contents.results(contents.noted(warehouse))
        everything = Plan(everything_because="all is read")
        contents.note(warehouse, everything, built_marts(), month_columns())
        read = contents.results(contents.noted(warehouse))
    assert noted == read
    return read


@contextmanager
def made(
    settings: Settings,
    store: ObjectStore,
    folder: Path,
    builds_with: Literal["dbt", "models", "few"],
) -> Iterator[Machine]:
    """In the home that is, and a lake without loads.

    It builds with the whole of dbt, with its models alone, or with a few statements of our own. The
    mart gate finds nothing: it is not what is tested, and Great Expectations takes seconds.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mart_gate, "audit_marts", lambda *_: PASSED)
        if builds_with == "models":
            patch.setattr(building, "run_dbt", models_alone)
        loads = small_market()
        if builds_with == "few":
            patch.setattr(building, "run_dbt", few_statements)
            loads = [load for load in loads if load.dataset in (PRODUCTS, ESTIMATES)]
        late = [load for load in loads if load.said_at.startswith(LATE)]
        for load in loads:
            if load not in late:
                accept(load, store, folder)
        run(settings, store)
        before = published_rows(settings)
        for load in late:
            accept(load, store, folder)
        objects = frozenset(store.list(""))
        pointer = store.get(keys.CURRENT_SNAPSHOT)
        shutil.copytree(settings.warehouse_path.parent, folder / "saved")
        run(settings, store)
        after = published_rows(settings)
        assert before[FACT] != after[FACT]
        right = held(settings.warehouse_path)
        yield Machine(settings, store, folder / "saved", objects, pointer, before, after, right)


PASSED = GateResult(subject="marts", suites=(), rows=0, what_to_do="")
