"""What the views of a snapshot say about themselves: descriptions, columns, types, units."""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Column:
    """A column; its type is DuckDB's, its description has the unit."""

    name: str
    kind: str
    comment: str | None


@dataclass(frozen=True)
class Mart:
    """A mart and its columns, in order."""

    name: str
    comment: str | None
    columns: tuple[Column, ...]

    @property
    def names(self) -> set[str]:
        """The columns' names."""
        return {column.name for column in self.columns}


def described(connection: duckdb.DuckDBPyConnection) -> dict[str, Mart]:
    """The marts of a connection that has a snapshot attached as `marts`, by name."""
    views = connection.execute(
        "select view_name, comment from duckdb_views()"
        " where database_name = 'marts' and not internal order by view_name"
    ).fetchall()
    columns = connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns()"
        " where database_name = 'marts' and not internal order by table_name, column_index"
    ).fetchall()
    of_mart: dict[str, list[Column]] = {}
    for mart, *column in columns:
        of_mart.setdefault(mart, []).append(Column(*column))
    return {name: Mart(name, comment, tuple(of_mart[name])) for name, comment in views}
