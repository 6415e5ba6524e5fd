"""Digests of what the marts hold; they identify a snapshot, and a month of a mart.

The inputs cannot identify them: the same inputs give other rows if an object was damaged when it
was read, and other inputs often give the same rows.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from shortdrama.core.errors import BuildFailed
from shortdrama.warehouse.build.touched import Plan

TABLE = """
create table built.contents (mart varchar, month_on date, row_count bigint, digest varchar)
"""

ABOUT_OURSELVES = "ops_"
"""The prefix of marts about the pipeline, which differ after every event."""


@dataclass(frozen=True)
class Content:
    """What a mart holds for a month (its first day), or in total (None).

    Equal digests mean equal rows, with the same columns and types, in any order.
    """

    mart: str
    month_on: date | None
    rows: int
    digest: str


def results(contents: Iterable[Content]) -> str:
    """A digest of all marts, equal for builds that say the same about the market."""
    lines = sorted(
        f"{content.mart} {content.month_on} {content.digest}"
        for content in contents
        if not content.mart.startswith(ABOUT_OURSELVES)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `built.contents`."""
    connection.execute(TABLE)


def note(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    marts: Iterable[str],
    month_columns: Mapping[str, str],
) -> None:
    """Note what the marts hold; for those kept by month (`month_columns`), the rewritten months.

    Raises BuildFailed if a row of a mart that is kept by month has no date.
    """
    connection.execute(
        f"delete from built.contents where month_on is null or {plan.condition('month_on')}"  # noqa: S608 - dates
    )
    for mart in marts:
        if mart in month_columns:
            _note_months(connection, plan, mart, month_columns[mart])
        else:
            _note(connection, mart)


def noted(connection: duckdb.DuckDBPyConnection) -> list[Content]:
    """What the marts hold, by mart, oldest month first."""
    rows = connection.execute(
        "select mart, month_on, row_count, digest from built.contents order by mart, month_on"
    ).fetchall()
    return [Content(*row) for row in rows]


def _note_months(connection: duckdb.DuckDBPyConnection, plan: Plan, mart: str, column: str) -> None:
    undated = f"select 1 from marts.{mart} where {column} is null limit 1"  # noqa: S608 - names of our own
    if connection.execute(undated).fetchone():
        raise BuildFailed(f"{mart} is kept by month, and rows of it have no {column}")
    month_on = f"cast(date_trunc('month', {column}) as date)"
    _note(connection, mart, month_on, f"where {plan.condition(column)} group by {month_on}")
    if not connection.execute("select 1 from built.contents where mart = ?", [mart]).fetchone():
        _note(connection, mart)


def _note(
    connection: duckdb.DuckDBPyConnection, mart: str, month_on: str = "null", rest: str = ""
) -> None:
    columns = connection.execute(f"describe marts.{mart}").fetchall()
    shape = ", ".join(f"{name} {kind}" for name, kind, *_ in columns)
    digest = "md5(concat_ws('|', ?, count(*), sum(hash(kept))))"
    held = f"select ?, {month_on}, count(*), {digest} from marts.{mart} as kept {rest}"  # noqa: S608 - names of our own
    connection.execute(f"insert into built.contents {held}", [mart, shape])
