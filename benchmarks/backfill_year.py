"""A year of estimates as one backfill, under the real scheduler: 298 apps, 60 countries, the world.

The answers are made before anything is measured, and served from files. Printed beside the wall
time: the same work as a bare loop (`bare_loop.py`), and the full refresh, gate and publication of
the same lake, each in a process of its own in the same run. Prints a Markdown table for
docs/performance.md; ends with an error if a limit is passed, if the calls are not those of the
plan, or if there was more than one build. `--countries 3` tries it with few.
"""

import json
import os
import resource
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Event, Thread
from time import monotonic, perf_counter, sleep
from typing import Any

import bare_loop
import psutil
import requests
from whole_market import CLOCK, COUNTRIES, step, whole_market

from shortdrama.backfill.record import Backfill, read_backfill
from shortdrama.core.settings import settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.model import WORLD
from shortdrama.ingest.admit import admit
from shortdrama.ingest.conform import conform
from shortdrama.ingest.pull import pull
from shortdrama.lake import keys
from shortdrama.lake.landing import read_pull
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.audit import audit
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id
from shortdrama_local.embedded import leftovers
from shortdrama_local.embedded.machine import Machine, this_machine
from shortdrama_local.embedded.stack import start_stack

YEAR = Window(start=date(2025, 1, 1), end=date(2025, 12, 31))
MOST_CALLS = 400
SPARE_SECONDS = 60
DAGS = {"backfill", "market_marts"}


def main(countries: int) -> None:
    """Prepare, run the backfill, then the bare loop and the refresh alone; print the table."""
    with whole_market(countries=COUNTRIES[:countries]) as home, _vendor(home) as vendor:
        _through(vendor)
        machine = start_stack(CLOCK, _say)
        step(__file__, "prepare")
        ours = _backfill(machine, vendor)
        bare = step(__file__, "bare", vendor)
        alone = step(__file__, "refresh")
    sys.exit(_report(ours, bare, alone))


