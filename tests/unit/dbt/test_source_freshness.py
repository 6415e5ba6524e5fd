"""`dbt source freshness` says what ops_freshness says."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shortdrama.core.settings import DBT_PROJECT
from shortdrama.datasets import DATASETS

pytestmark = pytest.mark.integration


def freshness(build: Any, folder: Path, built_at: str) -> dict[str, str]:
    """The status of each source by its dataset, at an instant of the pipeline's clock."""
    # A copy: others read the warehouse meanwhile, and dbt would write to it.
    warehouse = shutil.copy(build.warehouse, folder)
    # What is parsed already is not parsed again.
    shutil.copy(build.warehouse.parent / "target" / "partial_parse.msgpack", folder)
    run = subprocess.run(
        [
            sys.executable, "-m", "dbt.cli.main", "source", "freshness",
            "--target", "local",
            "--project-dir", str(DBT_PROJECT),
            "--profiles-dir", str(DBT_PROJECT),
            "--target-path", str(folder),
            "--log-path", str(folder),
            "--no-use-colors",
        ],
        env=os.environ
        | {
            "SHORTDRAMA_WAREHOUSE_PATH": str(warehouse),
            "SHORTDRAMA_BUILT_AT": built_at,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    results = json.loads((folder / "sources.json").read_text(encoding="utf-8"))["results"]
    return {".".join(one["unique_id"].split(".")[2:]): one["status"] for one in results}


@pytest.mark.parametrize(
    ("built_at", "stale"),
    [
        ("2025-10-03T23:59:59", {False}),  # the newest day is three days old
        ("2025-10-04T00:00:01", {True, False}),
    ],
)
def test_a_source_is_stale_when_its_dataset_is(
    build: Any, tmp_path: Path, built_at: str, stale: set[bool]
) -> None:
    as_of_days = build.query(
        "select dataset, cast(? as date) - as_of_on, stale_after_days from marts.ops_freshness"
        " where as_of_on is not null",
        built_at,
    )
    assert {days > patience for _, days, patience in as_of_days} == stale
    said = freshness(build, tmp_path, built_at)
    assert {dataset: said[dataset] for dataset, *_ in as_of_days} == {
        dataset: "warn" if days > patience else "pass" for dataset, days, patience in as_of_days
    }


def test_every_dataset_has_its_own_patience(build: Any) -> None:
    said = {
        f"{source['source_name']}.{source['name']}": source["freshness"]["warn_after"]
        for source in build.manifest["sources"].values()
        if source["freshness"] and source["freshness"]["warn_after"]["count"]
    }
    assert said == {
        name: {"count": dataset.stale_after_days, "period": "day"}
        for name, dataset in DATASETS.items()
    }
