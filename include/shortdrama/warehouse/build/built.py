"""What the private warehouse knows about its own builds, in its schema `built`.

It is in the warehouse's file, so it is lost together with the marts that it describes.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date

import duckdb

from shortdrama.core.errors import BuildFailed, DamagedDocument, NewerDocument
from shortdrama.warehouse.build import contents
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.touched import Plan

FORM = 1
"""The form of this schema. A file with another form is from another release and is not reused."""

TABLES = f"""
create schema built;
create table built.form as select {FORM} as form;
-- The inputs of the last finished build, one document.
create table built.inputs (document varchar);
-- Months that a build has begun to rewrite and has not finished.
create table built.begun_months (month_on date);
-- The app and store that each product's rows were given.
create table built.products (product_id bigint, app_id varchar, store varchar);
-- The ETags of the loads' objects whose sha256 was found right.
create table built.compared (load_id varchar, etag varchar);
"""


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema in a new file."""
    connection.begin()
    connection.execute(TABLES)
    contents.make(connection)
    connection.commit()


def is_ours(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file is a warehouse made by this release."""
    known = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'built' and table_name = 'form'"
    ).fetchone()
    return bool(known) and connection.execute("from built.form").fetchall() == [(FORM,)]


def last_inputs(connection: duckdb.DuckDBPyConnection) -> BuildInputs | None:
    """What the last finished build read; None if no build has finished.

    None also for a document that cannot be read: newer software built here and was taken back.
    """
    row = connection.execute("select document from built.inputs").fetchone()
    with suppress(NewerDocument, DamagedDocument):
        return BuildInputs.read(row[0], "built.inputs of the private warehouse") if row else None
    return None


def check_holds(connection: duckdb.DuckDBPyConnection, inputs: BuildInputs) -> None:
    """Raise BuildFailed unless the warehouse holds the finished build of these inputs.

    The gate and the publisher may run on a worker whose file is from another build.
    """
    held = last_inputs(connection) if is_ours(connection) else None
    if held is None or held.fingerprint != inputs.fingerprint:
        raise BuildFailed(
            "the private warehouse on this machine does not hold the build"
            f" {inputs.fingerprint[:12]}; clear the task `build` of market_marts"
        )


def begun_months(connection: duckdb.DuckDBPyConnection) -> frozenset[date]:
    """Months that may be half rewritten."""
    rows = connection.execute("select distinct month_on from built.begun_months").fetchall()
    return frozenset(month for (month,) in rows)


def moved_products(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Products whose rows are under another app or store than the accepted loads say now.

    Schema `raw` must be prepared, and the warehouse must be built by the same models. A new product
    does not count as moved.
    """
    rows = connection.execute(
        """
        select before.product_id
        from built.products as before
        left join intermediate.int_listed_products as listed
            on before.product_id = listed.product_id
        where
            listed.product_id is null
            or before.app_id <> listed.app_id
            or before.store <> listed.store
        """
    ).fetchall()
    return [product_id for (product_id,) in rows]


def compared(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The ETags, by load, of the objects that were found right."""
    return dict(connection.execute("select load_id, etag from built.compared").fetchall())


def remember_compared(connection: duckdb.DuckDBPyConnection, etags: Mapping[str, str]) -> None:
    """Note which objects were found right."""
    loads = list(etags)
    connection.begin()
    connection.execute("delete from built.compared where load_id in (select unnest(?))", [loads])
    connection.execute(
        "insert into built.compared select unnest(?), unnest(?)", [loads, list(etags.values())]
    )
    connection.commit()


def begin(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Note what will be rewritten: if the build is killed now, the next one rewrites it."""
    if plan.is_full_refresh:
        connection.execute("delete from built.inputs")
    else:
        months = sorted(plan.months)
        connection.execute("insert into built.begun_months select unnest(?::date[])", [months])


def finish(
    connection: duckdb.DuckDBPyConnection,
    inputs: BuildInputs,
    plan: Plan,
    marts: Iterable[str],
    month_columns: Mapping[str, str],
) -> None:
    """Note that dbt built these marts from the inputs; `month_columns` for those kept by month.

    Raises BuildFailed if a row of a mart that is kept by month has no date.
    """
    connection.begin()
    connection.execute("delete from built.begun_months")
    connection.execute("delete from built.inputs")
    connection.execute("delete from built.products")
    connection.execute("insert into built.inputs values (?)", [inputs.model_dump_json()])
    connection.execute(
        "insert into built.products"
        " select product_id, app_id, store from intermediate.int_newest_products"
    )
    contents.note(connection, plan, marts, month_columns)
    connection.commit()
