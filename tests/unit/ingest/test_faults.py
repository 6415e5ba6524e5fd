"""Every fault of the simulator's plan against every connector that meets it.

A pull under a fault ends in the very rows that it has without, or fails with a message that names
dataset, window and remedy, and no load is accepted. The table of what happens is generated into
docs/operators.md: `UPDATE_DOCS=1 pytest tests/unit/ingest/test_faults.py` writes it.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import requests

from shortdrama.core.errors import LoadRefused, PermanentError, QuotaError, SourceError
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.datasets.model import Dataset
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck, keys
from shortdrama.lake.landing import read_pull
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import http
from shortdrama.sources.appfigures import product_list
from shortdrama.sources.connector import PullRequest
from shortdrama_local.simulator.faults import FAULTS_BY_ROUTE, Fault
from shortdrama_local.simulator.model import market_model

HASHTAG = "/creative_radar_api/v1/popular_trend/hashtag"
BUSINESS = "/open_api/v1.3/discovery"
ROUTES: dict[str, Dataset] = {
    "/v2/reports/estimates": ESTIMATES,
    "/v2/products/mine": PRODUCTS,
    "/v2/unified-apps/search": PRODUCTS,
    "/v2/ranks": RANKS,
    f"{HASHTAG}/list": HASHTAGS,
    f"{HASHTAG}/detail": HASHTAGS,
    f"{BUSINESS}/trending_list": HASHTAGS,
    f"{BUSINESS}/detail": HASHTAGS,
}
WINDOW = Window(start=date(2025, 9, 1), end=date(2025, 9, 2))
PASSING = {
    Fault.HTTP_429_RETRY_AFTER, Fault.HTTP_429, Fault.HTTP_500, Fault.HTTP_502,
    Fault.CONNECTION_RESET, Fault.TRUNCATED_JSON,
}  # fmt: skip
"""Faults that a second try gets over, if they are gone by then."""

REMEDY = re.compile(
    r"\b(set|check|fix|mend|clear|trigger|pull the window again|pulls this window again)\b",
    re.IGNORECASE,
)
OPERATORS = REPOSITORY / "docs" / "operators.md"
TABLE = re.compile(r"(?<=<!-- faults: generated -->\n).*?(?=<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, order=True)
class Case:
    """A fault on a route, for good or for the route's next call alone."""

    route: str
    fault: Fault
    passes: bool

    def __str__(self) -> str:
        return f"{self.route}-{self.fault.value}{'-once' if self.passes else ''}"

    @property
    def provider(self) -> str:
        return "business" if self.route.startswith(BUSINESS) else "creative_center"

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
SEEN: dict[Case, str] = {}
HEALTHY: dict[tuple[str, str], list[tuple[Any, ...]]] = {}


@pytest.fixture
def settings(
    settings: Settings, simulator: Any, case: Case, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setattr(http, "polite_wait", lambda _: 0.0)
    monkeypatch.setattr(product_list, "listed_products", lambda *_: LEADERS)
    tiktok = {"countries": ("US",), "window_days": (7,), "hashtags": ("shortdrama",)}
    if case.provider == "business":
        base_url = f"{simulator.url}/open_api/v1.3/"
        tiktok |= {"provider": "business", "advertiser_id": "1", "base_url": base_url}
    return settings.model_copy(
        update={
            "appfigures": settings.appfigures.model_copy(update={"countries": ("US",)}),
            "tiktok": settings.tiktok.model_copy(update=tiktok),
        }
    )


@pytest.fixture
def faults(simulator: Any) -> Iterator[str]:
    url = f"{simulator.url}/simulator/faults"
    yield url
    requests.delete(url, timeout=5).raise_for_status()


def rows(settings: Settings, store: ObjectStore, key: str) -> list[tuple[Any, ...]]:
    with duck.connect(settings.s3) as connection:
        return connection.execute(
            "select * exclude (load_id) from read_parquet(?) order by all", [store.uri(key)]
        ).fetchall()


LEADERS = tuple(
    product.id
    for product in market_model().products
    if product.app.name in ("ReelShort", "DramaBox")
)
"""Products that are in the charts."""


def conformed(request: PullRequest, settings: Settings, store: ObjectStore) -> Any:
    landed = read_pull(store, pull(request, settings, store))
    conform_or_quarantine(landed, settings, store)
    key = keys.candidate(request.dataset, landed.load_id)
    return landed, rows(settings, store, key)


ROUTES_BY_ID = {dataset.id: dataset for dataset in ROUTES.values()}


def outcome(case: Case, request: PullRequest, settings: Settings, store: ObjectStore) -> str:
    """What happened, in a few words; failures are held to what they must say."""
    try:
        landed, found = conformed(request, settings, store)
        if found == HEALTHY[case.provider, request.dataset]:
            return "the same rows"
        admit(landed, settings, store)
    except (SourceError, LoadRefused) as error:
        message = str(error)
        assert request.dataset in message, message
        assert request.window is None or str(request.window) in message, message
        assert REMEDY.search(message), f"no remedy in: {message}"
        return _in_words(error)
    pytest.fail(f"{case} was accepted with other rows than without the fault")


def _in_words(error: Exception) -> str:
    if isinstance(error, LoadRefused):
        named = re.search(r"refused: (\w+)", str(error))
        return f"quarantined: {named[1]}" if named else "quarantined: another shape"
    if isinstance(error, QuotaError):
        return "fails at once as quota"
    return "fails at once" if isinstance(error, PermanentError) else "fails after 5 tries"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_changes_no_row_or_is_told(
    case: Case, settings: Settings, store: ObjectStore, faults: str
) -> None:
    dataset = ROUTES[case.route]
    window = WINDOW if dataset in (ESTIMATES, RANKS) else None
    request = PullRequest(dataset=dataset.id, run_key="run", window=window)
    if (case.provider, dataset.id) not in HEALTHY:
        healthy = request.model_copy(update={"run_key": "healthy"})
        _, found = conformed(healthy, settings, store)
        assert found
        HEALTHY[case.provider, dataset.id] = found
    requests.put(faults, json=case.plan, timeout=5).raise_for_status()

    SEEN[case] = outcome(case, request, settings, store)

    if case.passes:
        assert SEEN[case] == "the same rows"
    assert LoadLedger(store, dataset.id).accepted() == []
    assert list(store.list("raw/")) == []


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
    assert TABLE.findall(manual) == [table], "write it again with UPDATE_DOCS=1"
