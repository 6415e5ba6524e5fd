"""One dbt build of the small market; every test here reads its result."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from markets.small import small_market, write_raw
from shortdrama.core.settings import REPOSITORY

DBT_PROJECT = REPOSITORY / "dbt_project"


@dataclass(frozen=True)
class Build:
    """A finished dbt build: its file, its manifest, and what it said."""

    warehouse: Path
    manifest: dict[str, Any]
    results: dict[str, str]

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: Any) -> tuple[Any, ...]:
        (row,) = self.query(sql, *parameters)
        return row

    @property
    def models(self) -> dict[str, dict[str, Any]]:
        return {
            node["name"]: node
            for node in self.manifest["nodes"].values()
            if node["resource_type"] == "model"
        }

    @property
    def tests(self) -> list[dict[str, Any]]:
        return [node for node in self.manifest["nodes"].values() if node["resource_type"] == "test"]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Build:
    """The build, made once, however many processes the tests are spread over."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "dbt"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            _build_in(folder)
    target = folder / "target"
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return Build(
        warehouse=folder / "market.duckdb",
        manifest=json.loads((target / "manifest.json").read_text(encoding="utf-8")),
        results={result["unique_id"]: result["status"] for result in results},
    )


def _build_in(folder: Path) -> None:
    folder.mkdir()
    warehouse = folder / "market.duckdb"
    write_raw(warehouse, small_market())
    run = subprocess.run(
        [
            sys.executable, "-m", "dbt.cli.main", "build",
            "--target", "local",
            "--project-dir", str(DBT_PROJECT),
            "--profiles-dir", str(DBT_PROJECT),
            "--target-path", str(folder / "target"),
            "--log-path", str(folder / "logs"),
            "--no-use-colors",
        ],
        env=os.environ
        | {
            "SHORTDRAMA_WAREHOUSE_PATH": str(warehouse),
            "SHORTDRAMA_BUILT_AT": "2026-02-25T08:00:00",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
