"""What the private warehouse says about its own builds, in its schema `built`.

It lies in the warehouse's file, so that it is lost together with what it speaks of.
"""

from datetime import date

import duckdb

from shortdrama.core.errors import BuildFailed
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.touched import Plan

TABLES = """
create schema if not exists built;
-- The inputs of the last finished build, one document.
create table if not exists built.inputs (document varchar);
-- Months that a build has begun to rewrite and has not finished.
create table if not exists built.begun_months (month_on date);
-- The app and store that each product's rows were given.
create table if not exists built.products (product_id bigint, app_id varchar, store varchar);
-- Which build last rewrote a month of a mart that is kept by month.
create table if not exists built.months (mart varchar, month_on date, built_by varchar);
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema, if the warehouse has none yet."""
    connection.execute(TABLES)


def last_inputs(connection: duckdb.DuckDBPyConnection) -> BuildInputs | None:
    """What the last finished build read; None if none was finished."""
    row = connection.execute("select document from built.inputs").fetchone()
    return BuildInputs.read(row[0], "built.inputs of the private warehouse") if row else None


def check_holds(connection: duckdb.DuckDBPyConnection, inputs: BuildInputs) -> None:
    """Raise BuildFailed unless the warehouse holds the finished build of these inputs.

    The gate and the publisher may run on a worker whose file is of another build.
    """
    known = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'built' and table_name = 'inputs'"
    ).fetchone()
    held = last_inputs(connection) if known else None
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
    """Products whose rows were given to another app or store than the accepted loads say now.

    Schema `raw` must be prepared, and the warehouse be built by the same models. A product that is
    new has moved nowhere.
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


def begin(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Note what is about to be rewritten: a build that is killed now is made up for by the next."""
    if plan.is_full_refresh:
        connection.execute("delete from built.inputs")
    else:
        months = sorted(plan.months)
        connection.execute("insert into built.begun_months select unnest(?::date[])", [months])


def finish(
    connection: duckdb.DuckDBPyConnection,
    inputs: BuildInputs,
    plan: Plan,
    month_columns: dict[str, str],
) -> None:
    """Note that dbt has built the inputs; `month_columns` are of the marts kept by month."""
    connection.begin()
    connection.execute("delete from built.begun_months")
    connection.execute("delete from built.inputs")
    connection.execute("delete from built.products")
    connection.execute("insert into built.inputs values (?)", [inputs.model_dump_json()])
    connection.execute(
        "insert into built.products"
        " select product_id, app_id, store from intermediate.int_newest_products"
    )
    connection.execute(f"delete from built.months where {plan.condition('month_on')}")  # noqa: S608 - dates
    for mart, column in month_columns.items():
        month_on = f"cast(date_trunc('month', {column}) as date)"
        rows = f"select distinct ?, {month_on}, ? from marts.{mart} where {plan.condition(column)}"  # noqa: S608 - names of our own
        connection.execute(f"insert into built.months {rows}", [mart, inputs.fingerprint])
    connection.commit()
