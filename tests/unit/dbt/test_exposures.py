"""The reports as exposures: dbt knows which marts they read."""

import re
from typing import Any

import duckdb
import pytest

import report_editions
from shortdrama.reports.registry import REPORTS


class Listening:
    """A connection that remembers which marts were asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.read: set[str] = set()

    def execute(self, sql: str, *parameters: Any) -> duckdb.DuckDBPyConnection:
        self.read |= set(re.findall(r"(?:from|join)\s+marts\.(\w+)", sql))
        return self._connection.execute(sql, *parameters)


@pytest.mark.parametrize("report_id", REPORTS)
def test_a_report_depends_on_exactly_the_marts_that_it_reads(build: Any, report_id: str) -> None:
    with report_editions.marts() as connection:
        listening: Any = Listening(connection)
        report_editions.edition(listening, report_id, "en")
    exposure = build.manifest["exposures"][f"exposure.shortdrama.{report_id}"]
    assert {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]} == listening.read
    assert listening.read


def test_every_report_is_an_exposure(build: Any) -> None:
    found = {exposure["name"] for exposure in build.manifest["exposures"].values()}
    assert found == set(REPORTS)
