"""Market pages behind Airflow's login."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from shortdrama.lake import documents, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.orchestration import status_page
from shortdrama.orchestration.plugin import ShortdramaPlugin, status_app
from shortdrama.warehouse.snapshots.pointer import Pointer

SNAPSHOT = "20260225T080000Z-0a1b2c3d"


@pytest.fixture
def client(environment: None) -> Iterator[TestClient]:
    """Airflow's login lets everybody in."""
    status_page.app.dependency_overrides[status_page.MAY_SEE] = lambda: None
    with TestClient(status_app) as client:
        yield client
    status_page.app.dependency_overrides.clear()


@pytest.fixture
def pages(store: ObjectStore) -> ObjectStore:
    documents.put(Pointer(snapshot_id=SNAPSHOT), store, keys.CURRENT_SNAPSHOT)
    for locale in ("en", "zh"):
        store.put(keys.market_page(SNAPSHOT, locale), f"page in {locale}".encode())
    return store


@pytest.mark.parametrize("path", ["/market", f"/market/{SNAPSHOT}/market-en.html"])
def test_without_a_login_nothing_is_shown(environment: None, pages: ObjectStore, path: str) -> None:
    with TestClient(status_app) as client:
        answer = client.get(path)
    assert answer.status_code == 401
    assert "page in" not in answer.text


def test_the_current_page_comes_in_the_readers_language(
    client: TestClient, pages: ObjectStore
) -> None:
    asked = {"accept-language": "zh-CN,zh;q=0.9"}
    assert client.get("/market").text == "page in en"
    assert client.get("/market", headers=asked).text == "page in zh"
    answer = client.get("/market", params={"language": "en"}, headers=asked)
    assert answer.text == "page in en"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "connect-src" not in answer.headers["content-security-policy"]


def test_a_page_is_found_by_its_address_and_nothing_else_is(
    client: TestClient, pages: ObjectStore
) -> None:
    pages.put("marts/pages/secret", b"a secret")
    assert client.get(f"/market/{SNAPSHOT}/market-zh.html").text == "page in zh"
    for path in (
        f"/market/{SNAPSHOT}/market-fr.html", "/market/..%2Fcurrent.json/market-en.html",
        "/market/secret", "/market/20260225T080000Z-ffffffff/market-en.html",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code in (404, 422)
        assert "secret" not in answer.text.replace("/market/secret", "")


def test_a_lake_without_a_page_says_what_to_do(client: TestClient, store: ObjectStore) -> None:
    answer = client.get("/market")
    assert answer.status_code == 404
    assert "nothing is published yet" in answer.text
    documents.put(Pointer(snapshot_id=SNAPSHOT), store, keys.CURRENT_SNAPSHOT)
    assert "shortdrama explore" in client.get("/market").text


def test_the_navigation_leads_to_the_current_page(client: TestClient, pages: ObjectStore) -> None:
    view = ShortdramaPlugin.external_views[1]
    assert view["destination"] == "nav"
    assert client.get(f"/{view['href']}".removeprefix("/shortdrama")).text == "page in en"
