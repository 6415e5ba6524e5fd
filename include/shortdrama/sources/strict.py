"""Strict reading of JSON answers with DuckDB.

`read_json(columns=…)` rounds 12.7 into a BIGINT and makes a row of NULLs from an error object. So
fields are read as JSON and these macros check their type on the way, in the same pass.
"""

import duckdb

from shortdrama.lake.duck import list_literal, quoted
from shortdrama.lake.landing import Part
from shortdrama.lake.store import ObjectStore

MACROS = """
create or replace temp macro wrong_type(value, field, wanted, part) as
    error(part || ': field "' || field || '" should be ' || wanted || ', but is '
          || coalesce(cast(value as varchar), 'missing'));
create or replace temp macro strict_integer(value, field, part) as
    case when json_type(value) in ('BIGINT', 'UBIGINT') then cast(value as bigint)
         else wrong_type(value, field, 'a whole number', part) end;
create or replace temp macro optional_integer(value, field, part) as
    case when value is null or json_type(value) = 'NULL' then null
         else strict_integer(value, field, part) end;
create or replace temp macro nullable_integer(value, field, part) as
    case when json_type(value) = 'NULL' then null else strict_integer(value, field, part) end;
create or replace temp macro strict_text(value, field, part) as
    case when json_type(value) = 'VARCHAR' then value ->> '$'
         else wrong_type(value, field, 'a text', part) end;
create or replace temp macro optional_text(value, field, part) as
    case when value is null or json_type(value) = 'NULL' then null
         else strict_text(value, field, part) end;
create or replace temp macro strict_money(value, field, part) as
    coalesce(try_cast(strict_text(value, field, part) as decimal(18, 2)),
             wrong_type(value, field, 'an amount as text', part));
create or replace temp macro strict_date(value, field, part) as
    coalesce(try_cast(left(strict_text(value, field, part), 10) as date),
             wrong_type(value, field, 'a date', part));
create or replace temp macro optional_date(value, field, part) as
    case when value is null or json_type(value) = 'NULL' then null
         else strict_date(value, field, part) end;
create or replace temp macro strict_json(value, type, field, part) as
    case when json_type(value) = type then value
         else wrong_type(value, field, 'a JSON ' || lower(type), part) end;
create or replace temp macro optional_boolean(value, field, part) as
    case when value is null or json_type(value) = 'NULL' then null
         when json_type(value) = 'BOOLEAN' then cast(value as boolean)
         else wrong_type(value, field, 'true or false', part) end;
"""


def prepare(
    connection: duckdb.DuckDBPyConnection, store: ObjectStore, parts: tuple[Part, ...]
) -> None:
    """Make the macros, and a table `parts(uri, context)` of what each part is about."""
    connection.execute(MACROS)
    connection.execute(
        "create or replace temp table parts (uri varchar, context map(varchar, varchar))"
    )
    connection.executemany(
        "insert into parts values (?, ?)",
        [(store.uri(part.key), {**part.response, **part.context}) for part in parts],
    )


def json_relation(
    connection: duckdb.DuckDBPyConnection,
    store: ObjectStore,
    name: str,
    parts: list[Part],
    columns: dict[str, str],
    json_format: str,
) -> None:
    """A temporary view of the parts' bodies; its `filename` joins to `parts.uri`."""
    if not parts:
        nulls = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns.items())
        connection.execute(
            f"create or replace temp view {name} as"
            f" select {nulls}, cast(null as varchar) as filename where false"
        )
        return
    uris = list_literal([store.uri(part.key) for part in parts])
    typed = ", ".join(f"{column}: {quoted(sql_type)}" for column, sql_type in columns.items())
    connection.execute(
        f"create or replace temp view {name} as from read_json({uris}, format = '{json_format}',"
        f" columns = {{{typed}}}, filename = true, compression = 'gzip')"
    )
