"""Appfigures' own command-line client against the simulator: what it sends, and what it asserts.

The client (appfigures/cli, releases 1 to 3) is on no package registry. Its requests, as it makes
them, stand in `REQUESTS`; beside each is what its code takes for granted in the answer.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

WHOLE = (
    "unified-app,unified-category,product,category,unified-app-intelligence,"
    "unified-app-intelligence-metadata"
)
REELSHORT = 384758448052
DATED = re.compile(r"\d{4}-\d\d-\d\d")
WEEK = {"start_date": "2025-09-01", "end_date": "2025-09-07", "format": "flat"}


@pytest.fixture
def ua(client: Any) -> str:
    (found,) = client.get("/v2/unified-apps/search", params={"q": "reelshort"}).json()["results"]
    return str(found["unified_app_id"])


def is_member(member: dict[str, Any]) -> None:
    assert isinstance(member["id"], int)
    assert isinstance(member["publisher_id"], int)
    assert {type(member[name]) for name in ("name", "publisher", "vendor_identifier")} == {str}
    assert all(isinstance(member[name], list) for name in ("storefronts", "devices"))
    assert isinstance(member["active"], bool)
    assert DATED.match(member["release_date"])
    assert member["us_price"] is None or member["us_price"] >= 0
    for place in member["categories"]:
        assert {"id", "name", "parent_id"} <= place["category"].keys()
        assert isinstance(place["main"], bool)


def is_unified_app(answer: dict[str, Any]) -> None:
    """`apps get`, and before ranks: whose products are they."""
    assert isinstance(answer["publisher_id"], int)
    metadata = answer["unified_app_intelligence_metadata"]
    members = {member["id"] for member in answer["member_products"]}
    assert set(metadata["member_product_ids"]) <= members
    assert isinstance(metadata["monetization_strategies"], list)
    assert DATED.match(metadata["release_date"])
    assert {"id", "name"} <= answer["categories"][0]["unified_category"].keys()
    for member in answer["member_products"]:
        is_member(member)


def is_product(product: dict[str, Any]) -> None:
    assert DATED.match(product["release_date"])
    assert product["price"].keys() >= {"currency", "price"}
    assert isinstance(product["storefronts"], list)
    assert isinstance(product["devices"], list)
    assert isinstance(product["type"], str)
    assert isinstance(product["vendor_identifier"], str)
    assert {"developer", "version", "active", "storefront", "updated_date"} <= product.keys()


def is_tracked(answer: dict[str, Any]) -> None:
    assert answer["metadata"]["resultset"].keys() >= {"count", "page", "total_count", "total_pages"}
    assert answer["results"]
    for product in answer["results"]:
        is_product(product)
        assert product["active"] is True


def is_one_row(answer: Any) -> None:
    (row,) = answer
    assert "rollup" not in row
    assert isinstance(row["downloads"], int)
    assert float(row["revenue"]) > 0


def are_rows(*keys: str) -> Callable[[Any], None]:
    """Rows of estimates, each of an entity; no grand total, for the client has not asked for it."""

    def check(answer: Any) -> None:
        assert answer
        for row in answer:
            assert "rollup" not in row
            assert all(row[key] is not None for key in keys)
            assert row["downloads"] >= 0
            assert float(row["revenue"]) >= 0

    return check


def are_found(part: str) -> Callable[[Any], None]:
    def check(answer: Any) -> None:
        (found,) = answer["results"]
        app = found[part]
        assert app["name"] == "ReelShort"
        assert {"id", "publisher", "active", "storefronts", "member_product_ids"} <= app.keys()
        assert found["unified_app_id"] == app["id"]
        if part == "unified_app":
            assert all(member["storefronts"] for member in app["member_products"])
        for name in ("downloads_estimate", "revenue_estimate"):
            assert found[name]["value"] > 0
            assert found[name]["value_constraint"] in (None, "upper_bound", "lower_bound")
        assert found["revenue_estimate"]["currency_code"] == "USD"

    return check


def are_features(answer: Any) -> None:
    """A list in which the client looks a feature up by its name."""
    assert all(isinstance(one["feature"], str) and one["status"] for one in answer)
    assert any(one["feature"] == "ranks" and one["status"] == "accessible" for one in answer)


def are_stores(answer: Any) -> None:
    for store in answer.values():
        assert "ranks" in store["supported_features"]
        assert all(re.fullmatch("[A-Z]{2}", country["iso"]) for country in store["countries"])
        for category in store["categories"]:
            assert category["active"] is True
            assert category["hidden"] is False
            assert isinstance(category["subcategories"], list)
            assert {"id", "name", "parent_id", "storefront", "device"} <= category.keys()


def are_ranks(answer: Any) -> None:
    assert DATED.match(answer["start_date"])
    assert answer["data"]
    for series in answer["data"]:
        assert {"id", "name", "device", "subtype", "store"} <= series["category"].keys()
        assert len(series["positions"]) == len(series["deltas"]) == len(answer["dates"])
        assert all(place is None or place > 0 for place in series["positions"])


def is_said_by_code(*names: str) -> Callable[[Any], None]:
    def check(answer: Any) -> None:
        for code, one in answer.items():
            assert str(one[names[0]]) == code
            assert all(name in one for name in names)

    return check


def is_nothing_sold(answer: Any) -> None:
    assert answer == [{"downloads": 0, "revenue": "0.00"}]


def is_usage(answer: Any) -> None:
    for name in ("api_requests", "partner_api"):
        assert answer[name]["total"] - answer[name]["used"] == answer[name]["remaining"] > 0


REQUESTS: list[tuple[str, str, dict[str, Any], Callable[[Any], None]]] = [
    ("features", "/users/me/features", {}, are_features),
    ("tracked", "/products/mine",
     {"count": 10, "page": 1, "products": "hidden:false;inactive:false;types:app"}, is_tracked),
    ("tracked by the other name", "/products/mine",
     {"count": 10, "page": 1, "q": "reel", "filter":
      "hidden:false;inactive:false;storefronts:apple:ios;types:app"}, is_tracked),
    ("one app", "/unified-apps/{ua}", {"expand": WHOLE, "precision": 4}, is_unified_app),
    ("app of a product", "/unified-apps/lookup",
     {"expand": WHOLE, "precision": 4, "product_id": REELSHORT}, is_unified_app),
    ("product", f"/products/{REELSHORT}", {}, is_product),
    ("search", "/unified-apps/search",
     {"q": "reelshort", "count": 10, "page": 1, "precision": 4,
      "expand": "unified-app-intelligence-metadata-minimal,estimates"},
     are_found("unified_app_intelligence_metadata_minimal")),
    ("search in all stores", "/unified-apps/search",
     {"q": "reelshort", "count": 10, "page": 1, "precision": 4,
      "expand": "unified-app,product,estimates"}, are_found("unified_app")),
    ("estimates in all", "/reports/estimates", {**WEEK, "products": "{ua}"}, is_one_row),
    ("estimates in all by month", "/reports/estimates",
     {**WEEK, "products": REELSHORT, "granularity": "monthly", "rollups": "true"}, is_one_row),
    *((f"estimates by {group}", "/reports/estimates",
       {**WEEK, "products": "{ua}," + str(REELSHORT), "group_by": group, "granularity": "weekly"},
       are_rows(*keys))
      for group, keys in {
          "product": ("product_id",), "country": ("country",), "storefront": ("storefront",),
          "date": ("start_date", "end_date"), "country,date": ("country", "start_date"),
          "product,country": ("product_id", "country"),
          "storefront,date": ("storefront", "start_date"),
      }.items()),
    *((f"estimates {granularity}", "/reports/estimates",
       {**WEEK, "products": REELSHORT, "group_by": "date", "granularity": granularity,
        "countries": "US;BR"}, are_rows("start_date", "end_date"))
      for granularity in ("daily", "weekly", "monthly", "quarterly", "yearly")),
    ("sales", "/reports/sales", WEEK, is_nothing_sold),
    ("ranks", f"/ranks/{REELSHORT}/daily/2025-09-01/2025-09-07", {"countries": "US,BR"}, are_ranks),
    ("stores", "/data/stores", {}, are_stores),
    ("countries", "/data/countries", {}, is_said_by_code("iso", "name")),
    ("categories", "/data/categories", {}, is_said_by_code("id", "name", "storefront", "device")),
    ("usage", "/usage", {}, is_usage),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "params", "check"), [request[1:] for request in REQUESTS],
    ids=[request[0] for request in REQUESTS],
)  # fmt: skip
def test_every_answer_holds_what_the_client_takes_for_granted(client, ua, path, params, check):
    filled = {name: str(value).replace("{ua}", ua) for name, value in params.items()}
    answer = client.get("/v2" + path.replace("{ua}", ua), params=filled)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    if path.startswith("/reports"):
        assert answer.headers["x-currency"] == "USD"
    check(answer.json())


def test_a_unified_app_means_its_products(client, ua):
    def downloads(products):
        asked = {**WEEK, "products": products, "group_by": "product"}
        rows = client.get("/v2/reports/estimates", params=asked).json()
        return {row["product_id"]: row["downloads"] for row in rows}

    members = client.get(f"/v2/unified-apps/{ua}").json()["member_product_ids"]
    assert downloads(ua) == downloads(",".join(map(str, members)))
    assert downloads(f"{members[0]},{ua}") == downloads(ua)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/unified-apps/ua_nobody", {"expand": WHOLE}),
        ("/unified-apps/lookup", {"product_id": 1, "expand": WHOLE}),
        (f"/ranks/{REELSHORT}/hourly/2025-09-01/2025-09-07", {"countries": "US"}),
        ("/ranks/snapshots/2025-09-01/US/6016/free", {"count": 10, "start": 0}),
        ("/ranks/snapshots", {"category": 6016, "country": "US"}),
    ],
)
def test_what_is_not_there_is_a_404_with_a_message(client, path, params):
    answer = client.get("/v2" + path, params=params)
    assert answer.status_code == answer.json()["status"] == 404
    assert answer.json()["message"]


def test_products_that_do_not_exist_are_the_400_that_the_client_reads_as_nothing(client):
    asked = {**WEEK, "products": "ua_nobody", "group_by": "date"}
    answer = client.get("/v2/reports/estimates", params=asked)
    assert answer.status_code == 400
    assert "or empty product parameter" in answer.json()["message"]


def test_filters_of_the_account_leave_out_what_they_name(client, model):
    def listed(filters):
        asked = {"count": 500, "page": 1, "products": filters}
        return client.get("/v2/products/mine", params=asked).json()["metadata"]["resultset"]

    everything = listed("")["total_count"]
    assert listed("types:app;hidden:false")["total_count"] == everything
    assert 0 < listed("inactive:false")["total_count"] < everything
    assert listed("types:inapp")["total_count"] == 0
    stores = [listed(f"storefronts:{s}")["total_count"] for s in ("apple:ios", "google_play")]
    assert sum(stores) == everything
    assert client.get("/v2/products/mine", params={"products": "size:1"}).status_code == 400


def test_data_about_others_costs_credits_and_every_answer_says_how_many_are_left(client):
    free = client.get("/v2/products/mine", params={"count": 1})
    paid = client.get(f"/v2/ranks/{REELSHORT}/daily/2025-09-01/2025-09-02")
    assert free.headers["X-Partner-Credit-Cost"] == "0"
    assert "X-Partner-Reason" not in free.headers
    assert paid.headers["X-Partner-Credit-Cost"] == "1"
    assert paid.headers["X-Partner-Reason"]
    left = [int(answer.headers["X-Partner-Credits-Remaining"]) for answer in (free, paid)]
    assert left[0] - left[1] == 1
    assert client.get("/v2/usage").json()["partner_api"]["remaining"] == left[1]
