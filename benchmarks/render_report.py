"""How long writing and rendering a report takes in both locales, and how much memory.

Each report is measured in a process of its own, on the marts that its tests have: once cold, then
warm. Charts, HTML, text, workbook and the single file are all made. Prints a Markdown table for
docs/performance.md; exits with 1 if a limit is passed.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pages import LOCALES
from report_editions import edition, marts
from shortdrama.reports.layout.render import render
from shortdrama.reports.registry import REPORTS

ROUNDS = 5
LIMIT_SECONDS = 5.0
LIMIT_MB = 300


def main() -> None:
    """Measure each report, print the figures, and hold them to the limits."""
    print("| report | cold | warm | peak | HTML | pictures |\n|---|---|---|---|---|---|")
    is_over = False
    for report_id in REPORTS:
        said = subprocess.run(  # noqa: S603 - this file
            [sys.executable, __file__, report_id], capture_output=True, text=True, check=True
        )
        m = json.loads(said.stdout)
        print(
            f"| `{report_id}` | {m['cold']:.1f} s | {m['warm']:.1f} s | {m['mb']:.0f} MB |"
            f" {m['html']:.0f} kB | {m['pictures']:.0f} kB |"
        )
        is_over |= m["warm"] > LIMIT_SECONDS or m["mb"] > LIMIT_MB
    sys.exit(is_over)


def measured(report_id: str) -> dict[str, float]:
    """Seconds for both locales, the process's peak in MB, sizes of the larger locale in kB."""
    connection = marts()
    seconds = []
    for _ in range(1 + ROUNDS):
        started = perf_counter()
        pages = [edition(connection, report_id, locale) for locale in LOCALES]
        rendered = [render(page) for page in pages]
        seconds.append(perf_counter() - started)
    return {
        "cold": seconds[0],
        "warm": median(seconds[1:]),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "html": max(len(one.html.encode()) for one in rendered) / 1000,
        "pictures": max(sum(len(p.png) for p in one.pictures) for one in rendered) / 1000,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
