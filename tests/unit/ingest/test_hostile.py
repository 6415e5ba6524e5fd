"""A hostile source: every fault ends as the same rows, a classed refusal, or a gate's refusal.

`make test` tries every third fault on one route, in turn. `make hostile` tries all on all, each
load in a process whose memory is measured, and holds the table in docs/operators.md to what it saw;
`UPDATE_DOCS=1 make hostile` writes it.
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import pytest

from hostile.faults import FAULTS, Fault
from hostile.run import (
    LISTS,
    ROUTES,
    Ending,
    Hostile,
    Rows,
    asking_little,
    conformed,
    end,
    end_apart,
    lake,
    leaders,
    request_of,
)
from hostile.server import RawServer, serving
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.sources import http
from shortdrama.sources.appfigures import product_list

LONGEST_SECONDS = 60.0
MOST_MB = 500.0
OPERATORS = REPOSITORY / "docs" / "operators.md"
TABLE = re.compile(r"(?<=<!-- hostile: generated -->\n).*?(?=<!-- end -->)", re.DOTALL)
ROW = re.compile(r"^\| (\w+) \| [^|]+ \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A fault on a route."""

    fault: Fault
    route: str

    def __str__(self) -> str:
        return f"{self.fault.name}-{self.route}"


def fitting(fault: Fault) -> tuple[str, ...]:
    """The routes that can have the fault."""
    return LISTS if fault.of_lists else tuple(ROUTES)


CASES = [Case(fault, route) for fault in FAULTS for route in fitting(fault)]
SAMPLE = [
    Case(fault, fitting(fault)[number % len(fitting(fault))])
    for number, fault in enumerate(FAULTS[::3])
]
SEEN: dict[Case, Ending] = {}
HEALTHY: dict[str, Rows] = {}


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    with serving(lambda _: []) as server:
        yield server


@pytest.fixture
def healthy(
    settings: Settings, simulator: Any, server: RawServer, monkeypatch: pytest.MonkeyPatch,
    case: Case,
) -> Rows:  # fmt: skip
    """The rows without a fault, through the same server."""
    monkeypatch.setattr(http, "polite_wait", lambda _: 0.0)
    monkeypatch.setattr(product_list, "listed_products", lambda *_: leaders())
    server.answers = Hostile(simulator.url, case.route, None).answers
    if case.route not in HEALTHY:
        little = asking_little(settings, server.url.rstrip("/"), case.route)
        _, HEALTHY[case.route] = conformed(request_of(case.route, "well"), little, lake(little))
    server.answers = Hostile(simulator.url, case.route, case.fault).answers
    return HEALTHY[case.route]


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_a_fault_ends_as_the_manual_says(
    case: Case, settings: Settings, server: RawServer, healthy: Rows
) -> None:
    ending = end(settings, server.url.rstrip("/"), case.route, healthy, is_slow=case.fault.is_slow)
    assert f"{case.route}: {ending.words}" in _told(case.fault.name)
    assert ending.seconds < LONGEST_SECONDS


@pytest.fixture(scope="module")
def apart() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.hostile
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_ends_with_a_class_in_time_and_in_little_memory(
    case: Case, settings: Settings, server: RawServer, healthy: Rows, apart: ProcessPoolExecutor
) -> None:
    url = server.url.rstrip("/")
    running = apart.submit(end_apart, settings, url, case.route, healthy, case.fault.is_slow)
    SEEN[case] = ending = running.result(timeout=LONGEST_SECONDS)
    assert ending.words != "accepted with other rows"
    assert ending.peak_mb <= MOST_MB


@pytest.mark.hostile
def test_the_table_in_the_manual_is_true() -> None:
    if set(SEEN) != set(CASES):
        pytest.skip("only some of the faults were tried")
    lines = [
        f"{len(CASES):,} loads, {len(FAULTS)} faults on the routes that they fit.", "",
        "| fault | what is sent instead | what becomes of the load |", "|---|---|---|",
    ]  # fmt: skip
    for fault in FAULTS:
        ended: dict[str, list[str]] = {}
        for case, ending in SEEN.items():
            if case.fault is fault:
                ended.setdefault(ending.words, []).append(case.route)
        told = next(iter(ended)) if len(ended) == 1 else "; ".join(
            f"{words} ({', '.join(f'`{route}`' for route in routes)})"
            for words, routes in ended.items()
        )  # fmt: skip
        lines.append(f"| {fault.name} | {fault.meaning} | {told} |")
    table = "\n" + "\n".join(lines) + "\n\n"
    manual = OPERATORS.read_text()
    if os.environ.get("UPDATE_DOCS"):
        manual = TABLE.sub(lambda _: table, manual, count=1)
        OPERATORS.write_text(manual)
    print(
        f"\n{len(SEEN):,} loads; longest {max(one.seconds for one in SEEN.values()):.1f} s,"
        f" most memory {max(one.peak_mb for one in SEEN.values()):.0f} MB"
    )
    assert TABLE.findall(manual) == [table], "write it again with UPDATE_DOCS=1 make hostile"


def _told(fault: str) -> set[str]:
    """What the manual says of a fault: `route: words` for each route."""
    for name, told in ROW.findall(TABLE.findall(OPERATORS.read_text())[0]):
        if name == fault:
            by_words = re.findall(r"([^;]+?) \((`[^)]+)\)", told)
            if not by_words:
                return {f"{route}: {told}" for route in ROUTES}
            return {
                f"{route}: {words.strip('; ')}"
                for words, routes in by_words
                for route in re.findall(r"`([^`]+)`", routes)
            }
    return set()
