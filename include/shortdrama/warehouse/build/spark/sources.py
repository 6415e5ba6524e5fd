"""The accepted loads in a folder that every worker of a Spark cluster sees."""

import re
import shutil
from pathlib import Path

import duckdb

from shortdrama.datasets import DATASETS
from shortdrama.lake.duck import quoted
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.touched import Plan


def lay_out(
    connection: duckdb.DuckDBPyConnection,
    inputs: BuildInputs,
    plan: Plan,
    store: ObjectStore,
    target: Path,
) -> list[str]:
    """Put schema `raw` of a prepared warehouse below `target`; what statements make it on Spark.

    The folder of a dataset has exactly the accepted objects that the build reads, byte for byte,
    as the views of a build on DuckDB have. What the pipeline itself knows (coverage, outcomes) is
    written from the warehouse.
    """
    shutil.rmtree(target, ignore_errors=True)
    loads = {DATASETS[name].table: records for name, records in inputs.accepted.items()}
    found = connection.execute(
        "select table_name, list((column_name, data_type) order by ordinal_position)"
        " from information_schema.columns where table_schema = 'raw' group by all order by all"
    ).fetchall()
    statements = ["create schema if not exists raw"]
    for table, columns in found:
        folder = target / table
        folder.mkdir(parents=True)
        for record in filter(plan.reads, loads.get(table, ())):
            store.download(record.key, folder / f"{record.load_id}.parquet")
        if table not in loads:
            file = quoted(str(folder / "rows.parquet"))
            connection.execute(f"copy raw.{table} to {file} (format parquet)")
        typed = ", ".join(f"{name} {_on_spark(kind)}" for name, kind in columns)
        statements += [
            f"drop table if exists raw.{table}",
            # With its columns: a load from before a column was added reads it as null.
            f"create table raw.{table} ({typed}) using parquet location {quoted(str(folder))}",
        ]
    return statements


def _on_spark(kind: str) -> str:
    """A type of DuckDB's in the words of Spark."""
    kind = kind.replace("VARCHAR", "STRING").replace("TIMESTAMP", "TIMESTAMP_NTZ")
    return re.sub(r"STRUCT\((.*)\)\[\]", r"ARRAY<STRUCT<\1>>", kind).replace('"', "")
