from datetime import date, timedelta

import pytest

from shortdrama_local.simulator.hashtags import TAG_NAMED

LIST = "/open_api/v1.3/discovery/trending_list/"
DETAIL = "/open_api/v1.3/discovery/detail/"
REQUIRED = {"discovery_type": "HASHTAG", "advertiser_id": "7123"}
COMMON = (
    "hashtag_id", "hashtag_name", "views", "posts", "views_global_lifetime",
    "posts_global_lifetime", "top_country_list", "trending_history",
)  # fmt: skip
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


def places(business, **params):
    tags = business.get(LIST, params={**REQUIRED, **params}).json()["data"]["list"]
    return {tag["hashtag_name"]: tag for tag in tags}


def test_the_list_has_what_several_public_clients_read(business):
    asked = {"country_code": "ID", "date_range": "30DAY", "category_name": "ALL"}
    envelope = business.get(LIST, params={**REQUIRED, **asked}).json()
    assert (envelope["code"], envelope["message"]) == (0, "OK")
    assert envelope["request_id"]
    assert envelope["data"]["filter_info"] == asked
    tags = envelope["data"]["list"]
    assert [tag["rank_position"] for tag in tags] == [str(n + 1) for n in range(len(tags))]
    assert 100 < len(tags) <= 200
    assert all(set(tag) == {*COMMON, "rank_position", "rank_change"} for tag in tags)
    assert [tag["views"] for tag in tags] == sorted((tag["views"] for tag in tags), reverse=True)
    assert all(len(tag["top_country_list"]) == 5 for tag in tags)


def test_a_change_of_place_is_since_the_window_before_and_has_a_sign(client, business):
    now = places(business)
    client.put("/simulator/clock", json={"frozen_at": "2025-10-03T06:00:00Z"})
    before = {name: int(tag["rank_position"]) for name, tag in places(business).items()}
    assert {tag["rank_change"] for tag in now.values()} > {"0"}
    for name, tag in now.items():
        moved = before[name] - int(tag["rank_position"]) if name in before else "NEW"
        assert tag["rank_change"] == str(moved)


def test_daily_views_are_absolute_for_thirty_days(business):
    fyp = places(business)["fyp"]
    days = [date.fromisoformat(day["date"]) for day in fyp["trending_history"]]
    assert days == [date(2025, 9, 8) + timedelta(days=n) for n in range(30)]
    week = sum(day["views_daily"] for day in fyp["trending_history"][-7:])
    assert week == pytest.approx(fyp["views"], rel=0.02)


def test_a_day_with_few_views_is_not_said(business):
    business.put("/simulator/clock", json={"frozen_at": "2025-05-25T06:00:00Z"})
    said = [day["views_daily"] for day in places(business)["minisshorts"]["trending_history"]]
    assert said[0] is None
    assert all(views is None or views >= 1000 for views in said)
    assert said[-1] is not None


def test_the_newest_days_are_restated_once_and_older_ones_stay(client, business):
    first = {day["date"]: day["views_daily"] for day in places(business)["fyp"]["trending_history"]}
    client.put("/simulator/clock", json={"frozen_at": "2025-10-17T06:00:00Z"})
    later = {day["date"]: day["views_daily"] for day in places(business)["fyp"]["trending_history"]}
    changed = {day for day in first.keys() & later.keys() if first[day] != later[day]}
    assert changed == {"2025-10-06", "2025-10-07"}
    assert all(later[day] > first[day] for day in changed)


def test_country_and_range_have_the_vendors_defaults(business):
    usual = business.get(LIST, params=REQUIRED).json()["data"]
    named = {**REQUIRED, "country_code": "US", "date_range": "7DAY"}
    assert usual == business.get(LIST, params=named).json()["data"]


def test_the_detail_is_found_by_id_and_has_no_place(business):
    data = business.get(DETAIL, params=OF_REELSHORT).json()["data"]
    assert set(data) == {*COMMON, "hashtag_status", "audience_insights"}
    assert (data["hashtag_name"], data["hashtag_status"]) == ("reelshort", "ONLINE")
    ages = data["audience_insights"]["audience_ages"]
    assert [age["age"] for age in ages] == ["18-24", "25-34", "35+"]
    assert sum(age["percentage"] for age in ages) == pytest.approx(1)
    listed = places(business, date_range="30DAY")["reelshort"]
    assert all(listed[name] == data[name] for name in COMMON)


@pytest.mark.parametrize("days", [1, 7, 30, 120])
def test_every_range_is_answered(business, days):
    asked = {**REQUIRED, "date_range": f"{days}DAY"}
    tags = business.get(LIST, params=asked).json()["data"]["list"]
    assert {len(tag["trending_history"]) for tag in tags} == {30}


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
