"""Whether an incremental build may go on from the tables that are on Spark."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from shortdrama.core.errors import BuildFailed
from shortdrama.core.settings import Settings, WarehouseSettings
from shortdrama.datasets import DATASETS
from shortdrama.lake import duck
from shortdrama.warehouse.build import build as building
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.spark import build as spark
from shortdrama.warehouse.build.spark.environment import SparkAway
from shortdrama.warehouse.build.warehouse_file import open_or_start_over

BEFORE = BuildInputs(
    accepted=dict.fromkeys(DATASETS, ()), refused_since=dict.fromkeys(DATASETS, ()), code="before"
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private file that holds the build of `BEFORE`."""
    open_or_start_over(tmp_path / "market-spark.duckdb", print)
    with duck.connect(path=tmp_path / "market-spark.duckdb") as connection:
        connection.execute("insert into built.inputs values (?)", [BEFORE.model_dump_json()])
        yield connection


@pytest.mark.parametrize(
    ("kept", "goes_on"),
    [
        pytest.param(BEFORE.fingerprint, True, id="the same build"),
        pytest.param(None, False, id="the cluster lost its tables"),
        pytest.param("f" * 64, False, id="another machine built there"),
    ],
)
def test_it_goes_on_only_from_the_tables_of_the_last_build(
    warehouse: duckdb.DuckDBPyConnection,
    kept: str | None,
    goes_on: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spark, "last_built", lambda _: kept)
    assert spark.goes_on(warehouse, Settings()) is goes_on


def test_a_new_file_is_a_full_refresh_without_asking_spark(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.execute("delete from built.inputs")
    monkeypatch.setattr(spark, "last_built", lambda _: pytest.fail("it was asked"))
    assert spark.goes_on(warehouse, Settings())


def test_without_spark_nothing_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build fails before it makes, prepares or throws away anything."""
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    engine = WarehouseSettings.model_validate(
        {"engine": "spark", "spark": {"packages": tmp_path / "none"}}
    )
    settings = Settings(warehouse=engine)
    with pytest.raises(SparkAway, match=r"make spark"):
        building._build(BEFORE, settings, None, print, full_refresh=False)  # type: ignore[arg-type]
    assert not settings.warehouse_path.parent.exists()
    assert issubclass(SparkAway, BuildFailed)  # so that the outcome is recorded as any failure is
