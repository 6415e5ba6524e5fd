"""What Spark reads: exactly the objects that the ledgers accept, and those that a build needs."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from folder_store import FolderStore
from markets.lake import accept
from markets.small import Load, small_market
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.lake import duck
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.marker import ensure_lake
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.spark.sources import lay_out
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.build.warehouse_file import open_or_start_over

EVERYTHING = Plan(everything_because="a test")


@pytest.fixture
def lake(tmp_path: Path) -> FolderStore:
    store = FolderStore(folder=tmp_path / "lake")
    ensure_lake(store, "sample")
    return store


@pytest.fixture
def loads() -> list[Load]:
    """Two loads of hashtags and four of estimates, by name, of the small market."""
    kept = [one for one in small_market() if one.dataset in (HASHTAGS, ESTIMATES)]
    assert len([one for one in kept if one.dataset is HASHTAGS]) >= 2
    return kept


def laid_out(lake: FolderStore, tmp_path: Path, plan: Plan | None = None) -> list[str]:
    """Lay the accepted loads out below `sources`; the statements."""
    path = tmp_path / "market.duckdb"
    open_or_start_over(path, print)
    inputs = read_inputs(lake)
    with duck.connect(path=path) as connection:
        prepared = prepare(connection, inputs, lake, lambda _: None)
        return lay_out(connection, inputs, plan or prepared, lake, tmp_path / "sources")


def files(tmp_path: Path, table: str) -> dict[str, str]:
    """The files of a table's folder, each with its SHA-256."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "sources" / table).iterdir()
    }


def test_only_what_is_accepted_is_laid_out_byte_for_byte(
    lake: FolderStore, loads: list[Load], tmp_path: Path
) -> None:
    """In raw/ there are more objects than the ledger accepts."""
    statuses = ("quarantined", "discarded", "staged")
    records = [
        accept(load, lake, tmp_path, **({"status": statuses[n]} if n < len(statuses) else {}))
        for n, load in enumerate(loads)
    ]
    laid_out(lake, tmp_path)
    for dataset in (HASHTAGS, ESTIMATES):
        accepted = {
            f"{one.load_id}.parquet": one.sha256
            for one in records
            if one.dataset == dataset.id and one.status == "accepted"
        }
        assert accepted
        assert files(tmp_path, dataset.table) == accepted
    assert len(list(lake.etags("raw/"))) == len(loads)


def test_what_was_revoked_is_gone_from_the_folder(
    lake: FolderStore, loads: list[Load], tmp_path: Path
) -> None:
    first, second = [load for load in loads if load.dataset is HASHTAGS][:2]
    record = accept(first, lake, tmp_path)
    laid_out(lake, tmp_path)
    accept(second, lake, tmp_path)
    LoadLedger(lake, HASHTAGS.id).decide(record.model_copy(update={"status": "revoked"}))
    laid_out(lake, tmp_path)
    assert set(files(tmp_path, HASHTAGS.table)) == {f"{second.load_id}.parquet"}


def test_of_data_kept_by_month_only_the_touched_months_are_copied(
    lake: FolderStore, loads: list[Load], tmp_path: Path
) -> None:
    """As the views of a build on DuckDB: a history of years is not copied every day."""
    for load in loads:
        accept(load, lake, tmp_path)
    april = Plan(months=frozenset({date(2025, 4, 1)}))
    laid_out(lake, tmp_path, april)
    covering = {f"{one.load_id}.parquet" for one in loads
                if one.dataset is ESTIMATES and one.window[0] < date(2025, 5, 1)}  # fmt: skip
    assert 0 < len(covering) < len([one for one in loads if one.dataset is ESTIMATES])
    assert set(files(tmp_path, ESTIMATES.table)) == covering
    laid_out(lake, tmp_path, EVERYTHING)
    assert len(files(tmp_path, ESTIMATES.table)) > len(covering)


def test_a_dataset_without_loads_is_an_empty_table_with_its_columns(
    lake: FolderStore, loads: list[Load], tmp_path: Path
) -> None:
    accept(loads[-1], lake, tmp_path)
    statements = laid_out(lake, tmp_path)
    assert files(tmp_path, "appfigures_ranks") == {}
    (table,) = [one for one in statements if one.startswith("create table raw.tiktok_hashtags (")]
    assert "curve ARRAY<STRUCT<curve_on DATE, relative_value DECIMAL(9,6)" in table
    assert "said_at TIMESTAMP_NTZ" in table
    assert statements[0] == "create schema if not exists raw"


def test_what_the_pipeline_itself_knows_is_written_from_the_warehouse(
    lake: FolderStore, loads: list[Load], tmp_path: Path
) -> None:
    for load in loads:
        accept(load, lake, tmp_path)
    laid_out(lake, tmp_path)
    with duck.connect() as connection:
        rows = connection.execute(
            "select distinct load_id from read_parquet(?)",
            [str(tmp_path / "sources" / "load_coverage" / "rows.parquet")],
        ).fetchall()
    assert {load_id for (load_id,) in rows} == {load.load_id for load in loads}
