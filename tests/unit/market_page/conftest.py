"""Marts for the tests of the market page."""

from collections.abc import Iterator

import duckdb
import pytest

import market_pages
from snapshots import _published, lake, published  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def _without_vega(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a browser needs the library; it takes seconds to make."""
    monkeypatch.setattr("shortdrama.market_page.render._vega", lambda: "")


@pytest.fixture(scope="session")
def _marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with market_pages.marts() as connection:
        yield connection


@pytest.fixture
def marts(_marts: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A test may change them, the next one has them as before."""
    _marts.execute("begin")
    yield _marts
    _marts.execute("rollback")