@contextmanager
def _vendor(home: Path) -> Iterator[str]:
    """The server of the answers, before the home's simulator; its address."""
    behind, folder = this_machine().simulator_url, home / "answers"
    folder.mkdir()
    script = Path(__file__).with_name("kept_answers.py")
    with subprocess.Popen(  # noqa: S603
        [sys.executable, str(script), behind, str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield next(iter(server.stdout or ())).strip()
        finally:
            server.terminate()


def _through(vendor: str) -> None:
    """Airflow's tasks and the steps ask this vendor and not the simulator itself."""
    ask = {"SHORTDRAMA_APPFIGURES__BASE_URL": f"{vendor}/v2/"}
    environment = Machine.environment
    Machine.environment = lambda machine: environment(machine) | ask  # type: ignore[method-assign]
    os.environ |= ask


@dataclass
class Peak:
    """The most memory (resident, MB) that the home's processes took, by what they are."""

    tasks: float = 0
    airflow: float = 0
    lake: float = 0
    ended: Event = field(default_factory=Event)

    def watch(self) -> None:
        """Look twice a second until it is over."""
        while not self.ended.wait(0.5):
            sizes: dict[str, list[float]] = {"tasks": [0], "airflow": [0], "lake": [0]}
            for process in leftovers.leftovers():
                with suppress(psutil.Error):
                    sizes[_kind(process)].append(process.memory_info().rss / 2**20)
            self.tasks = max(self.tasks, *sizes["tasks"])
            self.airflow = max(self.airflow, sum(sizes["airflow"]) + sum(sizes["tasks"]))
            self.lake = max(self.lake, sum(sizes["lake"]))


def _kind(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    if "weed" in command:
        return "lake"
    return "tasks" if "task" in command or "worker" in command else "airflow"


def _backfill(machine: Machine, vendor: str) -> dict[str, Any]:
    from shortdrama_local.embedded.airflow_api import AirflowApi

    airflow, store = AirflowApi(machine), ObjectStore.of(settings().s3)
    airflow.wait_for_dags(DAGS)
    for dag_id in DAGS:
        airflow.unpause(dag_id)
    peak = Peak()
    watching = Thread(target=peak.watch, daemon=True)
    watching.start()
    started, calls = perf_counter(), _served(vendor)
    run = airflow.trigger(
        "backfill",
        {
            "dataset": ESTIMATES.id, "start": str(YEAR.start), "end": str(YEAR.end),
            "because": "the benchmark", "publication": "publish",
        },
    )  # fmt: skip
    airflow.expect_success(run, _say)
    pulled = perf_counter() - started
    _until_published(store)
    seconds = perf_counter() - started
    peak.ended.set()
    watching.join()
    made = read_backfill(f"{ESTIMATES.id}-1", store)
    return {
        "seconds": seconds, "pulled": pulled, "calls": _served(vendor) - calls,
        "planned": made.plan.calls, "windows": len(made.plan.windows), "rows": _rows(made, store),
        "builds": _count("build", store), "publications": _count("publish", store),
        "task_mb": peak.tasks, "airflow_mb": peak.airflow, "lake_mb": peak.lake,
    }  # fmt: skip


def _until_published(store: ObjectStore, within_seconds: float = 1800) -> None:
    deadline = monotonic() + within_seconds
    while current_snapshot_id(store) is None:
        if monotonic() > deadline:
            raise SystemExit("nothing was published")
        sleep(0.5)


def _served(vendor: str) -> int:
    return int(requests.get(f"{vendor}/kept", timeout=10).text)


def _rows(made: Backfill, store: ObjectStore) -> int:
    from shortdrama.backfill.run import window_states

    return sum(one.rows or 0 for one in window_states(made, store))


def _count(kind: Any, store: ObjectStore) -> int:
    return len(list(outcomes_of(store, kind, settings().clock.today())))


def run_step(name: str, *arguments: str) -> dict[str, Any]:
    """A step in this process; its seconds and its peak memory in MB."""
    started = perf_counter()
    store = ObjectStore.of(settings().s3)
    if name == "prepare":
        _prepare(store)
    elif name == "bare":
        asked = [WORLD, *settings().appfigures.countries]
        for window in YEAR.split():
            days = (str(window.start), str(window.end))
            bare_loop.run(f"{arguments[0]}/v2/", asked, settings().s3, days)
    else:
        # As in the backfill: nothing is published yet, and there is no private warehouse.
        store.delete(keys.CURRENT_SNAPSHOT)
        own = settings().model_copy(update={"warehouse_folder": "alone"})
        inputs = read_inputs(store)
        build(inputs, own, store, _say)
        audit(inputs, own, store, _say)
        publish(inputs, own, store, _say)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"seconds": perf_counter() - started, "mb": used.ru_maxrss / 1024}


def _prepare(store: ObjectStore) -> None:
    """The products count already, and every answer lies in its file."""
    landed = read_pull(
        store, pull(PullRequest(dataset=PRODUCTS.id, run_key="prepare"), settings(), store)
    )
    conform(landed, settings().s3, store)
    admit(landed, settings(), store)
    for window in YEAR.split():
        _say(f"answers of {window}")
        pull(PullRequest(dataset=ESTIMATES.id, run_key="prepare", window=window), settings(), store)


def _report(ours: dict[str, Any], bare: dict[str, Any], alone: dict[str, Any]) -> str | None:
    """The table; what is wrong, if anything is."""
    limit = 2 * bare["seconds"] + alone["seconds"] + SPARE_SECONDS
    print(f"| {ours['rows']:,} rows, {ours['windows']} windows | |\n|---|---|")
    print(f"| calls, planned and made | {ours['planned']}, {ours['calls']} |")
    print(f"| builds, publications | {ours['builds']}, {ours['publications']} |")
    print(f"| from the trigger to the published snapshot | {ours['seconds']:.0f} s |")
    print(f"| of it until all loads are accepted | {ours['pulled']:.0f} s |")
    print(f"| a bare loop of the same answers | {bare['seconds']:.0f} s |")
    print(f"| full refresh, gate and publication alone | {alone['seconds']:.0f} s |")
    print(f"| limit: 2 × bare + alone + {SPARE_SECONDS} s | {limit:.0f} s |")
    print(f"| most memory of a task | {ours['task_mb']:,.0f} MB |")
    print(f"| most memory of all of Airflow; of the lake | {ours['airflow_mb']:,.0f} MB;"
          f" {ours['lake_mb']:,.0f} MB |")  # fmt: skip
    if ours["calls"] != ours["planned"] or ours["calls"] > MOST_CALLS:
        return "the calls are not those of the plan"
    if (ours["builds"], ours["publications"]) != (1, 1):
        return "there was more than one build"
    return None if ours["seconds"] <= limit else "it takes longer than its limit"


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        parser = ArgumentParser(description=__doc__)
        parser.add_argument("--countries", type=int, default=len(COUNTRIES))
        main(parser.parse_args().countries)
