"""What the gate of the marts costs at the size of the demo, beside importing Great Expectations.

577 products, 14 countries and 96 days: 775,000 facts, as many as the demo has. Built, gated as the
first build, then as a build that is compared with itself. Each step runs in a process of its own.
Prints Markdown for docs/performance.md; exits with 1 if a limit is passed.
"""

import json
import os
import sys
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
from marts import COUNTRIES, FolderLake, build
from whole_market import ROUNDS, step

from shortdrama.core.settings import settings
from shortdrama.lake import duck

DAYS = 96
LIMIT_SECONDS = 5.0


def main() -> None:
    """Run every step in its own process, and hold the seconds against their limit."""
    with TemporaryDirectory() as home:
        os.environ |= {
            "SHORTDRAMA_HOME": home,
            # A build wants keys, whatever it reads.
            "SHORTDRAMA_S3__ACCESS_KEY_ID": "no-lake",
            "SHORTDRAMA_S3__SECRET_ACCESS_KEY": "no-lake",
        }
        step(__file__, "build")
        measured = {name: step(__file__, name) for name in ("first", "compared")}
    print("| build | facts | gate | of it marts held against each other | limit |")
    print("|---|---|---|---|---|")
    for name, m in measured.items():
        print(
            f"| {name} | {m['facts']:,.0f} | {m['seconds']:.1f} s | {m['joint_seconds']:.1f} s"
            f" | {LIMIT_SECONDS:.1f} s |"
        )
    sys.exit(any(m["seconds"] > LIMIT_SECONDS for m in measured.values()))


def run_step(name: str) -> dict[str, float]:
    """Build, or gate what was built."""
    folder = Path(os.environ["SHORTDRAMA_HOME"]) / "lake"
    folder.mkdir(exist_ok=True)
    lake = FolderLake(folder, COUNTRIES[:14])
    if name == "build":
        lake.fill(DAYS)
        return {"facts": build(lake)}
    return _gate(lake, is_first=name == "first")


def _gate(lake: FolderLake, *, is_first: bool) -> dict[str, float]:
    from shortdrama.gates import mart_gate
    from shortdrama.gates.published import Published
    from shortdrama.gates.suites import Suite, audit_profile

    audit_profile(Suite.load("marts"), dict.fromkeys(Suite.load("marts").columns, 1))
    loaded = frozenset(name for name, records in lake.inputs().accepted.items() if records)
    seconds = {}
    with duck.connect(path=settings().warehouse_path) as connection:
        (facts,) = connection.execute(
            "select count(*) from marts.fct_app_estimates_daily"
        ).fetchone() or (0,)
        published = None if is_first else Published(*_copy(connection))
        context = mart_gate.MartContext("sample", loaded, date(2025, 9, 29), published)
        joint = mart_gate.joint_suites
        for what, suites in (("seconds", joint), ("without", list)):
            mart_gate.joint_suites = suites
            rounds = []
            for _ in range(ROUNDS):
                started = perf_counter()
                mart_gate.audit_marts(connection, "benchmark", context)
                rounds.append(perf_counter() - started)
            seconds[what] = median(rounds)
    return {
        "facts": facts,
        "seconds": seconds["seconds"],
        "joint_seconds": seconds["seconds"] - seconds["without"],
    }


def _copy(connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, int]]:
    """The marts as they would be published: the file, and its rows by mart."""
    path = str(Path(os.environ["SHORTDRAMA_HOME"]) / "published.duckdb")
    connection.execute(f"attach {duck.quoted(path)} as snapshot")
    rows = {}
    for (mart,) in connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    ).fetchall():
        connection.execute(f"create table snapshot.{mart} as from marts.{mart}")
        rows[mart] = len(connection.table(f"marts.{mart}"))
    connection.execute("detach snapshot")
    return path, rows


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main()
