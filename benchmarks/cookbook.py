"""How long the cookbook's questions take on a snapshot's files, on local disk.

`python benchmarks/cookbook.py` exports the marts of the home's warehouse as publishing does, and
asks.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb

from shortdrama.core.settings import REPOSITORY, settings
from shortdrama.lake import duck
from shortdrama.warehouse.publish.export import export_marts

COOKBOOK = REPOSITORY / "dbt_project" / "analyses"


class FolderStore:
    """Takes the files that an export uploads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def upload(self, path: Path, key: str) -> None:
        """Keep a copy under the key."""
        kept = self.folder / key
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept)


def measure() -> dict[str, float]:
    """Seconds of each question; the better of two runs."""
    with TemporaryDirectory() as folder:
        store = FolderStore(Path(folder))
        with duck.connect(path=settings().warehouse_path) as warehouse:
            marts = export_marts(warehouse, "bench", {}, Path(folder), store, _say)  # type: ignore[arg-type]
        with duck.connect() as connection:
            for mart, files in marts.items():
                paths = duck.list_literal([str(store.folder / file.key) for file in files])
                connection.execute(f"create view {mart} as from read_parquet({paths})")
            return {
                file.relative_to(COOKBOOK).with_suffix("").as_posix(): _seconds(connection, file)
                for file in sorted(COOKBOOK.rglob("*.sql"))
            }


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _seconds(connection: duckdb.DuckDBPyConnection, file: Path) -> float:
    query = file.read_text(encoding="utf-8")
    taken = []
    for _ in range(2):
        started = perf_counter()
        connection.execute(query).fetchall()
        taken.append(perf_counter() - started)
    return min(taken)


def report(measured: dict[str, float]) -> None:
    """The slowest ones as a Markdown table, and how many took a second or more."""
    print("| question | seconds |\n|---|---|")
    for name, seconds in sorted(measured.items(), key=lambda one: -one[1])[:5]:
        print(f"| `{name}` | {seconds:.2f} |")
    slow = sum(seconds >= 1 for seconds in measured.values())
    print(f"\n{len(measured)} questions; {slow} took a second or more")


if __name__ == "__main__":
    report(measure())
