"""The relations of schema `raw` that the models read: views of accepted files, and coverage."""

from collections.abc import Callable, Mapping, Sequence

import duckdb

from shortdrama.datasets import DATASETS
from shortdrama.lake.duck import loads_query
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built, ops_sources, touched
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.touched import Plan


def prepare(
    connection: duckdb.DuckDBPyConnection,
    inputs: BuildInputs,
    store: ObjectStore,
    check: Callable[[Sequence[LoadRecord]], None],
    *,
    full_refresh: bool = False,
) -> Plan:
    """Give the warehouse its sources; note and return what must be rewritten from them.

    Schema `raw` gets a view per dataset over the accepted files that the build reads; `check` gets
    their loads before any file is opened.
    """
    before = built.last_inputs(connection)
    connection.execute("create schema if not exists raw")
    _fill_coverage(connection, inputs)
    _fill_vendors(connection, inputs)
    ops_sources.create_relations(connection)
    whole = {
        dataset.id: inputs.accepted[dataset.id]
        for dataset in DATASETS.values()
        if not dataset.is_kept_by_month
    }
    _source_views(connection, whole, store, check)
    plan = (
        Plan(everything_because="asked for")
        if full_refresh
        else touched.plan(
            inputs,
            before,
            built.begun_months(connection),
            # Other models may not have what this reads; they are a full refresh anyway.
            built.moved_products(connection) if before and before.code == inputs.code else (),
        )
    )
    # A view opens its files when it is made, and a history of daily loads has thousands.
    needed = {
        dataset.id: tuple(one for one in inputs.accepted[dataset.id] if plan.reads(one))
        for dataset in DATASETS.values()
        if dataset.is_kept_by_month
    }
    _source_views(connection, needed, store, check)
    built.begin(connection, plan)
    return plan


def _fill_coverage(connection: duckdb.DuckDBPyConnection, inputs: BuildInputs) -> None:
    """`raw.load_coverage`: what the accepted loads asked for."""
    connection.execute(
        """
        create or replace table raw.load_coverage (
            dataset varchar, load_id varchar, load_seq bigint, said_at timestamp,
            accepted_at timestamp, country_code varchar, start_on date, end_on date,
            is_sample boolean, provider varchar
        )
        """
    )
    rows = [
        row
        for records in inputs.accepted.values()
        for record in records
        for row in _coverage_rows(record)
    ]
    # One statement: a history of daily loads has tens of thousands of rows.
    columns = ", ".join("unnest(?)" for _ in range(10))
    if rows:
        connection.execute(
            f"insert into raw.load_coverage select {columns}",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _fill_vendors(connection: duckdb.DuckDBPyConnection, inputs: BuildInputs) -> None:
    """`raw.load_vendors`: what the layouts of accepted files say about their publishers."""
    connection.execute(
        """
        create or replace table raw.load_vendors (
            load_id varchar, load_seq bigint, said_at timestamp, vendor varchar,
            methodology varchar, scope varchar, revenue_basis varchar, basis_evidence varchar,
            currency varchar, may_redistribute boolean, source varchar
        )
        """
    )
    rows = [
        (
            record.load_id,
            record.seq,
            record.said_at.replace(tzinfo=None),
            *record.vendor.model_dump().values(),
        )
        for records in inputs.accepted.values()
        for record in records
        if record.vendor is not None
    ]
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into raw.load_vendors values ({marks})", rows)  # noqa: S608


def _source_views(
    connection: duckdb.DuckDBPyConnection,
    records: Mapping[str, tuple[LoadRecord, ...]],
    store: ObjectStore,
    check: Callable[[Sequence[LoadRecord]], None],
) -> None:
    check([record for loads in records.values() for record in loads])
    for name, loads in records.items():
        dataset = DATASETS[name]
        body = loads_query(dataset.column_types, [store.uri(record.key) for record in loads])
        connection.execute(f"create or replace view raw.{dataset.table} as {body}")


def _coverage_rows(record: LoadRecord) -> list[tuple[object, ...]]:
    countries: tuple[str | None, ...] = record.coverage.countries or (None,)
    return [
        (
            record.dataset,
            record.load_id,
            record.seq,
            record.said_at.replace(tzinfo=None),
            record.decided_at.replace(tzinfo=None),
            country,
            record.coverage.window.start,
            record.coverage.window.end,
            record.is_sample,
            record.coverage.provider,
        )
        for country in countries
    ]
