"""The suites fit the marts as dbt builds them, and the small market is no defect to any."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from shortdrama.datasets import DATASETS
from shortdrama.gates.mart_gate import MartContext, audit_marts, gated_marts
from shortdrama.gates.suite_files import joint_suites


@pytest.fixture
def marts(build: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        yield connection


def test_the_marts_of_the_small_market_pass_their_suites(marts: Any) -> None:
    loaded = frozenset(
        dataset_id
        for (dataset_id,) in marts.execute(
            "select distinct dataset from raw.load_coverage"
        ).fetchall()
    )
    result = audit_marts(marts, "B1", MartContext("real", loaded, date(2026, 2, 25)))
    assert loaded <= DATASETS.keys()
    assert [finding.text for finding in result.critical] == []
    assert {f"marts/{mart}" for mart in gated_marts()} >= set(result.suites) - {
        "marts",
        *joint_suites(),
    }
