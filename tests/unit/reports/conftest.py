"""An edition for the reports' tests."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

import report_editions
from shortdrama.core.clock import Clock
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.old_archive import Edition
from shortdrama.reports.weekly_brief import prepare_edition


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2025, 10, 1, 3, 0, tzinfo=UTC))


@pytest.fixture
def edition(
    store: ObjectStore,
    example_marts: duckdb.DuckDBPyConnection,
    example_manifest: dict[str, Any],
    clock: Clock,
) -> Edition:
    return prepare_edition(store, example_marts, example_manifest, "2025-W39", clock)


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
