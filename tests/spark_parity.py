"""Whether Spark builds what DuckDB builds, in every row: `make spark-parity`.

A real cluster on loopback (a master, two workers, Spark Connect) and DuckDB build the same accepted
loads, and every table is compared with EXCEPT ALL both ways:

  first       the small market that tests know by heart
  restated    after late and restated rows, and a month that became empty; incremental
  failing     an object of a dataset cannot be read: every mart keeps its old rows
  demo        a week of the demo, as its DAGs left it; one worker is killed in the middle
"""

import argparse
import os
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from folder_store import FolderStore
from markets.lake import accept
from markets.small import IDLE, Load, estimates, hashtags, small_market
from shortdrama.core.errors import DbtFailed, Failure
from shortdrama.core.settings import REPOSITORY, Settings, SparkSettings, WarehouseSettings
from shortdrama.lake import duck
from shortdrama.lake.marker import ensure_lake
from shortdrama.warehouse.build import built, ops_sources
from shortdrama.warehouse.build.dbt import run_dbt
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.spark.run import build_on_spark
from shortdrama.warehouse.build.spark.sources import lay_out
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.build.warehouse_file import open_or_start_over
from shortdrama_local.spark.cluster import Cluster, running
from shortdrama_local.spark.compare import Compared, compare

PACKAGE = REPOSITORY / "build" / "spark"
KEPT_WEEK = REPOSITORY / "tests" / "fixtures" / "homes" / "0.4.0" / "lake.tar.xz"
NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
LATE = "2025-10-02"
"""When the newest loads of the small market were said: they restate September."""

MAY = (date(2025, 5, 1), date(2025, 5, 31))
MODELS_BEFORE_KILL = 30


@dataclass
class Both:
    """One lake, and the warehouses that the two engines build of it."""

    cluster: Cluster
    folder: Path
    settings: Settings
    store: FolderStore
    seconds: dict[str, float] = field(default_factory=dict)

    def accept(self, loads: list[Load]) -> None:
        """Put loads into the lake."""
        for load in loads:
            accept(load, self.store, self.folder)

    def build(self, say: Callable[[str], None]) -> Plan:
        """Build what is accepted on both engines."""
        plan, statements = self.build_on_duckdb()
        self.build_on_spark(plan, statements, say)
        return plan

    def build_on_duckdb(self) -> tuple[Plan, list[str]]:
        """The plan of the build, and what makes the same sources on Spark."""
        path = self.settings.warehouse_path
        started = perf_counter()
        open_or_start_over(path, print)
        inputs = read_inputs(self.store)
        with duck.connect(path=path) as connection:
            plan = prepare(connection, inputs, self.store, lambda _: None)
            ops_sources.fill(connection, self.store, self.settings.clock.today())
            statements = lay_out(connection, inputs, plan, self.store, self.folder / "sources")
        run_dbt(self.settings, plan, lambda _: None, target="local")
        with duck.connect(path=path) as connection:
            built.finish(connection, inputs, plan, built_marts(), month_columns())
        self.seconds["DuckDB"] = perf_counter() - started
        return plan, statements

    def build_on_spark(self, plan: Plan, statements: list[str], say: Callable[[str], None]) -> None:
        """The same on Spark."""
        started = perf_counter()
        # Without data tests: they read rows that are compared with DuckDB's.
        build_on_spark(self.settings, statements, plan, "parity", [], say, with_tests=False)
        self.seconds["Spark"] = perf_counter() - started

    def compare(self) -> list[Compared]:
        """Every table of both."""
        with duck.connect(path=self.settings.warehouse_path, read_only=True) as connection:
            return compare(connection, self.cluster.warehouse)


def first(both: Both) -> None:
    """A full refresh of the small market without its newest loads."""
    both.accept([*(load for load in small_market() if not _is_late(load)), _ranks_by_window()])
    print(f"  {both.build(Progress())}")


def restated(both: Both) -> None:
    """What came late; and all of May is taken back, so that a touched month becomes empty."""
    nothing = estimates(
        "estimates-may-taken-back", "2025-10-04T00:00:00", MAY, {(IDLE, "ZZ"): (0, "0.00")}
    )
    both.accept([*(load for load in small_market() if _is_late(load)), nothing])
    print(f"  {both.build(Progress())}")


def failing(both: Both) -> None:
    """The files of a dataset are cut off after DuckDB has read them."""
    plan, statements = both.build_on_duckdb()
    for file in (both.folder / "sources" / "tiktok_hashtags").iterdir():
        file.write_bytes(file.read_bytes()[:200])
    try:
        both.build_on_spark(plan, statements, Progress())
    except DbtFailed as error:
        print(f"  failed as it should: {str(error).splitlines()[0][:55]}")
    else:
        raise Failure("the build on Spark did not notice that a file is cut off")


