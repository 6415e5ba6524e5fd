"""Integers of 128 bits for Parquet, which has none: DuckDB would write them as doubles.

A sum of BIGINT is such an integer.
"""

from collections.abc import Iterator
from typing import Any

import duckdb

EXACT_TYPES = ("BIGINT", "DECIMAL(38, 0)")
"""What Parquet can hold exactly, and most tools read as integers; and what holds more digits."""
WIDE = ("hugeint", "uhugeint")
NESTED = ("list", "array", "struct", "map")


def exact_queries(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[str]:
    """The query with its wide integers as BIGINT, and, if they do not fit, as DECIMAL.

    Also inside of lists, structs and maps. A query without any comes as it is.
    """
    relation = connection.sql(f"from (\n{query}\n)")
    columns: list[tuple[str, Any]] = list(zip(relation.columns, relation.types, strict=True))
    wide = [(name, kind) for name, kind in columns if _is_wide(kind)]
    if not wide:
        yield query
        return
    for exact in EXACT_TYPES:
        casts = ", ".join(
            f"cast({_name(name)} as {_exact(kind, exact)}) as {_name(name)}" for name, kind in wide
        )
        yield f"select * replace ({casts}) from (\n{query}\n)"  # noqa: S608 - only reads


def _is_wide(kind: Any) -> bool:
    return kind.id in WIDE or any(_is_wide(child) for _, child in _children(kind))


def _children(kind: Any) -> list[tuple[str, Any]]:
    """Names and types inside of a type; the length of an array is no type."""
    inside = kind.children if kind.id in NESTED else []
    return [(name, child) for name, child in inside if isinstance(child, type(kind))]


def _exact(kind: Any, exact: str) -> str:
    """The type as SQL, with `exact` in place of wide integers."""
    if kind.id in WIDE:
        return exact
    inside = [(name, _exact(child, exact)) for name, child in _children(kind)]
    match kind.id:
        case "list":
            return f"{inside[0][1]}[]"
        case "array":
            return f"{inside[0][1]}[{dict(kind.children)['size']}]"
        case "struct":
            return f"STRUCT({', '.join(f'{_name(name)} {child}' for name, child in inside)})"
        case "map":
            return f"MAP({inside[0][1]}, {inside[1][1]})"
    return str(kind)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
