"""What it costs to plan an inbox of 300 files, 20 of them 20 MB, and to read hostile ones.

A plan lists the inbox; it reads a new file once and a decided one never. Files that look harmless
and are vast are read in processes of their own. Prints Markdown tables for docs/performance.md and
ends with an error when a limit is passed.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from shortdrama.core.settings import settings
from shortdrama.core.windows import Window
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore, s3_client
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.files.workbook import MAX_BYTES
from shortdrama.sources.inbox import due_files
from shortdrama_local.embedded.stack import ensure_store, stop_stack

FILES, LARGE = 300, 20
SMALL_BYTES = 30_000
MAX_SECONDS, MAX_MB = 20, 300
NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
ROW = b"North America,United States,Microdramas,Revenue,US$m,300,640,930,1500\r\n"
HEAD = (
    b"Source: Omdia\r\nPublication date: 14 Oct 2025\r\n"
    b"Region,Country,Segment,Metric,Unit,2023,2024,2025F,2026F\r\n"
)
READ = """
import resource, sys
from pathlib import Path
from time import perf_counter
from shortdrama.sources.omdia.workbook import parse_workbook

content, started = Path(sys.argv[1]).read_bytes(), perf_counter()
try:
    said = f"{len(parse_workbook(content, 'f' + Path(sys.argv[1]).suffix).rows)} figures"
except Exception as refused:
    said = type(refused).__name__
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{perf_counter() - started:.1f}|{peak}|{said}")
"""


def main() -> None:
    """Plan an inbox four times, then read the vast files."""
    with TemporaryDirectory() as folder:
        os.environ["SHORTDRAMA_HOME"] = folder
        ensure_store()
        try:
            _plans(CountingStore(s3_client(settings().s3), settings().s3.bucket))
        finally:
            stop_stack()
        slow = _vast_files(Path(folder))
    sys.exit(slow)


class CountingStore(ObjectStore):
    """The store, counting the bytes that it hands out of an inbox."""

    read_bytes = 0

    def get(self, key: str) -> bytes:
        """The object's bytes."""
        body = super().get(key)
        self.read_bytes += len(body) if key.startswith("inbox/") else 0
        return body


def _plans(store: CountingStore) -> None:
    for number in range(FILES):
        size = MAX_BYTES if number < LARGE else SMALL_BYTES
        store.put(f"inbox/omdia/{number:03}.xlsx", number.to_bytes(2, "big") * (size // 2))
    print(f"| {FILES} files, {LARGE} of them 20 MB | bytes read | seconds |\n|---|---|---|")
    due = _row("none was seen before", store)
    _row("none is decided yet", store)
    for request in due[:-5]:
        _decide(store, request)
    _row("all but five are decided", store)
    for request in due[-5:]:
        _decide(store, request)
    _row("all are decided, first plan after that", store)
    _row("all are decided, each hour from then", store)


def _row(about: str, store: CountingStore) -> list[PullRequest]:
    store.read_bytes, started = 0, perf_counter()
    due = due_files(store, "omdia")
    print(f"| {about} | {store.read_bytes:,} | {perf_counter() - started:.2f} |")
    return due


def _decide(store: ObjectStore, request: PullRequest) -> None:
    LoadLedger(store, FORECASTS.id).append(
        LoadRecord(
            load_id=request.pull_id,
            pull_id=request.pull_id,
            dataset=FORECASTS.id,
            status="quarantined",
            key="k",
            sha256="s",
            rows=0,
            coverage=Coverage(window=Window(start=NOW.date(), end=NOW.date())),
            said_at=NOW,
            decided_at=NOW,
            is_sample=False,
        )
    )


def _filled(piece: bytes) -> bytes:
    return HEAD + piece * ((MAX_BYTES - len(HEAD)) // len(piece))


VAST: dict[str, Callable[[], bytes]] = {
    "deep: rows of figures.csv": lambda: _filled(ROW),
    "wide: commas.csv": lambda: _filled(b","),
    "blank rows.csv": lambda: _filled(b"\n"),
    "two cells a row.csv": lambda: _filled(b"1.234,5;2\n"),
    "one open quote.csv": lambda: HEAD + b'"' + b"x" * 19_000_000,
    "Chinese words.csv": lambda: _filled("微短剧市场\n".encode("gb18030")),
    "zero bytes.csv": lambda: bytes(MAX_BYTES),
}


def _vast_files(folder: Path) -> int:
    print("\n| file of 20 MB | seconds | peak, MB | becomes |\n|---|---|---|---|")
    slow = 0
    for name, make in VAST.items():
        path = folder / f"vast{Path(name).suffix}"
        path.write_bytes(make())
        answer = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True
        )
        seconds, peak, said = answer.stdout.strip().split("|")
        slow += float(seconds) > MAX_SECONDS or int(peak) > MAX_MB
        print(f"| {name} | {seconds} | {peak} | {said} |")
    return slow


if __name__ == "__main__":
    main()
