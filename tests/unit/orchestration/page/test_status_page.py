"""The application of the status page: who may see it, and what it answers without a lake."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from shortdrama.core import settings as config
from shortdrama.datasets import DATASETS
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.orchestration import status_page
from shortdrama.orchestration.plugin import ShortdramaPlugin, status_app

ONLY_APP = "/status"


@pytest.fixture
def client(environment: None) -> Iterator[TestClient]:
    """Nobody is logged in."""
    status_page._store.cache_clear()
    with TestClient(status_app) as client:
        yield client
    status_page._store.cache_clear()


@pytest.fixture
def allowed(client: TestClient) -> Iterator[TestClient]:
    """Airflow's login lets everybody in."""
    status_page.app.dependency_overrides[status_page.MAY_SEE] = lambda: None
    yield client
    status_page.app.dependency_overrides.clear()


def test_without_a_login_nothing_is_shown(client: TestClient) -> None:
    answer = client.get(ONLY_APP)
    assert answer.status_code == 401
    assert "Pipeline status" not in answer.text


def test_no_other_path_says_anything(client: TestClient) -> None:
    for path in ("/", "/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


def test_with_a_login_the_lake_is_shown(allowed: TestClient, store: ObjectStore) -> None:
    answer = allowed.get(ONLY_APP)
    assert answer.status_code == 200
    assert all(name in answer.text for name in DATASETS)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert allowed.get(ONLY_APP, params={"until": "2025-01"}).status_code == 200


def test_a_clock_that_was_moved_is_seen_without_a_restart(
    allowed: TestClient, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("2026-01-28", "2026-02-25"):
        monkeypatch.setenv("SHORTDRAMA_FROZEN_CLOCK", f"{day}T08:00Z")
        assert f"{day} 08:00" in allowed.get(ONLY_APP).text


def test_a_lake_that_is_away_is_said_and_is_no_500(
    allowed: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORTDRAMA_S3__ENDPOINT_URL", "http://127.0.0.1:9")
    config.settings.cache_clear()
    answer = allowed.get(ONLY_APP)
    assert answer.status_code == 503
    assert "The lake cannot be read" in answer.text
    assert "http://127.0.0.1:9" in answer.text
    assert "content-security-policy" in answer.headers


def test_a_damaged_pointer_is_said(allowed: TestClient, store: ObjectStore) -> None:
    store.put(keys.CURRENT_SNAPSHOT, b"<script>")
    answer = allowed.get(ONLY_APP)
    assert answer.status_code == 503
    assert keys.CURRENT_SNAPSHOT in answer.text


def test_settings_that_cannot_be_used_are_said(
    allowed: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORTDRAMA_LAKE_KIND", "imaginary")
    config.settings.cache_clear()
    answer = allowed.get(ONLY_APP)
    assert answer.status_code == 503
    assert "SHORTDRAMA_LAKE_KIND" in answer.text


def test_the_view_in_the_navigation_leads_to_the_page(allowed: TestClient) -> None:
    view = ShortdramaPlugin.external_views[0]
    (app,) = ShortdramaPlugin.fastapi_apps
    mounted: dict[str, Any] = app
    assert view["destination"] == "nav"
    path = f"/{view['href']}".removeprefix(mounted["url_prefix"])
    assert allowed.get(path).status_code == 200


def test_dbts_pages_are_shown_or_said_to_be_missing(
    allowed: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = ShortdramaPlugin.external_views[-1]
    assert view["href"] == "shortdrama/models"
    monkeypatch.setattr(status_page, "MODELS", tmp_path / "static_index.html")
    missing = allowed.get("/models")
    assert missing.status_code == 404
    assert "make dbt-docs" in missing.text
    (tmp_path / "static_index.html").write_text("<title>dbt</title>", encoding="utf-8")
    shown = allowed.get("/models")
    assert shown.text == "<title>dbt</title>"
    assert "default-src 'none'" in shown.headers["content-security-policy"]


def test_without_a_login_no_model_is_shown(client: TestClient) -> None:
    assert client.get("/models").status_code == 401
