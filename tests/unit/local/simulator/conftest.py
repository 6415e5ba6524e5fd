from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from shortdrama.core.clock import Clock
from shortdrama_local.simulator.app import create_app
from shortdrama_local.simulator.model import MarketModel, market_model

TOKEN = "pat_for_tests"
AFTER_2025Q3 = datetime(2025, 10, 10, 6, tzinfo=UTC)
SETTLED_2025Q3 = datetime(2025, 11, 15, 6, tzinfo=UTC)
"""No day of the quarter is restated any more: only now does it hold the published totals."""


@pytest.fixture(scope="session")
def model() -> MarketModel:
    return market_model()


@pytest.fixture
def client(model: MarketModel) -> TestClient:
    app = create_app(model, Clock(AFTER_2025Q3), TOKEN)
    return TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"})


@pytest.fixture(scope="session")
def estimates(model: MarketModel) -> Callable[..., list[dict[str, Any]]]:
    """Flat rows of the estimates route, settled, for the window and pivots asked for."""
    app = create_app(model, Clock(SETTLED_2025Q3), TOKEN, request_limit=1_000_000)
    client = TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"})

    def ask(start: str, end: str, group_by: str = "date", **params: str) -> list[dict[str, Any]]:
        window = {"start_date": start, "end_date": end, "group_by": group_by, "format": "flat"}
        answer = client.get("/v2/reports/estimates", params={**window, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture(scope="session")
def unified_apps(model: MarketModel) -> dict[int, str]:
    """Product id → name of its unified app, as the search tells it."""
    app = create_app(model, Clock(AFTER_2025Q3), TOKEN)
    client = TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"})
    answer = client.get("/v2/unified-apps/search", params={"count": 500}).json()
    assert answer["metadata"]["resultset"]["total_pages"] == 1
    found: Iterator[dict[str, Any]] = (result["unified_app"] for result in answer["results"])
    return {product: app["name"] for app in found for product in app["member_product_ids"]}
