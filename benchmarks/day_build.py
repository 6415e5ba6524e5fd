"""How long the task `build` of market_marts takes on a day: the demo's lake, and 35 days again.

The lake is loaded as `make demo` loads it, through the embedded S3 and the simulator. Each round
pulls products, the trailing 35 days of estimates, ranks and hashtags, and builds. The build runs in
a process that is forked from one that has imported what Airflow's scheduler has, as a task's is.
Prints a Markdown table for docs/performance.md; exits with 1 if the limit is passed.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from whole_market import CLOCK, step

from shortdrama.core.settings import settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.ingest.admit import admit
from shortdrama.ingest.conform import conform
from shortdrama.ingest.pull import pull
from shortdrama.lake import keys
from shortdrama.lake.landing import read_pull
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.inbox import due_files
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama_local.embedded.demo import QUARTERS
from shortdrama_local.embedded.stack import start_sources, stop_stack
from shortdrama_local.samples.minis_files import write_minis_files
from shortdrama_local.samples.omdia_workbooks import write_workbooks

DAYS = 5
HISTORY = tuple(
    Window(start=date.fromisoformat(start), end=date.fromisoformat(end)) for start, end in QUARTERS
)
LAST_DAY = HISTORY[-1].end
LIMIT_SECONDS = 12.0
"""Half of what a day took before dbt was warm."""


def main() -> None:
    """Load the demo's lake, then days; print the figures, and hold their median to the limit."""
    with TemporaryDirectory() as home:
        os.environ |= {"SHORTDRAMA_HOME": home, "SHORTDRAMA_FROZEN_CLOCK": CLOCK.isoformat()}
        try:
            start_sources(CLOCK, lambda what: print(f"starting {what}", file=sys.stderr))
            step(__file__, "load", "history")
            measured = [("full refresh", step(__file__, "build"))]
            for number in range(1, DAYS + 1):
                step(__file__, "load", f"day-{number}")
                measured.append((f"day {number}", step(__file__, "build")))
        finally:
            stop_stack()
    print("| build | wall | CPU | peak |\n|---|---|---|---|")
    for name, m in measured:
        print(f"| {name} | {m['seconds']:.1f} s | {m['cpu']:.1f} s | {m['mb']:,.0f} MB |")
    seconds = median(m["seconds"] for _, m in measured[1:])
    cpu = median(m["cpu"] for _, m in measured[1:])
    print(f"| **a day, median** | {seconds:.1f} s | {cpu:.1f} s | |")
    sys.exit(seconds > LIMIT_SECONDS)


def run_step(name: str, *arguments: str) -> dict[str, float]:
    """One step in this process; of a build its wall and CPU seconds and its peak memory in MB."""
    store = ObjectStore.of(settings().s3)
    if name == "load":
        for request in _requests(arguments[0], store):
            landed = read_pull(store, pull(request, settings(), store))
            conform(landed, settings().s3, store)
            admit(landed, settings(), store)
        return {}
    _import_as_the_scheduler()
    task = get_context("fork").Process(target=_build)
    started = perf_counter()
    task.start()
    task.join()
    seconds = perf_counter() - started
    if task.exitcode != 0:
        sys.exit("the build failed")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


def _requests(run_key: str, store: ObjectStore) -> Iterator[PullRequest]:
    """What the demo loads; on a day the trailing 35 days, and the hashtags as they are now."""
    trailing = ESTIMATES.arrives.trailing.ending(LAST_DAY)
    spans = HISTORY if run_key == "history" else (trailing,)
    yield PullRequest(dataset=PRODUCTS.id, run_key=run_key)
    for dataset in (ESTIMATES, RANKS):
        for window in spans:
            yield PullRequest(dataset=dataset.id, run_key=run_key, window=window)
    yield PullRequest(dataset=HASHTAGS.id, run_key=run_key)
    if run_key == "history":
        for source, write in (("omdia", write_workbooks), ("minis", write_minis_files)):
            with TemporaryDirectory() as folder:
                for path in write(Path(folder)):
                    store.upload(path, keys.inbox(source) + path.name)
            yield from due_files(store, source)


def _import_as_the_scheduler() -> None:
    sys.argv = ["airflow", "scheduler"]
    import_module("airflow_local_settings")


def _build() -> None:
    store = ObjectStore.of(settings().s3)
    build(read_inputs(store), settings(), store, lambda line: print(line, file=sys.stderr))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main()
