"""The simulator against the vendors' answers as their documentation and clients show them.

Every key of an example must be there with a value of the same type. Where the vendor leaves nothing
open, there may be no further key either.
"""

import json
import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "fixtures" / "vendor_examples"
KEYS = {r"\d{4}-\d\d-\d\dT.*": "<instant>", r"\d{4}-\d\d-\d\d": "<date>", r"\d+": "<id>",
        r"[A-Z]{2}": "<country>"}  # fmt: skip
ESTIMATES = "/v2/reports/estimates"
JULY = {"start_date": "2025-07-01", "end_date": "2025-07-31"}
TWO_DAYS = {"start_date": "2025-07-01", "end_date": "2025-07-02"}
REELSHORT = 384758448052


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def generic(key):
    return next((sign for pattern, sign in KEYS.items() if re.fullmatch(pattern, key)), key)


def differences(expected, answer, *, exact, path="$"):
    """Where the answer departs from the example; null fits anything, lists go by their kind."""
    if expected is None or answer is None:
        return []
    if type(expected) is not type(answer) and not {type(expected), type(answer)} <= {int, float}:
        return [f"{path}: {type(answer).__name__} instead of {type(expected).__name__}"]
    if isinstance(expected, list):
        pairs = (
            zip(expected, answer, strict=False)
            if len(expected) > 1
            else ((expected[0], item) for item in answer if expected)
        )
        return [d for pair in pairs for d in differences(*pair, exact=exact, path=f"{path}[]")]
    if not isinstance(expected, dict):
        return []
    wanted = {generic(key): value for key, value in expected.items()}
    given = {generic(key): value for key, value in answer.items()}
    found = [f"{path}: no {key}" for key in wanted if key not in given]
    if exact:
        found += [f"{path}: unexpected {key}" for key in given if key not in wanted]
    for key in wanted.keys() & given.keys():
        found += differences(wanted[key], given[key], exact=exact, path=f"{path}.{key}")
    return found


@pytest.mark.parametrize(
    ("name", "route", "params", "exact"),
    [
        ("estimates_flat_by_product_and_date", ESTIMATES,
         {**TWO_DAYS, "group_by": "product,date", "format": "flat", "products": REELSHORT}, True),
        ("estimates_flat_with_rollups", ESTIMATES,
         {**JULY, "group_by": "country,date", "granularity": "monthly", "countries": "US",
          "format": "flat", "rollups": "true"}, True),
        ("estimates_flat_with_previous", ESTIMATES,
         {**JULY, "group_by": "date", "granularity": "monthly", "format": "flat",
          "start_date_prev": "2025-06-01", "end_date_prev": "2025-06-30"}, True),
        ("estimates_nested_by_product_country_date", ESTIMATES,
         {"start_date": "2025-07-01", "end_date": "2025-07-01", "countries": "US",
          "group_by": "product,country,date", "products": REELSHORT}, True),
        ("ranks_not_ranked_is_null", f"/v2/ranks/{REELSHORT}/daily/2025-07-01/2025-07-02",
         {"countries": "US", "filter": "4"}, True),
        ("usage", "/v2/usage", {}, True),
        ("products_page", "/v2/products/mine", {"count": 25, "store": "apple"}, False),
        ("unified_apps_page_minimal", "/v2/unified-apps/search",
         {"q": "reelshort", "precision": "4", "expand":
          "unified-app-intelligence-metadata-minimal,downloads-estimate,revenue-estimate"}, True),
        ("creative_center_list", "/creative_radar_api/v1/popular_trend/hashtag/list",
         {"period": 30}, False),
        ("creative_center_detail", "/creative_radar_api/v1/popular_trend/hashtag/detail",
         {"hashtag_name": "reelshort"}, False),
        ("tiktok_business_refusal", "/open_api/v1.3/discovery/trending_list/",
         {"discovery_type": "HASHTAG", "advertiser_id": "7"}, True),
    ],
)  # fmt: skip
def test_answers_as_the_example_shows(client, name, route, params, exact):
    answer = client.get(route, params=params)
    assert answer.status_code == 200
    assert differences(example(name), answer.json(), exact=exact) == []


def test_a_spent_quota_is_answered_word_for_word(client):
    client.put("/simulator/quota", json={"used": 1000})
    answer = client.get("/v2/usage")
    assert answer.status_code == 420
    assert answer.json() == example("quota_spent_is_420")


def test_a_departure_from_an_example_is_seen():
    flat = example("estimates_flat_by_product_and_date")
    numeric = [{**row, "revenue": 1.5, "rollup": []} for row in flat]
    assert differences(flat, numeric, exact=True) == [
        "$[]: unexpected rollup", "$[].revenue: float instead of str",
        "$[]: unexpected rollup", "$[].revenue: float instead of str",
    ]  # fmt: skip
