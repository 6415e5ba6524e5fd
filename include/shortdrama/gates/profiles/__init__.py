"""Profiles: figures about a whole table, computed by DuckDB over every row."""

from importlib.resources import files
from typing import Any

import duckdb


def has_profile(name: str) -> bool:
    """Whether there is a profile of that name."""
    return files(__name__).joinpath(f"{name}.sql").is_file()


def profile(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """The one row of `<name>.sql`, by column.

    The SQL of a load reads the relation `load` and the one-row relation `asked`; the SQL of a mart
    reads the schema `marts`. A column `<figure>_samples` holds up to five rows that explain it.
    """
    cursor = connection.execute(files(__name__).joinpath(f"{name}.sql").read_text("utf-8"))
    columns = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    if row is None:
        raise RuntimeError(f"the profile {name} gave no row; its SQL must aggregate")
    return dict(zip(columns, row, strict=True))
