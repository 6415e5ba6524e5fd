"""Market pages of a demonstration lake whose marts are cut to what the page reads.

`tests/fixtures/market_page` has them, one file per mart; apps and hashtags are simulated.
"""

import json
import re
from pathlib import Path
from typing import Any

import duckdb

import mart_tables
import report_editions
from shortdrama.market_page.compose import compose
from shortdrama.market_page.render import html
from shortdrama.reports.words.formats import LocaleName

MARTS = Path(__file__).parent / "fixtures" / "market_page"
EMBEDDED = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def marts() -> duckdb.DuckDBPyConnection:
    """The marts, complete by their contracts."""
    connection = empty()
    mart_tables.load(connection, MARTS)
    return connection


def empty() -> duckdb.DuckDBPyConnection:
    """All marts without any row, as after a build of a lake that has only products."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    mart_tables.complete(connection)
    return connection


def page(connection: duckdb.DuckDBPyConnection, locale: LocaleName = "en", **manifest: Any) -> str:
    """The file; `manifest` are changes of the snapshot's manifest."""
    return html(compose(connection, report_editions.manifest(**manifest), locale))


def data(text: str) -> dict[str, Any]:
    """What is embedded in a page for its charts."""
    found = EMBEDDED.search(text)
    assert found is not None
    embedded: dict[str, Any] = json.loads(found[1])
    return embedded


def visible(text: str) -> str:
    """The page without its scripts, style and data."""
    return re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
