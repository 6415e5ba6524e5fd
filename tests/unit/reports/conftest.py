"""Marts for the reports' tests."""

from collections.abc import Iterator

import duckdb
import pytest

import report_editions


@pytest.fixture(scope="session")
def _report_marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with report_editions.marts() as connection:
        yield connection


@pytest.fixture
def report_marts(
    _report_marts: duckdb.DuckDBPyConnection,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Marts of a demonstration lake; a test may change them, the next one has them as before."""
    _report_marts.execute("begin")
    yield _report_marts
    _report_marts.execute("rollback")
