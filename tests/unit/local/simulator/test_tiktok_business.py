import pytest

from shortdrama_local.simulator.hashtags import TAG_NAMED

LIST = "/open_api/v1.3/discovery/trending_list/"
DETAIL = "/open_api/v1.3/discovery/detail/"
REQUIRED = {"discovery_type": "HASHTAG", "advertiser_id": "7123"}
OF_REELSHORT = {
    **REQUIRED,
    "hashtag_id": TAG_NAMED["reelshort"].id,
    "country_code": "US",
    "date_range": "30DAY",
}


@pytest.fixture
def business(client):
    client.headers = {"Access-Token": "pat_for_tests"}
    return client


def test_the_list_has_the_creative_centers_chart(client):
    chart = client.get("/creative_radar_api/v1/popular_trend/hashtag/list", params={
        "limit": 100, "period": 30, "country_code": "ID",
    }).json()["data"]["list"]  # fmt: skip
    envelope = client.get(
        LIST,
        params={**REQUIRED, "country_code": "ID", "date_range": "30DAY", "category_name": "ALL"},
        headers={"Access-Token": "pat_for_tests"},
    ).json()
    assert (envelope["code"], envelope["message"]) == (0, "OK")
    assert envelope["request_id"]
    assert envelope["data"] == {"list": chart}


def test_country_and_range_have_the_vendors_defaults(business):
    usual = business.get(LIST, params=REQUIRED).json()["data"]
    named = {**REQUIRED, "country_code": "US", "date_range": "7DAY"}
    assert usual == business.get(LIST, params=named).json()["data"]


def test_the_detail_is_found_by_id(business):
    info = business.get(DETAIL, params=OF_REELSHORT).json()["data"]["info"]
    assert info["hashtag_name"] == "reelshort"
    assert len(info["trend"]) == 30


@pytest.mark.parametrize(
    "headers", [{}, {"Access-Token": "wrong"}, {"Authorization": "Bearer pat_for_tests"}]
)
def test_a_bad_token_is_a_code_with_http_200(client, headers):
    client.headers = headers
    for route, params in ((LIST, REQUIRED), (DETAIL, OF_REELSHORT)):
        answer = client.get(route, params=params)
        assert answer.status_code == 200
        assert answer.json()["code"] == 40105
        assert answer.json()["data"] == {}


@pytest.mark.parametrize("missing", OF_REELSHORT)
def test_each_parameter_of_the_detail_is_required(business, missing):
    params = {name: value for name, value in OF_REELSHORT.items() if name != missing}
    answer = business.get(DETAIL, params=params)
    assert answer.status_code == 200
    assert answer.json()["code"] == 40002
    assert missing in answer.json()["message"]


@pytest.mark.parametrize(
    "changed",
    [{"discovery_type": "MUSIC"}, {"date_range": "14DAY"}, {"country_code": "CN"},
     {"advertiser_id": "me"}],
)  # fmt: skip
def test_other_values_are_refused(business, changed):
    assert business.get(LIST, params={**REQUIRED, **changed}).json()["code"] == 40002


def test_an_unknown_hashtag_has_no_detail(business):
    answer = business.get(DETAIL, params={**OF_REELSHORT, "hashtag_id": "1"})
    assert (answer.status_code, answer.json()["code"]) == (200, 40401)
