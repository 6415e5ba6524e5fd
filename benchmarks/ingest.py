"""How fast and how lean pull and conform are, beside a bare loop and dlt.

All three load the same answers (60 countries, 596 products, 92 days) from the same server through
the same S3, in turns, each in a process of its own, whose peak memory the operating system
reports. Prints a Markdown table for docs/performance.md. Ends with an error if the rows differ, or
if a limit is passed.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import bare_loop
from answers import DAYS, write_answers
from whole_market import COUNTRIES, ROUNDS, step, whole_market, window_of

from shortdrama.core.settings import settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.model import WORLD
from shortdrama.ingest.conform import conform
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck
from shortdrama.lake.landing import read_pull
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest

ASKED = [WORLD, *COUNTRIES[:59]]
MOST_TIMES_BARE = 1.5
MOST_MB = 400
DLT = Path(__file__).parents[1] / "build" / "dlt"
"""Where `make bench` puts dlt, outside the project's environment."""

Round = dict[str, dict[str, Any]]


def main() -> None:
    """Run all rounds and print the table."""
    with whole_market(countries=ASKED[1:]) as home, _vendor(home) as base_url:
        os.environ["SHORTDRAMA_APPFIGURES__BASE_URL"] = base_url
        rounds = [_round(number, base_url) for number in range(ROUNDS)]
    _report(rounds)


@contextmanager
def _vendor(home: Path) -> Iterator[str]:
    """The server of the answers; its address."""
    folder = home / "answers"
    folder.mkdir()
    write_answers(folder, ASKED)
    script = Path(__file__).with_name("answers.py")
    with subprocess.Popen(  # noqa: S603
        [sys.executable, str(script), str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield next(iter(server.stdout or ())).strip()
        finally:
            server.terminate()


def _round(number: int, base_url: str) -> Round:
    found = {
        "ours": step(__file__, "ours", str(number)),
        "bare loop": step(__file__, "bare", base_url),
    }
    if DLT.exists():
        found["dlt"] = _dlt(base_url)
    for name, one in found.items():
        print(
            f"{name}: {one['seconds']:.1f} s, CPU {one['cpu_seconds']:.1f} s, {one['mb']:.0f} MB",
            file=sys.stderr,
        )
    if len({json.dumps(one["rows"]) for one in found.values()}) > 1:
        raise SystemExit(f"the rows differ: { {name: one['rows'] for name, one in found.items()} }")
    return found


def _dlt(base_url: str) -> dict[str, Any]:
    s3 = settings().s3
    window = window_of(DAYS)
    secret = s3.secret_access_key.get_secret_value() if s3.secret_access_key else ""
    print("running dlt", file=sys.stderr)
    with TemporaryDirectory() as folder:
        said = subprocess.check_output(  # noqa: S603
            [
                sys.executable, str(Path(__file__).with_name("dlt_load.py")), base_url,
                ",".join(ASKED), str(window.start), str(window.end), str(s3.endpoint_url),
                s3.bucket,
            ],
            cwd=folder,
            env={
                "HOME": folder, "PATH": os.environ["PATH"], "PYTHONPATH": str(DLT),
                "RUNTIME__DLTHUB_TELEMETRY": "false",
                "AWS_ACCESS_KEY_ID": s3.access_key_id or "", "AWS_SECRET_ACCESS_KEY": secret,
            },
        )  # fmt: skip
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    # Not here: a process that is started inherits this one's peak memory.
    return {**found, **step(__file__, "rows", found["files"])}


def _rows(files: str) -> list[str]:
    """How many rows Parquet files have, and what they add up to."""
    with duck.connect(settings().s3) as connection:
        row = connection.execute(
            """
            select
                count(*), count(distinct country_code), sum(downloads),
                sum(cast(revenue as decimal(18, 2)))
            from read_parquet(?)
            """,
            [files],
        ).fetchone()
    return [str(value) for value in row or ()]


def _report(rounds: list[Round]) -> None:
    names = list(rounds[0])
    numbers = " | ".join(f"round {number + 1}" for number in range(len(rounds)))
    rows = int(rounds[0]["ours"]["rows"][0])
    print(f"| {rows:,} rows | {numbers} | ÷ bare, median | CPU ÷ bare | peak |")
    print("|---" * (len(rounds) + 4) + "|")
    times, peaks = {}, {}
    for name in names:
        times[name], cpu = (
            median(one[name][figure] / one["bare loop"][figure] for one in rounds)
            for figure in ("seconds", "cpu_seconds")
        )
        peaks[name] = max(one[name]["mb"] for one in rounds)
        seconds = " | ".join(f"{one[name]['seconds']:.1f} s" for one in rounds)
        print(f"| {name} | {seconds} | {times[name]:.2f} | {cpu:.2f} | {peaks[name]:.0f} MB |")
    pulls = " | ".join(f"{one['ours']['pull_seconds']:.1f} s" for one in rounds)
    print(f"| of ours: pull | {pulls} | | | |")
    if "dlt" not in names:
        print("dlt is not measured: `make bench` installs it, and could not", file=sys.stderr)
    if times["ours"] > MOST_TIMES_BARE or peaks["ours"] > MOST_MB:
        raise SystemExit(f"limits: {MOST_TIMES_BARE} times the bare loop, {MOST_MB} MB")


def run_step(name: str, argument: str) -> dict[str, Any]:
    """One contender in this process: its seconds, its peak memory in MB, and what it has written.

    `rows` only looks what somebody else has written.
    """
    if name == "rows":
        return {"rows": _rows(argument)}
    started, began = perf_counter(), process_time()
    window = window_of(DAYS)
    found: dict[str, Any] = {}
    if name == "ours":
        store = ObjectStore.of(settings().s3)
        request = PullRequest(dataset=ESTIMATES.id, run_key=argument, window=window)
        pulled = read_pull(store, pull(request, settings(), store))
        found["pull_seconds"] = perf_counter() - started
        target = store.uri(conform(pulled, settings().s3, store))
    else:
        days = (str(window.start), str(window.end))
        target = bare_loop.run(argument, ASKED, settings().s3, days)
    found["seconds"] = perf_counter() - started
    found["cpu_seconds"] = process_time() - began
    found["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**found, "rows": _rows(target)}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main()
