"""TikTok's own client (package tiktok-business-api-sdk-official) against the simulator."""

from collections.abc import Iterator
from typing import Any

import business_api_client
import pytest
from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.ingest.pull import pull
from shortdrama.sources.connector import PullRequest
from shortdrama_local.simulator.hashtags import TAG_NAMED

TOKEN = "pat_planted_to_be_found"
ADVERTISER = "7123456789"


@pytest.fixture
def api(simulator: Any) -> Iterator[business_api_client.CreativeManagementApi]:
    configuration = business_api_client.Configuration()
    configuration.host = simulator.url
    client = business_api_client.ApiClient(configuration)
    yield business_api_client.CreativeManagementApi(client)
    client.pool.close()


def test_the_list_by_the_vendors_defaults(api):
    answer = api.discovery_trending_list("HASHTAG", ADVERTISER, TOKEN)
    assert answer["request_id"]
    data = answer["data"]
    assert data["filter_info"] == {
        "country_code": "US", "category_name": "ALL", "date_range": "7DAY",
    }  # fmt: skip
    assert len(data["list"]) > 100


def test_the_list_with_everything_named(api):
    asked = {"country_code": "BR", "category_name": "ALL", "date_range": "30DAY"}
    data = api.discovery_trending_list("HASHTAG", ADVERTISER, TOKEN, **asked)["data"]
    assert data["filter_info"] == asked
    first = data["list"][0]
    assert (first["rank_position"], len(first["trending_history"])) == ("1", 30)


def test_the_detail(api):
    tag = TAG_NAMED["reelshort"]
    data = api.discovery_detail(tag.id, "HASHTAG", "US", "7DAY", ADVERTISER, TOKEN)["data"]
    assert data["hashtag_name"] == "reelshort"
    assert data["audience_insights"]["audience_ages"]


def test_a_refusal_is_the_error_that_the_client_makes_of_its_code(api):
    with pytest.raises(TiktokSDKError, match="Error Code: 40105"):
        api.discovery_trending_list("HASHTAG", ADVERTISER, "wrong")


def test_our_connector_sends_what_the_client_sends(api, simulator, settings, store):
    tiktok = settings.tiktok.model_copy(
        update={
            "provider": "business",
            "advertiser_id": ADVERTISER,
            "base_url": f"{simulator.url}/open_api/v1.3/",
        }
    )
    pull(
        PullRequest(dataset=HASHTAGS.id, run_key="r"),
        settings.model_copy(update={"tiktok": tiktok}),
        store,
    )
    ours, tag = list(simulator.calls), TAG_NAMED["shortdrama"]
    simulator.calls.clear()
    everywhere = {"country_code": "US", "category_name": "ALL", "date_range": "7DAY"}
    api.discovery_trending_list("HASHTAG", ADVERTISER, TOKEN, **everywhere)
    api.discovery_detail(tag.id, "HASHTAG", "US", "7DAY", ADVERTISER, TOKEN)
    assert all(call in ours for call in simulator.calls)
