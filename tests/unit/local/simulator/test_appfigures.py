from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from shortdrama.core.clock import Clock
from shortdrama_local.simulator.app import create_app

SEARCH = "/v2/unified-apps/search"


@pytest.fixture
def small_quota(model):
    clock = Clock(datetime(2025, 10, 10, 6, tzinfo=UTC))
    app = create_app(model, clock, "pat_x", request_limit=2)
    return TestClient(app, headers={"Authorization": "Bearer pat_x"})


def all_pages(client, route, count):
    page, found = 1, []
    while True:
        answer = client.get(route, params={"count": count, "page": page}).json()
        found += answer["results"]
        if page >= answer["metadata"]["resultset"]["total_pages"]:
            return found, answer["metadata"]["resultset"]
        page += 1


def test_products_are_paged_without_gap_or_repeat(client, model):
    found, metadata = all_pages(client, "/v2/products/mine", 100)
    released = [p.id for p in model.products if str(p.app.released_on) <= "2025-10-10"]
    assert [product["id"] for product in found] == released
    assert metadata == {
        "count": 100, "page": 6, "total_count": len(released), "total_pages": 6,
    }  # fmt: skip


def test_a_product_object_has_what_the_vendor_documents(client):
    (apple,) = client.get(
        "/v2/products/mine", params={"count": 1, "page": 1, "store": "apple"}
    ).json()["results"]
    assert {
        "id", "name", "developer", "vendor_identifier", "ref_no", "sku", "store_id", "store",
        "storefront", "release_date", "added_date", "updated_date", "version", "type", "devices",
        "active",
    } <= set(apple)  # fmt: skip
    assert (apple["store"], apple["storefront"], apple["type"]) == ("apple", "apple:ios", "app")
    assert client.get(f"/v2/products/{apple['id']}").json() == apple


@pytest.mark.parametrize("store", ["apple", "google_play"])
def test_a_product_is_found_by_its_id_in_the_store(client, store):
    (shown,) = client.get(
        "/v2/products/mine", params={"count": 1, "page": 7, "store": store}
    ).json()["results"]
    assert client.get(f"/v2/products/{store}/{shown['vendor_identifier']}").json() == shown
    assert client.get(f"/v2/products/{store}/nobody").status_code == 404


def test_without_paging_products_are_keyed_by_id(client):
    keyed = client.get("/v2/products/mine", params={"store": "google_play"}).json()
    assert all(key == str(product["id"]) for key, product in keyed.items())
    assert {product["store"] for product in keyed.values()} == {"google_play"}


def test_a_product_is_unknown_before_its_release(client, model):
    later = next(p for p in model.products if p.app.released_on.year == 2026)
    assert client.get(f"/v2/products/{later.id}").status_code == 404
    client.put("/simulator/clock", json={"frozen_at": f"{later.app.released_on}T00:00:00Z"})
    assert client.get(f"/v2/products/{later.id}").json()["id"] == later.id


def test_a_withdrawn_app_stays_listed_and_is_inactive(client, model):
    gone = next(p for p in model.products if str(p.app.withdrawn_on) < "2025-10-10")
    assert client.get(f"/v2/products/{gone.id}").json()["active"] is False


def test_unified_apps_join_the_stores(client):
    found, metadata = all_pages(client, SEARCH, 150)
    assert metadata["total_count"] == len(found)
    products = [i for result in found for i in result["unified_app"]["member_product_ids"]]
    listed, _ = all_pages(client, "/v2/products/mine", 500)
    assert sorted(products) == sorted(product["id"] for product in listed)
    app = found[0]["unified_app"]
    assert set(app) == {
        "id", "name", "publisher", "active", "storefronts", "member_product_ids",
    }  # fmt: skip
    assert app["id"].startswith("ua_")
    assert len(app["id"]) == 9


