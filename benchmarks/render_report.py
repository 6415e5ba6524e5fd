"""How long it takes to render a report in both locales, and how much memory: charts, mail, files.

Each page is rendered in a process of its own: once cold, then warm. `PAGES` has what is rendered:
the example page of the tests, which has every kind of block and six charts. Prints a Markdown table
for docs/performance.md; exits with 1 if a limit is passed.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pages import LOCALES, page
from shortdrama.reports.layout.render import render
from shortdrama.reports.page import Page

ROUNDS = 5
LIMIT_SECONDS = 5.0
LIMIT_MB = 300


def example() -> list[Page]:
    """The example page in both locales."""
    return [page(locale) for locale in LOCALES]


PAGES: Mapping[str, Callable[[], list[Page]]] = {"example": example}
"""By name, the pages of one edition in all locales."""


def main() -> None:
    """Measure each in a process of its own; print the figures and hold them to the limits."""
    print(
        "| report | cold | warm, both locales | peak | HTML | pictures |\n|---|---|---|---|---|---|"
    )
    is_over = False
    for name in PAGES:
        said = subprocess.run(  # noqa: S603 - this file
            [sys.executable, __file__, name], capture_output=True, text=True, check=True
        )
        m = json.loads(said.stdout)
        print(
            f"| {name} | {m['cold']:.1f} s | {m['warm']:.1f} s | {m['mb']:.0f} MB |"
            f" {m['html']:.0f} kB | {m['pictures']:.0f} kB |"
        )
        is_over |= m["warm"] > LIMIT_SECONDS or m["mb"] > LIMIT_MB
    sys.exit(is_over)


def measured(name: str) -> dict[str, float]:
    """Seconds, the process's peak in MB, and the sizes of the larger locale in kB."""
    pages = PAGES[name]()
    seconds = []
    for _ in range(1 + ROUNDS):
        started = perf_counter()
        rendered = [render(one) for one in pages]
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
