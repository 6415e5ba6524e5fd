"""What it costs to compare accepted loads with their ledgers: 1,000 objects in the embedded S3.

A build reads an object once, for its sha256, and from then on asks for listings alone, as the
nightly check and the doctor always do. Prints a Markdown table for docs/performance.md.
"""

import hashlib
import os
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory
from time import perf_counter

from shortdrama.core.settings import settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.lake.raw_objects import Compared, compare
from shortdrama.lake.store import ObjectStore
from shortdrama_local.embedded.stack import ensure_store, stop_stack

LOADS = 1_000
LOAD_BYTES = 200_000
"""About a day's pull of 35 days of 298 apps in 17 countries."""


def main() -> None:
    """Fill a lake, then look at it with more and less known about it."""
    with TemporaryDirectory() as folder:
        os.environ["SHORTDRAMA_HOME"] = folder
        ensure_store()
        try:
            _measure(ObjectStore.of(settings().s3))
        finally:
            stop_stack()


def _measure(store: ObjectStore) -> None:
    records = [_accept(store, number) for number in range(LOADS)]
    print(f"| {LOADS:,} loads of {LOAD_BYTES // 1000} kB | objects read | seconds |")
    print("|---|---|---|")
    first = _row("nothing is known about them", records, store, {})
    known = dict(first.etags)
    _row("all were compared before", records, store, known)
    for record in records[::10]:
        del known[record.load_id]
    _row("a tenth is new", records, store, known)


def _accept(store: ObjectStore, number: int) -> LoadRecord:
    said_at = datetime(2023, 1, 1, 6, tzinfo=UTC) + timedelta(days=number)
    load_id = keys.load_id(said_at, f"{number:012x}")
    body = hashlib.shake_256(load_id.encode()).digest(LOAD_BYTES)
    key = keys.raw(ESTIMATES.id, load_id, said_at)
    store.put(key, body)
    day = date(2023, 1, 1) + timedelta(days=number)
    return LoadRecord(
        load_id=load_id,
        pull_id=load_id,
        dataset=ESTIMATES.id,
        status="accepted",
        key=key,
        sha256=hashlib.sha256(body).hexdigest(),
        rows=1,
        coverage=Coverage(window=Window(start=day, end=day)),
        said_at=said_at,
        decided_at=said_at,
        is_sample=True,
    )


def _row(
    name: str, records: list[LoadRecord], store: ObjectStore, known: dict[str, str]
) -> Compared:
    started = perf_counter()
    compared = compare(records, store, known)
    seconds = perf_counter() - started
    compared.refuse_damaged()
    read = sum(compared.etags[record.load_id] != known.get(record.load_id) for record in records)
    print(f"| {name} | {read:,} | {seconds:.2f} |")
    return compared


if __name__ == "__main__":
    main()
