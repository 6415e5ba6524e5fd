"""Strict reading of JSON answers with DuckDB.

`read_json(columns=…)` rounds 12.7 into a BIGINT and makes a row of NULLs from an error object. So
fields are read as JSON and these macros check their type on the way, in the same pass.

A field that is read as JSON is its text in one form: `12`, `12.7`, `"12"`, without blanks. The
macros `plain_…` take from this text what is certainly right, and are NULL for anything else. Only
then the text is parsed again, by the macros that say what is wrong with it.
"""

import duckdb
import pyarrow as pa

from shortdrama.lake.duck import list_literal, quoted
from shortdrama.lake.landing import Part, read_part
from shortdrama.lake.packing import Packing, packing_of
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.http import LONE_SURROGATES
from shortdrama.sources.nesting import with_whole_characters

MACROS = """
create or replace temp macro wrong_type(value, field, wanted, part) as
    error(part || ': field "' || field || '" should be ' || wanted || ', but is '
          || coalesce(left(cast(value as varchar), 200), 'missing'));
create or replace temp macro plain_integer(value) as
    case when cast(try_cast(cast(value as varchar) as bigint) as varchar) = cast(value as varchar)
         then try_cast(cast(value as varchar) as bigint) end;
create or replace temp macro plain_text(value) as
    case when starts_with(cast(value as varchar), '"') and strlen(cast(value as varchar)) < 40
         then substr(cast(value as varchar), 2, strlen(cast(value as varchar)) - 2) end;
create or replace temp macro plain_money(value) as
    try_cast(plain_text(value) as decimal(18, 2));
create or replace temp macro plain_date(value) as
    case when strlen(cast(value as varchar)) < 40
              and substr(cast(value as varchar), 12, 1) in ('"', 'T')
              and cast(try_cast(substr(cast(value as varchar), 2, 10) as date) as varchar)
                  = substr(cast(value as varchar), 2, 10)
         then try_cast(substr(cast(value as varchar), 2, 10) as date) end;
create or replace temp macro strict_integer(value, field, part) as
    coalesce(plain_integer(value),
             case when json_type(value) in ('BIGINT', 'UBIGINT') then try_cast(value as bigint) end,
             wrong_type(value, field, 'a whole number', part));
create or replace temp macro optional_integer(value, field, part) as
    case when value is null or json_type(value) = 'NULL' then null
         else strict_integer(value, field, part) end;
create or replace temp macro integer_or_text(value, field, part) as
    case when json_type(value) = 'VARCHAR' and regexp_full_match(value ->> '$', '[+-]?[0-9]{1,18}')
         then cast(value ->> '$' as bigint)
         else optional_integer(value, field, part) end;
create or replace temp macro nullable_integer(value, field, part) as
    case when json_type(value) = 'NULL' then null else strict_integer(value, field, part) end;
create or replace temp macro strict_text(value, field, part) as
    case when json_type(value) <> 'VARCHAR' or json_type(value) is null
              then wrong_type(value, field, 'a text', part)
         when strlen(value) > 10000
              then wrong_type(value, field, 'a text of at most 10,000 bytes', part)
         else value ->> '$' end;
create or replace temp macro optional_text(value, field, part) as
    case when value is null or json_type(value) = 'NULL' then null
         else strict_text(value, field, part) end;
create or replace temp macro strict_money(value, field, part) as
    coalesce(plain_money(value),
             try_cast(strict_text(value, field, part) as decimal(18, 2)),
             wrong_type(value, field, 'an amount as text', part));
create or replace temp macro strict_date(value, field, part) as
    coalesce(plain_date(value),
             case when regexp_full_match(
                           strict_text(value, field, part), '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?')
                  then try_cast(left(value ->> '$', 10) as date) end,
             wrong_type(value, field, 'a date', part));
create or replace temp macro optional_date(value, field, part) as
    case when value is null or json_type(value) = 'NULL' then null
         else strict_date(value, field, part) end;
create or replace temp macro present(value) as
    case when json_type(value) <> 'NULL' then value end;
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
    # DuckDB would evaluate what occurs twice in a `case` before it looks which branch is needed,
    # and so parse again what the first, cheap branch has already taken.
    connection.execute("set disabled_optimizers = 'common_subexpressions'")
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
    """A temporary view of the parts' bodies; its `filename` joins to `parts.uri`.

    In an `unstructured` body half a character, which no JSON reader of DuckDB takes, becomes the
    sign for an unknown one: the other entries are worth more than one name.
    """
    halves = [part for part in parts if part.response.get(LONE_SURROGATES)]
    if json_format != "unstructured":
        halves = []
    # A pull that was stopped before an upgrade and went on after it has parts of both kinds.
    whole: dict[Packing, list[str]] = {}
    for part in parts:
        if part not in halves:
            whole.setdefault(packing_of(part.key), []).append(store.uri(part.key))
    typed = ", ".join(f"{column}: {quoted(sql_type)}" for column, sql_type in columns.items())
    queries = [_nothing(columns)] + [
        f"from read_json({list_literal(uris)}, format = '{json_format}', columns = {{{typed}}},"
        f" filename = true, compression = '{packing}')"
        for packing, uris in whole.items()
    ]
    if halves:
        bodies = {
            "filename": [store.uri(part.key) for part in halves],
            "body": [
                with_whole_characters(read_part(store, part)).decode("utf-8-sig") for part in halves
            ],
        }
        # A table of DuckDB's own: a scan of Arrow's does not take the filters of joins.
        connection.register("halves", pa.table(bodies))
        connection.execute(f"create or replace temp table {name}_in_halves as from halves")
        connection.unregister("halves")
        fields = ", ".join(
            f"cast(cast(body as json) -> '$.{column}' as {kind}) as {column}"
            for column, kind in columns.items()
        )
        queries.append(f"select {fields}, filename from {name}_in_halves")  # noqa: S608 - our own names
    connection.execute(f"create or replace temp view {name} as {' union all '.join(queries)}")


def _nothing(columns: dict[str, str]) -> str:
    nulls = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns.items())
    return f"select {nulls}, cast(null as varchar) as filename where false"
