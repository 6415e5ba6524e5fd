"""Profiles: figures about a whole table, computed by DuckDB over every row."""

from importlib.resources import files
from typing import Any

import duckdb

from shortdrama.datasets import Dataset


def has_profile(name: str) -> bool:
    """Whether there is a profile of that name."""
    return files(__name__).joinpath(f"{name}.sql").is_file()


def load_profile(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> dict[str, Any]:
    """The figures of the relation `load`, held against the one-row relation `asked`, by name.

    Some are of every load, the others the dataset's own. `<figure>_samples` holds up to five rows
    that explain the figure.
    """
    figures = _row(connection, "every_load", key=", ".join(dataset.key))
    if "country_code" in dataset.key:
        figures |= _row(connection, "asked_countries")
    return figures | _row(connection, dataset.id)


def mart_profile(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """The figures of a mart, or of all of them, in the schema `marts`; likewise with samples."""
    return _row(connection, name)


def _row(connection: duckdb.DuckDBPyConnection, name: str, **names: str) -> dict[str, Any]:
    sql = files(__name__).joinpath(f"{name}.sql").read_text("utf-8")
    cursor = connection.execute(sql.format(**names) if names else sql)
    columns = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    if row is None:
        raise RuntimeError(f"the profile {name} gave no row; its SQL must aggregate")
    return dict(zip(columns, row, strict=True))
