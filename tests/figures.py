"""Figures of the profile of a small load, without the suite that judges them.

The load is a table in memory, a part of an ordinary one, which statements change. Only the parts of
the profile run that the figure needs: some ten changes can be tried in a second.
"""

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Any

import duckdb

from ordinary.loads import OrdinaryLoad
from ordinary.year import ORDINARY
from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import ByDay
from shortdrama.gates import profiles
from shortdrama.gates.load_gate import _describe_asked
from shortdrama.lake.ledger import Coverage

MAKES_TABLES = "create or replace temp table"


class SmallLoad:
    """Some countries and the newest days of the ordinary load of a day, and of the one before it.

    Statements may change the tables `load` and `previous`; the next figure begins with both as they
    were.
    """

    def __init__(self, dataset_id: str, on: date, days: int, countries: Sequence[str]) -> None:
        self._dataset = dataset_named(dataset_id)
        self._connection = duckdb.connect(config={"threads": 1})
        load = ORDINARY[dataset_id](on, 1.0)
        earlier = ORDINARY[dataset_id](on - timedelta(days=1), 1.0)
        assert load is not None
        assert earlier is not None
        first = load.window.end - timedelta(days=days - 1)
        for table, said, load_id in (("load", load, "L1"), ("previous", earlier, "L0")):
            self._fill(table, said, load_id, first, countries)
        coverage = Coverage(
            window=Window(start=first, end=load.window.end), countries=tuple(countries)
        )
        _describe_asked(self._connection, self._dataset, "L1", coverage, load.said_at)
        self._parts = [self._sql(part) for part in profiles.parts_of(self._dataset)]
        for sql in self._parts:  # Macros stay; tables are made again for each figure.
            profiles._row(self._connection, sql)

    def figure(self, name: str, statements: Sequence[str]) -> float | None:
        """The figure after the statements have changed the load."""
        self._connection.begin()
        try:
            for statement in statements:
                self._connection.execute(statement)
            return self._computed(name)
        finally:
            self._connection.rollback()

    def _computed(self, name: str) -> float | None:
        for sql in self._parts:
            is_its_own = f" as {name}," in sql or f" as {name}\n" in sql
            if is_its_own or MAKES_TABLES in sql:
                figures: dict[str, Any] = profiles._row(self._connection, sql)
            if is_its_own:
                value = figures[name]
                return None if value is None else float(value)
        raise LookupError(f"no part of the profile of {self._dataset.id} computes {name}")

    def _fill(
        self, table: str, said: OrdinaryLoad, load_id: str, first: date, countries: Sequence[str]
    ) -> None:
        follows = self._dataset.follows
        assert isinstance(follows, ByDay)
        columns = ", ".join(f"{one.name} {one.sql_type}" for one in self._dataset.all_columns)
        self._connection.execute(f"create table {table} ({columns})")
        self._connection.execute(
            f"insert into {table} select *, ?, ?, true from ({said.sql})",
            [load_id, said.said_at.astimezone(UTC).replace(tzinfo=None)],
        )
        self._connection.execute(
            f"delete from {table} where {follows.day_column} < ?"
            " or not list_contains(?, country_code)",
            [first, list(countries)],
        )

    def _sql(self, part: str) -> str:
        key = ", ".join(self._dataset.key)
        return profiles.text(part).replace("{key}", key).replace("{seeds}", profiles.SEEDS)
