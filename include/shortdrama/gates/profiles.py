"""Profiles: figures about a whole table, computed by DuckDB over every row.

A profile is SQL in `expectations/`, beside the suite that judges its figures. A long one has more
parts, `<dataset>.<number>_<name>.profile.sql`, which run in that order. A part may begin with
temporary tables, which the parts after it can read.
"""

from pathlib import Path
from typing import Any

import duckdb

from shortdrama.core.settings import DBT_PROJECT, EXPECTATIONS
from shortdrama.datasets.model import Dataset

SUFFIX = ".profile.sql"
SEEDS = str(DBT_PROJECT / "seeds")
"""Reference data that a profile may read, as `{seeds}/<name>.csv`."""


def has_profile(name: str) -> bool:
    """Whether there is a profile with that name."""
    return _path(name).is_file()


def parts_of(dataset: Dataset) -> tuple[str, ...]:
    """The profiles of a load: the one for every load, then those of its dataset, in order."""
    of_countries = ("asked_countries",) if "country_code" in dataset.key else ()
    further = sorted(
        path.name.removesuffix(SUFFIX)
        for path in EXPECTATIONS.glob(f"{dataset.id}.[0-9]_*{SUFFIX}")
    )
    return ("every_load", *of_countries, dataset.id, *further)


def load_profile(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> dict[str, Any]:
    """The figures of the relation `load`, compared with the one-row relation `asked`, by name.

    `<figure>_samples` holds up to five rows that explain the figure.
    """
    figures: dict[str, Any] = {}
    for part in parts_of(dataset):
        sql = text(part).replace("{key}", ", ".join(dataset.key)).replace("{seeds}", SEEDS)
        figures |= _row(connection, sql)
    return figures


def mart_profile(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """The figures of a mart, or of all of them, in the schema `marts`; also with samples."""
    return _row(connection, text(name))


def text(name: str) -> str:
    """The SQL of a profile."""
    return _path(name).read_text("utf-8")


def _path(name: str) -> Path:
    return EXPECTATIONS / f"{name}{SUFFIX}"


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    cursor = connection.execute(sql)
    columns = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    if row is None:
        raise RuntimeError(f"a profile must aggregate, but this one gave no row: {sql[:200]}")
    return dict(zip(columns, row, strict=True))
