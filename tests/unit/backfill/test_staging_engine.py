"""A backfill is reviewed on DuckDB, whatever builds the marts."""

from pathlib import Path

import duckdb
import pytest

from shortdrama.backfill.staging import _beside
from shortdrama.core.settings import Settings, WarehouseSettings
from shortdrama.warehouse.build.warehouse_file import open_or_start_over


def test_a_review_goes_on_from_what_duckdb_built_and_leaves_sparks_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spark's file lacks the tables between sources and marts, so that DuckDB cannot go on."""
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    ours, sparks = Settings(), Settings(warehouse=WarehouseSettings(engine="spark"))
    for one in (ours, sparks):
        open_or_start_over(one.warehouse_path, print)
        with duckdb.connect(str(one.warehouse_path)) as connection:
            connection.execute(f"create table made_for as select '{one.warehouse.engine}' as it")
    before = sparks.warehouse_path.read_bytes()
    with _beside(sparks, "B1", print) as own:
        assert own.warehouse.engine == "duckdb"
        assert own.warehouse_path not in (ours.warehouse_path, sparks.warehouse_path)
        with duckdb.connect(str(own.warehouse_path)) as connection:
            assert connection.execute("from made_for").fetchall() == [("duckdb",)]
    assert sparks.warehouse_path.read_bytes() == before


def test_where_duckdb_never_built_a_review_builds_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    sparks = Settings(warehouse=WarehouseSettings(engine="spark"))
    open_or_start_over(sparks.warehouse_path, print)
    with _beside(sparks, "B1", print) as own:
        assert not own.warehouse_path.exists()
