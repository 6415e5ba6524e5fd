"""Fixtures that several rooms share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import hypothesis
import pytest

from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.gates.results import GateResult
from shortdrama.lake import duck, keys
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import contents
from shortdrama.warehouse.build.dbt import dbt_target
from shortdrama.warehouse.build.inputs import BuildInputs, keep_inputs
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.build.warehouse_file import open_or_start_over

# A busy machine is no failure: speed belongs in benchmarks.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# DuckDB checks the signature of its extension in each new database: 60 ms, thousands of times.
# `tests/unit/lake/test_duck.py` checks it once.
duck.CONFIG["allow_unsigned_extensions"] = True


@dataclass
class PrivateWarehouse:
    """What a build and its gate leave behind, without dbt: marts, written months, a verdict."""

    settings: Settings
    store: ObjectStore
    month_columns: Mapping[str, str]

    def build(
        self,
        name: str,
        marts: Mapping[str, str],
        *,
        code: str = "code",
    ) -> BuildInputs:
        """The inputs of a build, told apart by `name`; `marts` are queries."""
        inputs = self._inputs(name, code)
        open_or_start_over(self.settings.warehouse_path, print)
        with duckdb.connect(str(self.settings.warehouse_path)) as connection:
            connection.execute("create schema if not exists marts")
            for mart, query in marts.items():
                connection.execute(f"create or replace table marts.{mart} as {query}")
            connection.execute("delete from built.inputs")
            connection.execute("insert into built.inputs values (?)", [inputs.model_dump_json()])
            everything = Plan(everything_because="it is made up")
            contents.note(connection, everything, marts, self.month_columns)
            held = contents.results(contents.noted(connection))
        self._dbt_manifest(marts)
        keep_inputs(inputs, self.store)
        passed = GateResult(
            subject="marts", judged=held, suites=("marts/a",), rows=1, what_to_do=""
        )
        self.store.put(keys.mart_gate(inputs.fingerprint), passed.model_dump_json().encode())
        return inputs

    def _dbt_manifest(self, marts: Mapping[str, str]) -> None:
        nodes = {
            mart: {
                "name": mart,
                "resource_type": "model",
                "schema": "marts",
                "config": {
                    "meta": {"month_column": self.month_columns[mart]}
                    if mart in self.month_columns
                    else {}
                },
            }
            for mart in marts
        }
        dbt_target().mkdir(parents=True, exist_ok=True)
        (dbt_target() / "manifest.json").write_text(json.dumps({"nodes": nodes}))

    def _inputs(self, name: str, code: str) -> BuildInputs:
        day = date(2025, 9, 30)
        record = LoadRecord(
            load_id=name,
            pull_id=name,
            dataset=ESTIMATES.id,
            status="accepted",
            key=f"raw/{name}.parquet",
            sha256="",
            rows=1,
            coverage=Coverage(window=Window(start=day, end=day)),
            said_at=datetime(2025, 10, 1, tzinfo=UTC),
            decided_at=datetime(2025, 10, 1, tzinfo=UTC),
            is_sample=True,
        )
        return BuildInputs(
            accepted=dict.fromkeys(DATASETS, ()) | {ESTIMATES.id: (record,)},
            refused_since=dict.fromkeys(DATASETS, ()),
            code=code,
        )


@pytest.fixture
def private_warehouse(
    make_warehouse: Callable[..., PrivateWarehouse],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., PrivateWarehouse]:
    """Makes one in a home of its own: `private_warehouse(settings, store, mart=month column)`."""
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    return make_warehouse


@pytest.fixture
def make_warehouse() -> Callable[..., PrivateWarehouse]:
    """The same in the home that is."""

    def make(settings: Settings, store: ObjectStore, **month_columns: str) -> PrivateWarehouse:
        return PrivateWarehouse(settings, store, month_columns)

    return make