def demo(both: Both) -> None:
    """The demo's week; a worker is killed after some models."""
    with tarfile.open(KEPT_WEEK) as archive:
        for entry in archive:
            body = archive.extractfile(entry)
            if body is not None:
                both.store.put(entry.name, body.read())
    progress = Progress(at=MODELS_BEFORE_KILL, then=lambda: kill(both.cluster))
    print(f"  {both.build(progress)}")


def kill(cluster: Cluster) -> None:
    """Kill a worker that is computing."""
    lost = cluster.kill_busy_worker()
    if not lost:
        raise Failure("the worker that was killed had no task, so the comparison shows nothing")
    print(f"  a worker was killed, which lost {lost} running tasks", flush=True)


STAGES: dict[str, Callable[[Both], None]] = {
    "first": first,
    "restated": restated,
    "failing": failing,
    "demo": demo,
}
FRESH = {"first", "demo"}
"""The stages that begin with an empty lake and empty warehouses."""


@dataclass
class Progress:
    """Shows how many models are done; does something after a number of them."""

    at: int = 0
    then: Callable[[], None] | None = None
    done: int = 0

    def __call__(self, line: str) -> None:
        if " OK created" not in line and " OK loaded" not in line:
            return
        self.done += 1
        if sys.stdout.isatty():
            print(f"\r  Spark: {self.done} models and seeds", end="", flush=True)
        if self.then is not None and self.done == self.at:
            print(f"  after {self.done} models and seeds:", flush=True)
            self.then()


def _is_late(load: Load) -> bool:
    return LATE <= (load.accepted_at or load.said_at) < "2025-10-14"


def _ranks_by_window() -> Load:
    """A tag whose longer window has views and no rank, and says a day twice."""
    load = hashtags("hashtags-windows", "2025-09-30T09:30:00", {"shortdrama": 7})
    said = {7: [(100, 5)], 30: [(101, None), (102, 9), (99, 3)], 120: [(90, None)]}
    rows = [
        row
        | {
            "window_days": days,
            "curve": [row["curve"][0] | {"views": views, "rank": rank} for views, rank in figures],
        }
        for row in load.rows
        for days, figures in said.items()
    ]
    return replace(load, rows=rows)


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    """A home of its own; a build wants keys, whatever it reads."""
    before = dict(os.environ)
    os.environ |= {
        "SHORTDRAMA_HOME": str(folder),
        "SHORTDRAMA_S3__ACCESS_KEY_ID": "no-lake",
        "SHORTDRAMA_S3__SECRET_ACCESS_KEY": "no-lake",
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _start(cluster: Cluster, folder: Path) -> Both:
    # A warehouse of its own in the home, so that each lake begins with a full refresh.
    spark = SparkSettings(remote=cluster.remote, packages=PACKAGE)
    settings = Settings(
        frozen_clock=NOW,
        lake_kind="sample",
        warehouse_folder=folder.name,
        warehouse=WarehouseSettings(spark=spark),
    )
    folder.mkdir(parents=True)
    store = FolderStore(folder=folder / "lake")
    ensure_lake(store, "sample")
    return Both(cluster, folder, settings, store)


def run(stages: list[str], folder: Path) -> bool:
    """Run the stages; whether all were equal."""
    print("starting a master, two workers and Spark Connect", flush=True)
    different = 0
    with running(PACKAGE, folder / "spark") as cluster, _home(folder / "home"):
        both: Both | None = None
        for name in stages:
            print(f"{name}: {(STAGES[name].__doc__ or '').splitlines()[0]}", flush=True)
            if both is None or name in FRESH:
                both = _start(cluster, folder / name)
            both.seconds.clear()
            STAGES[name](both)
            compared = both.compare()
            different += report(compared, both.seconds)
    return different == 0


def report(compared: list[Compared], seconds: dict[str, float]) -> int:
    """Print what differs, at 80 columns; how many tables do."""
    different = [one for one in compared if not one.is_equal]
    for one in different:
        print(f"  {one.schema}.{one.table}: {one.rows:,} rows")
        if one.columns_differ:
            print(f"    columns (DuckDB / Spark): {one.columns_differ}")
        else:
            print(f"    only on DuckDB {one.only_duckdb:,}, only on Spark {one.only_spark:,}")
    rows = sum(one.rows for one in compared)
    times = ", ".join(f"{engine} {time:.0f} s" for engine, time in seconds.items())
    print(
        f"  {len(compared)} tables, {rows:,} rows; {len(different)} tables differ"
        f"{f' ({times})' if times else ''}",
        flush=True,
    )
    return len(different)


def main() -> int:
    """0 if every row is the same on both engines, 1 if not, 2 if Spark does not run here."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("stages", nargs="*", choices=[*STAGES, []], help="all, if none is named")
    stages = parser.parse_args().stages or list(STAGES)
    try:
        with TemporaryDirectory(prefix="spark-parity-") as folder:
            return 0 if run(stages, Path(folder)) else 1
    except Failure as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
