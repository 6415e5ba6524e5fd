"""Reads all that a copy of the marts holds, with whatever DuckDB this process imports.

`python client.py MARTS.DUCKDB [MACRO CALL ...]` prints JSON: DuckDB's version; of every view its
columns with types and comments, how many rows there are and their digest; the digest of each call
of a macro; the names of all macros. A value's digest is of what Python gets, so that two DuckDBs
that print the same value otherwise are still equal.
"""

import hashlib
import json
import sys
from typing import Any

import duckdb


def read(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Any]:
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    rows = connection.execute(f"select * from {relation} order by all").fetchall()
    digest = hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()
    return {"columns": [column[:2] for column in columns], "rows": len(rows), "digest": digest}


def main(file: str, *calls: str) -> None:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach '{file.replace(chr(39), chr(39) * 2)}' as marts (read_only)")
    connection.execute("use marts")
    ours = "where database_name = 'marts' and not internal order by all"
    views = dict(
        connection.execute(f"select view_name, comment from duckdb_views() {ours}").fetchall()
    )
    comments = connection.execute(
        f"select table_name, column_name, comment from duckdb_columns() {ours}"
    ).fetchall()
    macros = connection.execute(
        f"select distinct function_name from duckdb_functions() {ours}"
    ).fetchall()
    told = {
        "version": duckdb.__version__,
        "views": views,
        "comments": comments,
        "macros": [name for (name,) in macros],
        "read": {relation: read(connection, relation) for relation in (*views, *calls)},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