def test_a_unified_app_is_found_by_its_id(client):
    (found,) = client.get(SEARCH, params={"q": "dramabox"}).json()["results"]
    app = found["unified_app"]
    assert client.get(f"/v2/unified-apps/{app['id']}").json() == app
    assert client.get("/v2/unified-apps/ua_nobody").status_code == 404


@pytest.mark.parametrize(
    ("expand", "parts"),
    [
        ("unified-app", {"unified_app"}),
        ("unified-app-intelligence-metadata-minimal,downloads-estimate",
         {"unified_app_intelligence_metadata_minimal", "downloads_estimate"}),
        ("unified-app,product,downloads-estimate,revenue-estimate",
         {"unified_app", "product", "downloads_estimate", "revenue_estimate"}),
    ],
)  # fmt: skip
def test_a_search_result_holds_what_expand_asks_for(client, expand, parts):
    (found,) = client.get(SEARCH, params={"q": "dramabox", "expand": expand}).json()["results"]
    assert found.keys() == {"unified_app_id", *parts}


def test_unified_apps_carry_last_months_estimates(client):
    (dramabox,) = client.get(SEARCH, params={"q": "DRAMABOX"}).json()["results"]
    assert dramabox["revenue_estimate"]["currency_code"] == "USD"
    assert dramabox["revenue_estimate"]["value"] > 40_000_000
    assert dramabox["downloads_estimate"]["value_constraint"] is None


def test_small_unified_apps_are_censored(client):
    found, _ = all_pages(client, SEARCH, 500)
    bounds = [r["downloads_estimate"]["value_constraint"] for r in found]
    assert "upper_bound" in bounds


@pytest.mark.parametrize(
    ("header", "status", "message"),
    [
        (None, 401, "Could not authenticate"),
        ("Basic abc", 401, "Could not authenticate"),
        ("Bearer pat_wrong", 403, "AccessToken invalid"),
    ],
)
def test_who_may_not_ask_is_told_why(model, header, status, message):
    client = TestClient(create_app(model, Clock(), "pat_x"))
    answer = client.get("/v2/usage", headers={"Authorization": header} if header else {})
    assert answer.status_code == answer.json()["status"] == status
    assert message in answer.json()["message"]
    assert answer.headers["X-Request-Usage"] == "0"


def test_every_answer_tells_the_quota(client):
    for used, route in enumerate(["/v2/usage", "/v2/nowhere", "/v2/products/1"], start=1):
        answer = client.get(route)
        assert answer.headers["X-Request-Limit"] == "1000"
        assert answer.headers["X-Request-Usage"] == str(used)


def test_over_the_quota_chill_out(small_quota):
    answers = [small_quota.get("/v2/usage") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 420]
    assert answers[2].json() == {
        "status": 420,
        "message": "Chill Out!",
        "additional": "used 2 of 2 daily requests",
        "see_also": "https://appfigures.com/support/faq#/question/420",
    }
    assert answers[2].headers["X-Request-Usage"] == "2"


def test_the_quota_begins_anew_each_utc_day(small_quota):
    for _ in range(3):
        small_quota.get("/v2/usage")
    small_quota.put("/simulator/clock", json={"frozen_at": "2025-10-11T01:00:00+02:00"})
    assert small_quota.get("/v2/usage").status_code == 420
    small_quota.put("/simulator/clock", json={"frozen_at": "2025-10-11T00:00:00Z"})
    usage = small_quota.get("/v2/usage").json()["api_requests"]
    assert (usage["used"], usage["remaining"]) == (1, 1)
    assert usage["history"]["history"] == {"2025-10-10T00:00:00Z": 2, "2025-10-11T00:00:00Z": 1}


def test_errors_have_the_vendors_form(client):
    for route in ("/v2/nowhere", "/v2/products/1", "/v2/products/mine?count=none"):
        answer = client.get(route)
        assert answer.json()["status"] == answer.status_code
        assert set(answer.json()) == {"status", "message", "additional"}
