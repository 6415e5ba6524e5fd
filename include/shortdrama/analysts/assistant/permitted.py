"""What a question of an assistant may name: the marts of its snapshot and their macros.

DuckDB's own parse tree is judged, not the text: every table and function that it names. This comes
before the locks of `worker.py`, which hold even if a query gets past it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})
"""Those that only make rows of their arguments."""
REFUSED_FUNCTIONS = frozenset(
    {
        "current_setting",
        "getenv",
        "getvariable",
        "write_log",
        "query",
        "query_table",
        "json_serialize_plan",
        # Macros of DuckDB's that read its system tables; the first tells the paths of files.
        "pg_get_viewdef",
        "pg_get_constraintdef",
        "get_block_size",
        "format_type",
    }
)
"""Scalar functions that tell something about the machine, leave something, or hide a query."""
SHOW_TABLES = '"tables"'
"""How the parse tree names what SHOW TABLES lists; DESCRIBE has a query there instead."""

ONE_QUERY = (
    "give one query that only reads: a SELECT, DESCRIBE or SUMMARIZE; a PIVOT needs its values"
    " (ON column IN (…))"
)


class NotPermitted(Exception):
    """A query names or does what an assistant may not; the message says what and what to use."""


@dataclass
class _Named:
    tables: set[tuple[str, str, str]] = field(default_factory=set)
    table_functions: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)


def quoted(text: str) -> str:
    """As in `lake/duck.py`, which imports boto3: a question would wait for that longest."""
    return "'" + text.replace("'", "''") + "'"


def check(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise NotPermitted unless the query reads only marts, which are attached as `marts`."""
    if "\x00" in query:
        raise NotPermitted("a query has no NUL character")
    named = _named(_parsed(connection, query))
    marts = _first(
        connection, "select view_name from duckdb_views() where database_name = 'marts'"
        " and not internal"
    )  # fmt: skip
    macros = _first(
        connection, "select function_name from duckdb_functions() where database_name = 'marts'"
        " and not internal"
    )  # fmt: skip
    # Else a name of the query's own could stand for it in one place and open it in another.
    built_in = _first(connection, "select view_name from duckdb_views() where internal")
    for catalog, schema, table in sorted(named.tables):
        is_mart = table in marts and catalog in ("", "marts") and schema in ("", "main", "marts")
        is_own = table in named.own - built_in and not catalog and not schema
        if not (is_mart or is_own):
            raise NotPermitted(
                f"there is no mart {table!r}; `list_marts` names them, and nothing else can be read"
            )
    for function in sorted(named.table_functions - TABLE_FUNCTIONS - macros):
        raise NotPermitted(f"{function}() is not for assistants: only marts can be read")
    for function in sorted(named.functions & REFUSED_FUNCTIONS):
        raise NotPermitted(f"{function}() is not for assistants: only marts can be read")


def _parsed(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    # Not as a parameter: for those DuckDB imports pandas, and each question has a process.
    statement = f"select json_serialize_sql({quoted(query)})"
    (text,) = connection.execute(statement).fetchone() or ("{}",)
    try:
        parsed: dict[str, Any] = json.loads(text)
    except RecursionError:
        raise NotPermitted("the query is nested too deeply") from None
    if parsed.get("error_type") == "parser":
        raise NotPermitted(str(parsed.get("error_message")))
    if parsed.get("error") or len(parsed.get("statements", ())) != 1:
        raise NotPermitted(ONE_QUERY)
    return parsed


def _named(parsed: dict[str, Any]) -> _Named:
    named = _Named()
    for node in _nodes(parsed):
        kind = node.get("type")
        if kind == "BASE_TABLE":
            place = (node.get("catalog_name") or "", node.get("schema_name") or "")
            named.tables.add((*map(str.lower, place), node["table_name"].lower()))
        elif kind == "TABLE_FUNCTION":
            named.table_functions.add(str(node["function"].get("function_name")).lower())
        elif kind == "SHOW_REF" and not node.get("query") and node["table_name"] != SHOW_TABLES:
            raise NotPermitted("only `show tables` is for assistants: only marts can be read")
        elif "function_name" in node:
            named.functions.add(node["function_name"].lower())
        for entry in (node.get("cte_map") or {}).get("map", ()):
            if re.fullmatch(r"\w+", entry["key"]):  # another name could be that of a file
                named.own.add(entry["key"].lower())
    return named


def _nodes(parsed: object) -> Iterator[dict[str, Any]]:
    """All objects of the tree; no recursion, for it may be deep."""
    left = [parsed]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)


def _first(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {name.lower() for (name,) in connection.execute(query).fetchall()}
