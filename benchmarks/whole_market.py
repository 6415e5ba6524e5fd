"""What the benchmarks share: a whole market to pull from, and a process for each step."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import check_output
from tempfile import TemporaryDirectory
from typing import Any

from shortdrama.core.windows import Window
from shortdrama_local.embedded.stack import start_sources, stop_stack
from shortdrama_local.simulator.countries import EX_CHINA

CLOCK = datetime(2026, 2, 25, 8, tzinfo=UTC)
LAST_DAY = date(2025, 9, 30)
COUNTRIES = ("CN", *(country.code for country in EX_CHINA))[:60]
ROUNDS = 3


@contextmanager
def whole_market(countries: Sequence[str] = COUNTRIES) -> Iterator[Path]:
    """298 apps on two stores, these countries and the world, and an empty lake; its folder."""
    with TemporaryDirectory() as home:
        os.environ |= {
            "SHORTDRAMA_HOME": home,
            "SHORTDRAMA_FROZEN_CLOCK": CLOCK.isoformat(),
            "SHORTDRAMA_APPFIGURES__COUNTRIES": json.dumps(countries),
        }
        try:
            start_sources(CLOCK, lambda what: print(f"starting {what}", file=sys.stderr))
            yield Path(home)
        finally:
            stop_stack()


def window_of(days: int) -> Window:
    """That many days up to the last one."""
    return Window(start=LAST_DAY - timedelta(days=days - 1), end=LAST_DAY)


def step(script: str, *arguments: str) -> dict[str, Any]:
    """Run a step of the script in a process of its own; what it prints, a JSON object."""
    print("running", *arguments[:1], file=sys.stderr)
    answer: dict[str, Any] = json.loads(check_output([sys.executable, script, *arguments]))  # noqa: S603
    return answer
