"""Loads made from the corpus: a good one per dataset, and the one that was accepted before it.

A corpus file, `corpus/<dataset>.toml`, gives a good load as SQL and the statements that make the
previous one of it. A test breaks one thing by statements of its own.
"""

import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from quick_expectations import made_once  # noqa: F401 - a fixture
from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import Dataset
from shortdrama.gates.load_gate import audit_load
from shortdrama.gates.results import GateResult
from shortdrama.lake.ledger import Coverage, LoadRecord

LOAD_ID, LOAD_ID_BEFORE = "L1", "L0"
SAID_AT = datetime(2025, 7, 21, 12, tzinfo=UTC)
SAID_BEFORE_AT = datetime(2025, 7, 20, 12, tzinfo=UTC)
JULY = (date(2025, 7, 1), date(2025, 7, 20))

Audit = Callable[..., GateResult]


def corpus(dataset_id: str) -> dict[str, Any]:
    path = Path(__file__).parent / "corpus" / f"{dataset_id}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def write_load(
    dataset: Dataset, path: Path, load_id: str, said_at: datetime, good: str, statements: list[str]
) -> None:
    """A good load as Parquet, after the statements have changed the table `load`."""
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in dataset.all_columns)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"create table load ({columns})")
        connection.execute(
            f"insert into load select *, ?, ?, true from ({good})",
            [load_id, said_at.replace(tzinfo=None)],
        )
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"copy load to '{path}' (format parquet)")


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Audit a load of the dataset: the good one, changed by the statements.

    `before` changes the load that was accepted before it, `first` says that there was none.
    """

    def run(
        dataset_id: str,
        *statements: str,
        before: Sequence[str] = (),
        before_said_at: datetime = SAID_BEFORE_AT,
        first: bool = False,
        window: Sequence[date] = JULY,
        countries: Sequence[str] | None = None,
        slice_rows: int = 10_000,
    ) -> GateResult:
        dataset, made = dataset_named(dataset_id), corpus(dataset_id)
        load, earlier = tmp_path / "load.parquet", tmp_path / "before.parquet"
        write_load(dataset, load, LOAD_ID, SAID_AT, made["good"], list(statements))
        accepted = []
        if not first:
            changes = [*before] or made["before"]
            write_load(dataset, earlier, LOAD_ID_BEFORE, before_said_at, made["good"], changes)
            accepted.append(_record(dataset, earlier, before_said_at, made["countries"]))
        coverage = Coverage(
            window=Window(start=window[0], end=window[1]),
            countries=made["countries"] if countries is None else countries,
        )
        return audit_load(
            dataset,
            load,
            LOAD_ID,
            coverage,
            SAID_AT,
            accepted,
            store=SimpleNamespace(uri=lambda key: key),  # the lake is a folder here
            s3=None,
            slice_rows=slice_rows,
        )

    return run


def _record(
    dataset: Dataset, path: Path, said_at: datetime, countries: Sequence[str]
) -> LoadRecord:
    return LoadRecord(
        load_id=LOAD_ID_BEFORE,
        pull_id=LOAD_ID_BEFORE,
        dataset=dataset.id,
        status="accepted",
        key=str(path),
        sha256="",
        rows=1,
        coverage=Coverage(window=Window(start=JULY[0], end=JULY[1]), countries=countries),
        said_at=said_at,
        decided_at=said_at,
        is_sample=True,
        seq=1,
    )
