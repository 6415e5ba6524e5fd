"""How fast and how lean pull and conform are, at the size of a whole market.

298 apps on two stores, 60 countries and the world. Each step runs in a process of its own, whose
peak memory the operating system reports. Prints a Markdown table for docs/performance.md.
"""

import json
import os
import resource
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from subprocess import check_output
from tempfile import TemporaryDirectory
from time import perf_counter

from shortdrama.config import settings
from shortdrama.datasets import ESTIMATES
from shortdrama.embedded.stack import start_sources, stop_stack
from shortdrama.lake import duck
from shortdrama.lake.landing import read_pull
from shortdrama.lake.store import ObjectStore
from shortdrama.loads.conform import conform, write_parquet
from shortdrama.loads.connectors import connector_for
from shortdrama.loads.pull import pull
from shortdrama.simulator.countries import EX_CHINA
from shortdrama.sources.connector import PullRequest
from shortdrama.windows import Window

CLOCK = datetime(2026, 2, 25, 8, tzinfo=UTC)
LAST_DAY = date(2025, 9, 30)
WINDOWS_DAYS = (31, 92)
COUNTRIES = 60
ROUNDS = 3


def main() -> None:
    """Run every step in its own process and print the table."""
    countries = ["CN", *(country.code for country in EX_CHINA)][:COUNTRIES]
    with TemporaryDirectory() as home:
        os.environ |= {
            "SHORTDRAMA_HOME": home,
            "SHORTDRAMA_FROZEN_CLOCK": CLOCK.isoformat(),
            "SHORTDRAMA_APPFIGURES__COUNTRIES": json.dumps(countries),
        }
        start_sources(CLOCK, lambda what: print(f"starting {what}", file=sys.stderr))
        try:
            _report([_measure(days) for days in WINDOWS_DAYS])
        finally:
            stop_stack()


def _measure(days: int) -> dict[str, float]:
    figures: dict[str, float] = {"days": days}
    pulled = _step("pull", str(days))
    figures |= {"pull_seconds": pulled["seconds"], "pull_mb": pulled["mb"]}
    rounds = [
        (_step("conform", pulled["key"]), _step("local", pulled["key"])) for _ in range(ROUNDS)
    ]
    figures["rows"] = rounds[0][1]["rows"]
    figures["conform_seconds"] = median(lake["seconds"] for lake, _ in rounds)
    figures["conform_mb"] = max(lake["mb"] for lake, _ in rounds)
    figures["ratio"] = median(lake["seconds"] / local["seconds"] for lake, local in rounds)
    return figures


def _step(*arguments: str) -> dict[str, object]:
    print("running", *arguments[:1], file=sys.stderr)
    return json.loads(check_output([sys.executable, __file__, *arguments]))  # noqa: S603


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
        start = LAST_DAY - timedelta(days=int(argument) - 1)
        request = PullRequest(
            dataset=ESTIMATES.id, run_key="bench", window=Window(start=start, end=LAST_DAY)
        )
        extra["key"] = pull(request, settings(), store)
    elif name == "conform":
        conform(read_pull(store, argument), settings(), store)
    else:
        extra["rows"] = _read_to_local_disk(argument, store)
    return {
        **extra,
        "seconds": perf_counter() - started,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _read_to_local_disk(key: str, store: ObjectStore) -> int:
    """The same strict read, written to local disk: what `conform` is held against."""
    landed = read_pull(store, key)
    with TemporaryDirectory() as folder, duck.connect(settings().s3) as connection:
        path = Path(folder) / "local.parquet"
        connector_for(ESTIMATES, settings(), store).prepare(connection, store, landed)
        write_parquet(connection, ESTIMATES, landed, str(path))
        row = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main()
