"""Rows of a query as frozen models."""

from typing import TypeVar

from duckdb import DuckDBPyConnection
from pydantic import BaseModel, ConfigDict

Model = TypeVar("Model", bound=BaseModel)


class Frozen(BaseModel):
    """A value that does not change once made."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def read(
    connection: DuckDBPyConnection, model: type[Model], sql: str, **parameters: object
) -> tuple[Model, ...]:
    """The rows of a query; its columns are the fields of `model`."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or []]
    return tuple(
        model.model_validate(dict(zip(names, row, strict=True))) for row in cursor.fetchall()
    )


def first(rows: tuple[Model, ...]) -> Model | None:
    """The first row, if there is any."""
    return rows[0] if rows else None
