"""Every fault of the simulator's plan against every connector that meets it.

A pull under a fault ends in the very rows that it has without, or fails with a message that names
dataset, window and remedy, and no load is accepted. `make test` tries every third case, and holds
it to the table in docs/operators.md. `make hostile` tries all; `UPDATE_DOCS=1 make hostile` writes
the table.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from hostile.run import (
    ROUTES,
    Rows,
    asking_little,
    conformed,
    leaders,
    outcome,
    request_of,
)
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import http
from shortdrama.sources.appfigures import product_list
from shortdrama_local.simulator.faults import FAULTS_BY_ROUTE, Fault

PASSING = {
    Fault.HTTP_429_RETRY_AFTER, Fault.HTTP_429, Fault.HTTP_500, Fault.HTTP_502,
    Fault.CONNECTION_RESET, Fault.TRUNCATED_JSON,
}  # fmt: skip
"""Faults that a second try gets over, if they are gone by then."""

OPERATORS = REPOSITORY / "docs" / "operators.md"
TABLE = re.compile(r"(?<=<!-- faults: generated -->\n).*?(?=<!-- end -->)", re.DOTALL)
ROW = re.compile(r"^\| `(\S+)` \| (\w+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Case:
    """A fault on a route, for good or for the route's next call alone."""

    route: str
    fault: Fault
    passes: bool

    def __str__(self) -> str:
        return f"{self.route}-{self.fault.value}{'-once' if self.passes else ''}"

    @property
    def plan(self) -> dict[str, Any]:
        once = {"times": 1} if self.passes else {}
        slow = {"seconds": 0.05} if self.fault is Fault.SLOW else {}
        return {self.route: {"fault": self.fault.value, **once, **slow}}


CASES = [
    Case(route, fault, passes)
    for route in ROUTES
    for fault in FAULTS_BY_ROUTE[route]
    for passes in ((False, True) if fault in PASSING else (False,))
]
SAMPLE = CASES[::3]
SEEN: dict[Case, str] = {}
HEALTHY: dict[str, Rows] = {}


@pytest.fixture
def settings(
    settings: Settings, simulator: Any, case: Case, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setattr(http, "polite_wait", lambda _: 0.0)
    monkeypatch.setattr(product_list, "listed_products", lambda *_: leaders())
    return asking_little(settings, simulator.url, case.route)


@pytest.fixture
def faults(simulator: Any) -> Iterator[str]:
    url = f"{simulator.url}/simulator/faults"
    yield url
    requests.delete(url, timeout=5).raise_for_status()


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_a_fault_ends_as_the_manual_says(
    case: Case, settings: Settings, store: ObjectStore, faults: str
) -> None:
    told = {
        Case(route, Fault(fault), passes=passes): words.strip()
        for route, fault, *ends in ROW.findall(OPERATORS.read_text())
        for passes, words in zip((False, True), ends, strict=True)
    }
    assert ending(case, settings, store, faults) == told[case]


@pytest.mark.hostile
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_changes_no_row_or_is_told(
    case: Case, settings: Settings, store: ObjectStore, faults: str
) -> None:
    SEEN[case] = ending(case, settings, store, faults)


def ending(case: Case, settings: Settings, store: ObjectStore, faults: str) -> str:
    """How the load ends; it never counts, and has no other rows."""
    if case.route not in HEALTHY:
        _, HEALTHY[case.route] = conformed(request_of(case.route, "healthy"), settings, store)
        assert HEALTHY[case.route]
    requests.put(faults, json=case.plan, timeout=5).raise_for_status()

    request = request_of(case.route, "run")
    ended = outcome(request, settings, store, HEALTHY[case.route])

    assert ended != "accepted with other rows"
    if case.passes:
        assert ended == "the same rows"
    assert LoadLedger(store, request.dataset).accepted() == []
    assert list(store.list("raw/")) == []
    return ended


@pytest.mark.hostile
def test_the_table_of_faults_in_the_manual_is_true() -> None:
    if set(SEEN) != set(CASES):
        pytest.skip("only some of the faults were tried")
    lines = ["| route | fault | for good | once |", "|---|---|---|---|"]
    for case in (case for case in CASES if not case.passes):
        once = SEEN.get(Case(case.route, case.fault, passes=True), "")
        lines.append(f"| `{case.route}` | {case.fault.value} | {SEEN[case]} | {once} |")
    table = "\n" + "\n".join(lines) + "\n\n"
    manual = OPERATORS.read_text()
    if os.environ.get("UPDATE_DOCS"):
        OPERATORS.write_text(TABLE.sub(lambda _: table, manual))
        manual = OPERATORS.read_text()
    assert TABLE.findall(manual) == [table], "write it again with UPDATE_DOCS=1 make hostile"
