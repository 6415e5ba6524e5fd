"""The gate of a load: types, then every row, then the load as a whole."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from shortdrama.core.settings import S3Settings
from shortdrama.datasets.model import Dataset
from shortdrama.gates import frames
from shortdrama.gates.previous import attach_previous, said_before
from shortdrama.gates.profiles import load_profile
from shortdrama.gates.ranking import ranked
from shortdrama.gates.results import Finding, GateResult
from shortdrama.gates.suites import Suite, audit_profile, audit_rows
from shortdrama.lake import duck
from shortdrama.lake.duck import loads_query
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.lake.store import ObjectStore

MEMORY_LIMIT = "192MB"
"""For DuckDB; Great Expectations takes 300 MB besides. What does not fit is spilled to disk."""

WHAT_TO_DO = (
    "the load is in quarantine with its rows, and the last accepted load stays in force. If the"
    " source was wrong, pull the window again, or drop a corrected file; if it says the same again,"
    " ask the source"
)


def audit_load(
    dataset: Dataset,
    parquet: Path,
    load_id: str,
    coverage: Coverage,
    said_at: datetime,
    accepted: Sequence[LoadRecord],
    store: ObjectStore,
    s3: S3Settings | None,
    *,
    slice_rows: int = frames.SLICE_ROWS,
) -> GateResult:
    """Audit a candidate, a local Parquet file with the dataset's columns, against the lake.

    `said_at` has a time zone. `accepted` are the dataset's loads so far; DuckDB reads their files
    directly from the store, with `s3`. Raises duckdb.Error if the file is not Parquet, SuiteError
    if a suite does not fit the dataset.
    """
    rows_suite = Suite.load(f"{dataset.id}.rows")
    load_suite = Suite.load(f"{dataset.id}.load")
    with TemporaryDirectory() as spill, duck.connect(s3) as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"set temp_directory = {duck.quoted(spill)}")
        connection.read_parquet(str(parquet)).create_view("load")
        rows = _count(connection)
        findings = _schema_findings(connection, dataset)
        if not findings:
            _describe_asked(connection, dataset, load_id, coverage, said_at)
            before = said_before(accepted, load_id, said_at, coverage.provider)
            attach_previous(connection, dataset, coverage, before, store)
            # DuckDB computes in parallel; Great Expectations holds Python's lock meanwhile.
            with ThreadPoolExecutor(max_workers=1) as beside:
                figures = beside.submit(load_profile, connection, dataset)
                findings = [
                    *audit_rows(
                        rows_suite,
                        frames.slices(parquet, rows_suite.with_key(dataset.key), slice_rows),
                        dataset.key,
                    ),
                    *audit_profile(load_suite, figures.result()),
                ]
    return GateResult(
        subject=f"{dataset.id} {coverage.window}, load {load_id},",
        suites=("schema", rows_suite.name, load_suite.name),
        rows=rows,
        findings=ranked(findings, dataset.key),
        what_to_do=WHAT_TO_DO,
    )


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    (rows,) = connection.execute("select count(*) from load").fetchone() or (0,)
    return int(rows)


def _schema_findings(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[Finding]:
    """Columns that are missing, of another type, or unknown; the order does not matter."""
    found = _described(connection, "select * from load")
    expected = _described(connection, loads_query(dataset.column_types, []))
    return [
        Finding(
            suite="schema",
            expectation="schema",
            column=name,
            severity="critical",
            unexpected=1,
            checked=1,
            expected=expected.get(name, "no such column"),
            observed=found.get(name, "no such column"),
            reason="Every engine reads the load with the dataset's columns and types.",
        )
        for name in dict.fromkeys((*expected, *found))
        if expected.get(name) != found.get(name)
    ]


def _described(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe {query}").fetchall()}


def _describe_asked(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    load_id: str,
    coverage: Coverage,
    said_at: datetime,
) -> None:
    """The one-row relation `asked`, with which the profile compares the load."""
    connection.execute(
        """
        create table asked as
        select
            $load_id as load_id,
            cast($said_at as timestamp) as said_at,
            cast($said_at as date) as said_on,
            cast($window_start as date) as window_start,
            cast($window_end as date) as window_end,
            cast($countries as varchar[]) as countries,
            cast($provisional_days as integer) as provisional_days
        """,
        {
            "load_id": load_id,
            "said_at": said_at.astimezone(UTC).replace(tzinfo=None),
            "window_start": coverage.window.start,
            "window_end": coverage.window.end,
            "countries": list(coverage.countries),
            "provisional_days": dataset.settles_after_days,
        },
    )
