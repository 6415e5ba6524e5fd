"""What a load ledger costs as it grows: an append, a look for one load, a read of all of them.

Ledgers of 100 to 100,000 loads of 61 countries in the embedded S3. Each is measured in a process of
its own. Prints Markdown for docs/performance.md.
"""

import json
import random
import resource
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import mean
from time import perf_counter

from whole_market import COUNTRIES, step, whole_market

from shortdrama.core.settings import settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.model import WORLD
from shortdrama.lake import duck, keys, pages
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.ops_sources import create_relations, fill

SIZES = (100, 1_000, 10_000, 100_000)
APPENDS = pages.PAGE_RECORDS
"""So many that a page is sealed once."""
FINDS = 50
AT_ONCE = 1_000
COVERAGE = Coverage(
    window=Window(start=date(2025, 8, 1), end=date(2025, 9, 4)), countries=(WORLD, *COUNTRIES)
)


def main() -> None:
    """Let one ledger grow, and measure it at every size."""
    with whole_market():
        measured = {size: step(__file__, str(size)) for size in SIZES}
    small, large = measured[SIZES[0]], measured[SIZES[-1]]
    print(
        "| loads | append | ÷ at 100 | 1,000 at once | find | all, first | again | in SQL | peak |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for size, m in measured.items():
        print(
            f"| {size:,} | {m['append'] * 1000:.0f} ms | {m['append'] / small['append']:.2f}"
            f" | {m['at_once'] * 1000:.0f} ms | {m['find'] * 1000:.0f} ms"
            f" | {m['accepted']:.2f} s | {m['again']:.2f} s | {m['sql']:.2f} s"
            f" | {m['mb']:,.0f} MB |"
        )
    print(f"\nThe head at {SIZES[-1]:,} loads: {large['head_kb']:,.0f} KB")


def run_step(size: int) -> dict[str, float]:
    """Let the ledger grow to that many loads; the seconds of each access, means of several."""
    store = ObjectStore.of(settings().s3)
    ledger = LoadLedger(store, ESTIMATES.id)
    for start in range(len(ledger.records()), size, AT_ONCE):
        ledger.append_all([_record(n) for n in range(start, min(start + AT_ONCE, size))])
    begun = len(ledger.records())
    appended = [_record(number) for number in range(begun, begun + APPENDS)]
    at_once = [_record(number) for number in range(begun + APPENDS, begun + APPENDS + AT_ONCE)]
    found = [_record(n).load_id for n in random.Random(1).choices(range(size), k=FINDS)]  # noqa: S311 - no secret
    ledger.find("")  # opens the connection
    measured = {
        "append": mean(_seconds(partial(ledger.append, record)) for record in appended),
        "find": mean(_seconds(partial(ledger.find, load_id)) for load_id in found),
        "at_once": _seconds(partial(ledger.append_all, at_once)),
        "accepted": _seconds(ledger.accepted),
        "again": _seconds(ledger.accepted, is_first=False),
        "head_kb": len(store.get(keys.load_ledger(ESTIMATES.id))) / 1024,
    }
    with duck.connect() as connection:
        create_relations(connection)
        measured["sql"] = _seconds(partial(fill, connection, store, date(2026, 1, 1)))
    return {**measured, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _seconds(access: Callable[[], object], *, is_first: bool = True) -> float:
    """How long it takes; the first time the process has read no page yet."""
    if is_first:
        pages._page.cache_clear()
    started = perf_counter()
    access()
    return perf_counter() - started


def _record(number: int) -> LoadRecord:
    """A load an hour."""
    said_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    pull_id = f"{number:012x}"
    load_id = keys.load_id(said_at, pull_id)
    return LoadRecord(
        load_id=load_id,
        pull_id=pull_id,
        dataset=ESTIMATES.id,
        status="accepted",
        key=keys.raw(ESTIMATES.id, load_id, said_at),
        sha256="0" * 64,
        rows=number,
        coverage=COVERAGE,
        said_at=said_at,
        decided_at=said_at,
        is_sample=True,
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(int(sys.argv[1]))))
    else:
        main()
