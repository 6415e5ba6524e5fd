"""The engine `spark` from accepted loads to a published snapshot, on a real cluster.

`make spark-parity` runs it. It needs Java 17 and `make spark`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from markets.lake import accept
from markets.small import Load, small_market
from shortdrama.core.errors import BuildFailed, DbtFailed
from shortdrama.core.settings import REPOSITORY, Settings, SparkSettings, WarehouseSettings
from shortdrama.gates import mart_gate
from shortdrama.gates.results import Finding, GateResult
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.spark import build as spark_build
from shortdrama.warehouse.decide.audit import audit
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, read_manifest
from shortdrama.warehouse.snapshots.read import connect
from shortdrama_local.spark.cluster import NoSpark, java_home, running

pytestmark = pytest.mark.spark

PACKAGES = REPOSITORY / "build" / "spark"
LATE = "2025-10-02"
"""When the newest loads of the small market were said: they restate September."""


def is_late(load: Load) -> bool:
    return LATE <= (load.accepted_at or load.said_at) < "2025-10-14"


@pytest.fixture(scope="module")
def on_spark(lake: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of the lake's home with a running cluster as the engine."""
    if not (PACKAGES / ".ready").exists():
        pytest.skip("Spark is not installed: make spark")
    try:
        java_home()
    except NoSpark as error:
        pytest.skip(str(error))
    with running(PACKAGES, tmp_path_factory.mktemp("spark")) as cluster:
        spark = SparkSettings(remote=cluster.remote, packages=PACKAGES)
        engine = WarehouseSettings(engine="spark", spark=spark)
        yield lake.model_copy(update={"warehouse": engine})


@dataclass
class Lake:
    """A lake of its own and an engine: what a run of market_marts does there, and what it said."""

    settings: Settings
    folder: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.client.create_bucket(Bucket=self.store.bucket)
        ensure_lake(self.store, "sample")

    @property
    def store(self) -> ObjectStore:
        return ObjectStore.of(self.settings.s3)

    def accept(self, loads: list[Load]) -> None:
        for load in loads:
            accept(load, self.store, self.folder)

    def run(self) -> SnapshotManifest:
        inputs = read_inputs(self.store)
        self.said.clear()
        build(inputs, self.settings, self.store, self.said.append)
        audit(inputs, self.settings, self.store, self.said.append)
        return publish(inputs, self.settings, self.store, self.said.append)

    def comments(self) -> list[tuple[str, str, str]]:
        """What the published views say about their columns."""
        with connect(self.settings) as snapshot:
            found: list[tuple[str, str, str]] = snapshot.execute(
                "select table_name, column_name, comment from duckdb_columns()"
                " where database_name = 'marts' and comment <> '' order by all"
            ).fetchall()
        return found


def in_bucket(settings: Settings, name: str) -> Settings:
    return settings.model_copy(
        update={"s3": settings.s3.model_copy(update={"bucket": f"lake-{name}"})}
    )


def files(manifest: SnapshotManifest) -> dict[str, list[tuple[str, int, str]]]:
    """Each mart's files: month, rows, SHA-256 of the bytes."""
    return {
        mart: [(str(file.month_on), file.rows, file.sha256) for file in parts]
        for mart, parts in manifest.marts.items()
    }


def findings(result: GateResult) -> list[Finding]:
    """All of each finding except its examples: these are the first rows of a table in any order."""
    return [finding.model_copy(update={"samples": ()}) for finding in result.findings]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[GateResult]:
    """What the mart gate finds; it passes all the same, for this market is made up."""
    results: list[GateResult] = []
    judge = mart_gate.audit_marts

    def passing(*arguments: Any) -> GateResult:
        results.append(judge(*arguments))
        return results[-1].model_copy(update={"findings": ()})

    monkeypatch.setattr(mart_gate, "audit_marts", passing)
    return results


@pytest.mark.timeout(1500)
def test_both_engines_publish_the_same_bytes(
    lake: Settings,
    on_spark: Settings,
    found: list[GateResult],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A history, a build that fails, and what came late: one test, as each build takes minutes."""
    duckdb, spark = (
        Lake(in_bucket(settings, name), tmp_path)
        for name, settings in (("duckdb", lake), ("spark", on_spark))
    )
    market = small_market()
    for one in (duckdb, spark):
        one.accept([load for load in market if not is_late(load)])

    first = duckdb.run(), spark.run()
    assert files(first[0]) == files(first[1])
    assert (first[0].results, first[0].fingerprint) == (first[1].results, first[1].fingerprint)
    assert first[0].mart_keys == first[1].mart_keys
    assert len(first[1].marts) > 30
    assert spark.comments() == duckdb.comments() != []
    assert findings(found[1]) == findings(found[0])

    for one in (duckdb, spark):
        one.accept([load for load in market if is_late(load)])
    make_sources = spark_build.make_sources
    with monkeypatch.context() as patch:

        def cut_off(*arguments: Any) -> list[str]:
            statements = make_sources(*arguments)
            for file in spark.settings.warehouse_path.parent.glob("sources/tiktok_hashtags/*"):
                file.write_bytes(file.read_bytes()[:200])
            return statements

        patch.setattr(spark_build, "make_sources", cut_off)
        with pytest.raises(DbtFailed, match="tiktok__hashtags"):
            spark.run()
    assert read_manifest(spark.store) == first[1]
    # The private file is still that of the build before, so nothing of it can be published.
    with pytest.raises(BuildFailed, match="does not hold the build"):
        publish(read_inputs(spark.store), spark.settings, spark.store, print)

    second = duckdb.run(), spark.run()
    assert "incremental: loads touched" in "\n".join(spark.said)
    ours, sparks = files(second[0]), files(second[1])
    # Of the build that failed only Spark's lake knows.
    builds = ours.pop("ops_builds"), sparks.pop("ops_builds")
    assert [rows for ((_, rows, _),) in builds] == [1, 2]
    assert ours == sparks
    assert second[0].results == second[1].results != first[0].results
    assert findings(found[-1]) == findings(found[-2])
