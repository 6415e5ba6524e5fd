"""What the marts of a build are compared with: those that were published last."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from shortdrama.lake.duck import quoted
from shortdrama.lake.ledger import LoadRecord

COMPARED = (
    "dim_app",
    "fct_app_estimates_daily",
    "rpt_market_size_weekly",
    "rpt_market_size_monthly",
    "rpt_market_size_quarterly",
    "rpt_app_leaderboard_monthly",
)
"""Marts that show every loss and move; of the facts only the newest months are read."""


@dataclass(frozen=True)
class Published:
    """The snapshot that readers have now.

    `views` is the address of its view file, `rows` its rows by mart, `withdrawn` those of its loads
    that no longer count.
    """

    views: str
    rows: Mapping[str, int]
    withdrawn: tuple[LoadRecord, ...] = ()


def attach_published(
    connection: duckdb.DuckDBPyConnection, published: Published | None, built_on: date
) -> None:
    """Attach the catalogue `previous`: the COMPARED marts as published, with today's columns.

    They are empty when nothing is published; so are new marts. A new column is null.
    `previous.withdrawn_loads` are the loads that no longer count, `build` has the day of the build.
    """
    connection.execute(
        "create or replace temp table build as select cast(? as date) as built_on", [built_on]
    )
    connection.execute("detach database if exists previous")
    connection.execute("attach ':memory:' as previous (read_write)")
    connection.execute(
        "create table previous.withdrawn_loads"
        " (dataset varchar, load_id varchar, start_on date, end_on date)"
    )
    if published:
        connection.execute(f"attach or replace {quoted(published.views)} as published (read_only)")
        for record in published.withdrawn:
            window = record.coverage.window
            connection.execute(
                "insert into previous.withdrawn_loads values (?, ?, ?, ?)",
                [record.dataset, record.load_id, window.start, window.end],
            )
    for mart in COMPARED:
        known = published is not None and mart in published.rows
        names = _columns(connection, f"published.{mart}") if known else {}
        _create(connection, mart, frozenset(names))


def count_rows(
    connection: duckdb.DuckDBPyConnection,
    rows: Mapping[str, int],
    published: Published | None,
    empty_by_right: Collection[str],
) -> None:
    """Make `previous.mart_rows`: the rows of each mart now and as published."""
    connection.execute(
        "create table previous.mart_rows (mart varchar, row_count bigint,"
        " previous_row_count bigint, is_empty_by_right boolean)"
    )
    before = published.rows if published else {}
    connection.executemany(
        "insert into previous.mart_rows values (?, ?, ?, ?)",
        [[mart, rows[mart], before.get(mart), mart in empty_by_right] for mart in rows],
    )


def _create(connection: duckdb.DuckDBPyConnection, mart: str, published: frozenset[str]) -> None:
    """A view, so that DuckDB reads only those parts of the files that a figure needs."""
    columns = ", ".join(
        name if name in published else f"cast(null as {kind}) as {name}"
        for name, kind in _columns(connection, f"marts.{mart}").items()
    )
    source = f"from published.{mart}" if published else "where false"
    connection.execute(f"create view previous.{mart} as select {columns} {source}")


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Names and types."""
    rows = connection.execute(f"describe {relation}").fetchall()
    return {row[0]: row[1] for row in rows}
