"""How fast and how lean pull and conform are, at the size of a whole market.

298 apps on two stores, 60 countries and the world. Each step runs in a process of its own, whose
peak memory the operating system reports. Prints a Markdown table for docs/performance.md.
"""

import json
import resource
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from whole_market import ROUNDS, step, whole_market, window_of

from shortdrama.core.settings import settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.ingest.conform import conform, write_parquet
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck
from shortdrama.lake.landing import read_pull
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.modules import module_of

WINDOWS_DAYS = (31, 92)


def main() -> None:
    """Run every step in its own process and print the table."""
    with whole_market():
        _report([_measure(days) for days in WINDOWS_DAYS])


def _measure(days: int) -> dict[str, float]:
    figures: dict[str, float] = {"days": days}
    pulled = step(__file__, "pull", str(days))
    figures |= {"pull_seconds": pulled["seconds"], "pull_mb": pulled["mb"]}
    rounds = [
        (step(__file__, "conform", pulled["key"]), step(__file__, "local", pulled["key"]))
        for _ in range(ROUNDS)
    ]
    figures["rows"] = rounds[0][1]["rows"]
    figures["conform_seconds"] = median(lake["seconds"] for lake, _ in rounds)
    figures["conform_mb"] = max(lake["mb"] for lake, _ in rounds)
    figures["ratio"] = median(lake["seconds"] / local["seconds"] for lake, local in rounds)
    return figures


def _report(measured: list[dict[str, float]]) -> None:
    print(
        f"| window | rows | pull | peak | conform | peak | rows/s | ÷ local, median of {ROUNDS} |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for m in measured:
        print(
            f"| {m['days']} days | {m['rows']:,}"
            f" | {m['pull_seconds']:.1f} s | {m['pull_mb']:.0f} MB"
            f" | {m['conform_seconds']:.1f} s | {m['conform_mb']:.0f} MB"
            f" | {m['rows'] / m['conform_seconds']:,.0f} | {m['ratio']:.2f} |"
        )


def run_step(name: str, argument: str) -> dict[str, object]:
    """One step in this process: its seconds, its peak memory in MB, and what the next one needs."""
    store = ObjectStore.of(settings().s3)
    started = perf_counter()
    extra: dict[str, object] = {}
    if name == "pull":
        window = window_of(int(argument))
        request = PullRequest(dataset=ESTIMATES.id, run_key="bench", window=window)
        extra["key"] = pull(request, settings(), store)
    elif name == "conform":
        conform(read_pull(store, argument), settings().s3, store)
    else:
        extra["rows"] = _read_to_local_disk(argument, store)
    return {
        **extra,
        "seconds": perf_counter() - started,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _read_to_local_disk(key: str, store: ObjectStore) -> int:
    """The same strict read, written to local disk, for comparison with `conform`."""
    landed = read_pull(store, key)
    with TemporaryDirectory() as folder, duck.connect(settings().s3) as connection:
        path = Path(folder) / "local.parquet"
        module_of(ESTIMATES).prepare(connection, store, landed)
        write_parquet(connection, ESTIMATES, landed, str(path))
        row = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main()
