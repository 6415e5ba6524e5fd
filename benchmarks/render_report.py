"""How long it takes to render each report in both locales, and how much memory.

The pages are made before, on the marts that the tests have. A process of its own renders them, as
charts, HTML, text, workbook and single file: once cold, then warm. Prints a Markdown table for
docs/performance.md; exits with 1 if a limit is passed.
"""

import json
import pickle
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from shortdrama.reports.layout.render import render
from shortdrama.reports.page import Page

TESTS = Path(__file__).parents[1] / "tests"
ROUNDS = 5
LIMIT_SECONDS = 5.0
LIMIT_MB = 300


def main() -> None:
    """Measure each report, print the figures, and hold them to the limits."""
    print("| report | cold | warm | CPU | peak | HTML | pictures |\n|---|---|---|---|---|---|---|")
    is_over = False
    for report_id, pages in editions().items():
        rendering = subprocess.run(  # noqa: S603 - this file
            [sys.executable, __file__, "render"],
            input=pickle.dumps(pages), stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        m = json.loads(rendering.stdout)
        print(
            f"| `{report_id}` | {m['cold']:.1f} s | {m['warm']:.1f} s | {m['cpu']:.1f} s |"
            f" {m['mb']:.0f} MB | {m['html']:.0f} kB | {m['pictures']:.0f} kB |"
        )
        is_over |= m["warm"] > LIMIT_SECONDS or m["mb"] > LIMIT_MB
    sys.exit(is_over)


def editions() -> dict[str, list[Page]]:
    """Of each report its edition in all locales."""
    sys.path.insert(0, str(TESTS))
    from pages import LOCALES
    from report_editions import LABELS, edition, marts

    with marts() as connection:
        return {
            report_id: [edition(connection, report_id, locale) for locale in LOCALES]
            for report_id in LABELS
        }


def measured(pages: Sequence[Page]) -> dict[str, float]:
    """Seconds for all locales, the process's peak in MB, sizes of the larger locale in kB."""
    seconds, cpu = [], []
    for _ in range(1 + ROUNDS):
        started, used = perf_counter(), process_time()
        rendered = [render(page) for page in pages]
        seconds.append(perf_counter() - started)
        cpu.append(process_time() - used)
    return {
        "cold": seconds[0],
        "warm": median(seconds[1:]),
        "cpu": median(cpu[1:]),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "html": max(len(one.html.encode()) for one in rendered) / 1000,
        "pictures": max(sum(len(p.png) for p in one.pictures) for one in rendered) / 1000,
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(pickle.load(sys.stdin.buffer))))  # noqa: S301 - our own pages
    else:
        main()
