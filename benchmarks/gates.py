"""What the gate of a load costs: its share of the whole, without Great Expectations, in memory.

A quarter of a year of a whole market's estimates, pulled again and again, so that the gate also
compares them with what was said before; and five million synthetic rows, for memory. Each step runs
in a process of its own. Prints Markdown for docs/performance.md; exits with 1 if a limit is passed.
"""

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from whole_market import COUNTRIES, ROUNDS, step, whole_market, window_of

from shortdrama.core.settings import settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.model import WORLD
from shortdrama.ingest.admit import admit
from shortdrama.ingest.conform import conform
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck
from shortdrama.lake.landing import read_pull
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest

DAYS = 92
SHARE_LIMIT = 0.25
OVERHEAD_LIMIT_SECONDS = 1.0
SYNTHETIC_ROWS = 5_000_000
MEMORY_LIMIT_MB = 700


def main() -> None:
    """Run every step in its own process, print the figures, and hold them against their limits."""
    with whole_market() as home:
        # The others are compared with the first load.
        rounds = [_life_of_a_load(number) for number in range(ROUNDS + 1)][1:]
        memory = _gate_synthetic(home)
    share = median(r["gate"] / (r["pull"] + r["conform"] + r["gate"]) for r in rounds)
    overhead = median(r["gate"] - r["great_expectations"] for r in rounds)
    print("| rows | pull | conform | gate | gate's share | of it Great Expectations |")
    print("|---|---|---|---|---|---|")
    for r in rounds:
        print(
            f"| {r['rows']:,.0f} | {r['pull']:.1f} s | {r['conform']:.1f} s | {r['gate']:.1f} s"
            f" | {r['gate'] / (r['pull'] + r['conform'] + r['gate']):.0%}"
            f" | {r['great_expectations']:.1f} s |"
        )
    limits = [
        ("the gate's share of pull + conform + gate, median", share, SHARE_LIMIT, "{:.2f}"),
        ("seconds beside Great Expectations, median", overhead, OVERHEAD_LIMIT_SECONDS, "{:.2f}"),
        (f"MB at {memory['rows']:,.0f} rows, peak", memory["mb"], MEMORY_LIMIT_MB, "{:.0f}"),
    ]  # fmt: skip
    print("\n| measured | | limit |\n|---|---|---|")
    for what, value, limit, form in limits:
        print(f"| {what} | {form.format(value)} | {form.format(limit)} |")
    sys.exit(any(value > limit for _, value, limit, _ in limits))


def _life_of_a_load(number: int) -> dict[str, float]:
    pulled = step(__file__, "pull", f"gates-{number}")
    conformed = step(__file__, "conform", pulled["key"])
    gated = step(__file__, "gate", pulled["key"])
    return {
        "pull": pulled["seconds"],
        "conform": conformed["seconds"],
        "gate": gated["seconds"],
        "great_expectations": gated["great_expectations"],
        "rows": gated["rows"],
    }


def run_step(name: str, argument: str) -> dict[str, object]:
    """One step in this process: its seconds, its peak memory in MB, and what the next one needs."""
    if name == "audit":
        return _audit(argument)
    store = ObjectStore.of(settings().s3)
    if name == "gate":
        return _gate_warm(argument, store)
    started = perf_counter()
    extra: dict[str, object] = {}
    if name == "pull":
        request = PullRequest(dataset=ESTIMATES.id, run_key=argument, window=window_of(DAYS))
        extra["key"] = pull(request, settings(), store)
    else:
        conform(read_pull(store, argument), settings().s3, store)
    return {**extra, "seconds": perf_counter() - started}


def _gate_warm(key: str, store: ObjectStore) -> dict[str, object]:
    """The whole admission of a load, in a process that has imported Great Expectations."""
    inside = _clock_great_expectations()
    landed = read_pull(store, key)
    started = perf_counter()
    record = admit(landed, settings(), store)
    return {
        "rows": record.rows,
        "seconds": perf_counter() - started,
        "great_expectations": sum(inside),
    }


def _clock_great_expectations() -> list[float]:
    """Import it, warm it up, and from now on list the seconds of each of its validations."""
    from great_expectations.datasource.fluent.interfaces import Batch

    from shortdrama.gates.suites import Suite, audit_profile

    suite = Suite.load("appfigures.products.load")
    audit_profile(suite, dict.fromkeys(suite.columns))
    inside: list[float] = []
    validate = Batch.validate

    def clocked(*arguments: Any, **named: Any) -> Any:
        started = perf_counter()
        try:
            return validate(*arguments, **named)
        finally:
            inside.append(perf_counter() - started)

    Batch.validate = clocked
    return inside


def _gate_synthetic(folder: Path) -> dict[str, object]:
    """A load and the one before it, both of that many rows; the gate alone in a process."""
    records = [_synthesise(folder, name, hour) for name, hour in (("before", 8), ("load", 9))]
    return step(
        __file__, "audit", json.dumps([record.model_dump(mode="json") for record in records])
    )


def _synthesise(folder: Path, load_id: str, hour: int) -> LoadRecord:
    countries = (WORLD, *COUNTRIES)
    window = window_of(DAYS)
    products = SYNTHETIC_ROWS // (DAYS * len(countries)) + 1
    said_at = datetime(2025, 10, 5, hour, tzinfo=UTC)
    path = folder / f"{load_id}.parquet"
    with duck.connect() as connection:
        connection.execute("set memory_limit = '256MB'")
        connection.execute(
            f"""
            copy (
                select
                    cast(336744124000 + product as bigint) as product_id,
                    country as country_code,
                    cast(date '{window.start}' + cast(day as integer) as date) as estimated_on,
                    cast(if(country = '{WORLD}', 9000, 100) + hash(product, day) % 20 as bigint)
                        as downloads,
                    cast(if(country = '{WORLD}', 9000, 100) * 2 as decimal(18, 2)) as revenue,
                    'USD' as currency,
                    '{load_id}' as load_id,
                    timestamp '{said_at:%Y-%m-%d %H:%M:%S}' as said_at,
                    true as is_sample
                from unnest({duck.list_literal(list(countries))}) as c(country),
                    range({products}) as p(product), range({DAYS}) as d(day)
            ) to {duck.quoted(str(path))} (format parquet, row_group_size 250000)
            """  # noqa: S608 - the benchmark's own names
        )
    return LoadRecord(
        load_id=load_id,
        pull_id=load_id,
        dataset=ESTIMATES.id,
        status="accepted",
        key=str(path),
        sha256="",
        rows=products * DAYS * len(countries),
        coverage=Coverage(window=window, countries=countries),
        said_at=said_at,
        decided_at=said_at,
        is_sample=True,
    )


def _audit(argument: str) -> dict[str, object]:
    from shortdrama.gates.load_gate import audit_load

    before, load = (LoadRecord.model_validate(record) for record in json.loads(argument))
    folder = SimpleNamespace(uri=lambda key: key)
    result = audit_load(
        ESTIMATES, Path(load.key), load.load_id, load.coverage, load.said_at, [before], folder, None
    )
    return {
        "rows": result.rows,
        "refused": result.refused,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main()
