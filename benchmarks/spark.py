"""What the same build costs on DuckDB and on Spark: wall time and memory.

577 products, 59 countries and the world; one day is what `make demo` publishes (34,000 estimates),
ten days are ten times that. Both engines make a full refresh with all data tests, Spark on a
cluster of two workers on this machine that is already running; its marts are then taken over into
a DuckDB file. Memory is the most that the processes of a step had in use together. Each step runs
in a process of its own. `python benchmarks/spark.py [DAYS…]` prints a Markdown table for
docs/performance.md. It needs Java 17 and `make spark`.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter

import psutil
from marts import FolderLake
from whole_market import step

from shortdrama.core.settings import REPOSITORY, Settings, SparkSettings, WarehouseSettings
from shortdrama.lake import duck
from shortdrama.warehouse.build import built
from shortdrama.warehouse.build.dbt import run_dbt
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.spark.handover import PRODUCTS, take_over
from shortdrama.warehouse.build.spark.run import build_on_spark
from shortdrama.warehouse.build.spark.sources import lay_out
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.build.warehouse_file import open_or_start_over
from shortdrama_local.spark.cluster import running

DAYS = (1, 10)
PACKAGES = REPOSITORY / "build" / "spark"


class CopiedLake(FolderLake):
    """A lake in a folder whose objects can be copied to where Spark's workers see them."""

    def download(self, key: str, path: Path) -> None:
        """As of an object store."""
        copyfile(self.uri(key), path)


class Peak:
    """The most memory, in MB, that this process and those below it have together."""

    mb = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look five times a second while the block runs."""
        done = Event()

        def look() -> None:
            while not done.wait(0.2):
                self.mb = max(self.mb, _resident_mb())

        thread = Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _resident_mb() -> float:
    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:  # it ended meanwhile
            continue
    return total / 2**20


def main(sizes: list[int]) -> None:
    """Every size on both engines, one after the other."""
    print("| fact rows | DuckDB | peak | Spark | of it taking over | peak | Spark ÷ DuckDB |")
    print("|---|---|---|---|---|---|---|")
    for days in sizes:
        with TemporaryDirectory() as home:
            os.environ |= {
                "SHORTDRAMA_HOME": home,
                # A build wants keys, whatever it reads.
                "SHORTDRAMA_S3__ACCESS_KEY_ID": "no-lake",
                "SHORTDRAMA_S3__SECRET_ACCESS_KEY": "no-lake",
            }
            step(__file__, "fill", str(days))
            ours, theirs = step(__file__, "duckdb"), step(__file__, "spark")
        if ours["digest"] != theirs["digest"]:
            raise SystemExit(f"{days} days: the engines did not build the same marts")
        print(
            f"| {ours['rows']:,} | {ours['seconds']:.0f} s | {ours['mb']:,.0f} MB"
            f" | {theirs['seconds']:.0f} s | {theirs['handover']:.1f} s | {theirs['mb']:,.0f} MB"
            f" | {theirs['seconds'] / ours['seconds']:.1f} |",
            flush=True,
        )


def run_step(name: str, *arguments: str) -> dict[str, float | str]:
    """One step: its seconds, peak memory, fact rows and a digest of the marts."""
    folder = Path(os.environ["SHORTDRAMA_HOME"]) / "lake"
    folder.mkdir(exist_ok=True)
    lake = CopiedLake(folder)
    if name == "fill":
        lake.fill(int(arguments[0]))
        return {}
    if name == "duckdb":
        return _measured(lake, Settings())
    with running(PACKAGES, Path(os.environ["SHORTDRAMA_HOME"]) / "spark") as cluster:
        spark = SparkSettings(remote=cluster.remote, packages=PACKAGES)
        engine = WarehouseSettings(engine="spark", spark=spark)
        return _measured(lake, Settings(warehouse=engine))


def _measured(lake: CopiedLake, settings: Settings) -> dict[str, float | str]:
    path, inputs = settings.warehouse_path, lake.inputs()
    peak, started, handover = Peak(), perf_counter(), 0.0
    with peak.watched():
        open_or_start_over(path, _say)
        with duck.connect(path=path) as connection:
            plan = prepare(connection, inputs, lake, lambda _: None)  # type: ignore[arg-type]
            if settings.warehouse.engine == "spark":
                sources = path.parent / "sources"
                statements = lay_out(connection, inputs, plan, lake, sources)  # type: ignore[arg-type]
        if settings.warehouse.engine == "spark":
            handover = _on_spark(settings, statements, plan)
        else:
            run_dbt(settings, plan, _say, target="local")
        with duck.connect(path=path) as connection:
            built.finish(connection, inputs, plan, built_marts(), month_columns())
    with duck.connect(path=path, read_only=True) as connection:
        found = connection.execute(
            "select md5(string_agg(mart || digest, '' order by mart, month_on)), sum(row_count)"
            " filter (where mart = 'fct_app_estimates_daily') from built.contents"
            " where mart not like 'ops_%'"
        ).fetchone()
    digest, rows = found or ("", 0)
    return {
        "rows": int(rows),
        "digest": digest,
        "seconds": perf_counter() - started,
        "handover": handover,
        "mb": peak.mb,
    }


def _on_spark(settings: Settings, statements: list[str], plan: Plan) -> float:
    """Build on Spark and take its marts over; how many seconds the latter took."""
    tables = build_on_spark(settings, statements, plan, "benchmark", ["marts", PRODUCTS], _say)
    started = perf_counter()
    with duck.connect(path=settings.warehouse_path) as connection:
        take_over(connection, tables, plan, month_columns())
    return perf_counter() - started


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("fill", "duckdb", "spark"):
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main([int(days) for days in sys.argv[1:]] or list(DAYS))
