"""Conform: a pull's parts become one typed Parquet object, the candidate, in one streaming pass."""

import duckdb

from shortdrama.core.settings import S3Settings
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import Dataset
from shortdrama.ingest.failures import understanding
from shortdrama.lake import documents, duck, keys
from shortdrama.lake.landing import Pull
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.modules import module_of, rows_sql

ROW_GROUP_ROWS = 122_880
"""DuckDB holds a group for each thread in memory; twice as many rows take 45 MB more."""


def conform(pull: Pull, s3: S3Settings, store: ObjectStore) -> str:
    """Write the candidate of a pull; its key.

    Raises SchemaError, naming part and field, when an answer does not have the agreed shape. A
    second run writes the same rows.
    """
    dataset = dataset_named(pull.dataset)
    key = keys.candidate(dataset.id, pull.load_id)
    about = f"{pull.dataset} {pull.coverage.window}, load {pull.load_id}"
    with duck.connect(s3) as connection, understanding(about):
        reading = module_of(dataset).prepare(connection, store, pull)
        write_parquet(connection, dataset, pull, store.uri(key))
    if reading is not None:
        documents.put(reading, store, keys.reading(dataset.id, pull.load_id))
    return key


def write_parquet(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, pull: Pull, target: str
) -> None:
    """Write the rows of a prepared pull to one Parquet file, strictly typed."""
    connection.execute("set variable said_at = cast(? as timestamp)", [pull.said_at])
    columns = ", ".join(
        f"cast({column.name} as {column.sql_type}) as {column.name}" for column in dataset.columns
    )
    statement = f"""
        copy (
            select
                {columns},
                {duck.quoted(pull.load_id)} as load_id,
                cast(getvariable('said_at') as timestamp) as said_at,
                {str(pull.is_sample).lower()} as is_sample
            from ({rows_sql(dataset)})
        ) to {duck.quoted(target)}
        (format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS})
    """  # noqa: S608 - names and types are the dataset's own, texts are quoted
    connection.execute(statement)
