from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from shortdrama_local.simulator.hashtags import TAG_NAMED, all_time_views

LIST = "/creative_radar_api/v1/popular_trend/hashtag/list"
DETAIL = "/creative_radar_api/v1/popular_trend/hashtag/detail"
MINIS = ("tiktokminis", "minisgames", "minisshorts")


def listed(client, **params):
    return client.get(LIST, params=params).json()["data"]


def info(client, name, **params):
    return client.get(DETAIL, params={"hashtag_name": name, **params}).json()["data"]["info"]


def test_the_chart_has_a_hundred_tags_in_order_of_views(client):
    pages = [listed(client, page=page, limit=20, period=30, country_code="US") for page in (1, 5)]
    assert [page["pagination"]["has_more"] for page in pages] == [True, False]
    assert pages[0]["pagination"] == {"page": 1, "size": 20, "total": 100, "has_more": True}
    chart = listed(client, limit=100, period=30)["list"]
    assert [tag["rank"] for tag in chart] == list(range(1, 101))
    assert len({tag["hashtag_name"] for tag in chart}) == 100
    views = [tag["video_views"] for tag in chart]
    assert views == sorted(views, reverse=True)
    assert chart[80:] == pages[1]["list"]


def test_an_entry_has_the_keys_that_clients_read(client):
    envelope = client.get(LIST).json()
    assert (envelope["code"], envelope["msg"]) == (0, "OK")
    entry = envelope["data"]["list"][0]
    assert {
        "hashtag_id", "hashtag_name", "country_info", "is_promoted", "trend", "creators",
        "publish_cnt", "video_views", "rank", "rank_diff_type",
    } <= set(entry)  # fmt: skip
    assert entry["hashtag_id"].isdigit()
    assert entry["country_info"] == {"id": "US", "value": "United States", "label": "US"}


@pytest.mark.parametrize(("period", "points", "step"), [(7, 7, 1), (30, 30, 1), (120, 17, 7)])
def test_the_curve_is_relative_and_ends_two_days_short(client, period, points, step):
    trend = info(client, "shortdrama", period=period)["trend"]
    assert len(trend) == points
    assert max(point["value"] for point in trend) == 1
    assert min(point["value"] for point in trend) > 0
    days = [datetime.fromtimestamp(point["time"], UTC) for point in trend]
    assert all(later - earlier == timedelta(days=step) for earlier, later in pairwise(days))
    assert days[-1] + timedelta(days=step - 1) == datetime(2025, 10, 7, tzinfo=UTC)


def test_movement_is_against_the_chart_of_the_day_before(client):
    today = {tag["hashtag_name"]: tag for tag in listed(client, limit=100)["list"]}
    client.put("/simulator/clock", json={"frozen_at": "2025-10-09T06:00:00Z"})
    before = {tag["hashtag_name"]: tag["rank"] for tag in listed(client, limit=100)["list"]}
    kinds = set()
    for name, tag in today.items():
        kinds.add(tag["rank_diff_type"])
        if name not in before:
            assert tag["rank_diff_type"] == 4
            assert "rank_diff" not in tag
            continue
        moved = before[name] - tag["rank"]
        assert tag["rank_diff"] == abs(moved)
        assert tag["rank_diff_type"] == (1 if moved > 0 else 3 if moved < 0 else 2)
    assert {1, 2, 3} <= kinds


def test_detail_agrees_with_the_chart_and_adds_all_time_figures(client):
    detail = info(client, "reelshort", period=30)
    entry = next(t for t in listed(client, limit=100, period=30)["list"]
                 if t["hashtag_name"] == "reelshort")  # fmt: skip
    assert entry.items() <= detail.items()
    assert detail["video_views_all"] > detail["video_views"]
    assert detail["publish_cnt_all"] > detail["publish_cnt"]
    assert sum(age["score"] for age in detail["audience_ages"]) == 100


def test_tags_of_minis_have_a_detail_but_no_rank(client):
    for name in MINIS:
        detail = info(client, name)
        assert detail["rank"] is None
        assert detail["video_views"] > 0


def test_tags_of_minis_have_tens_of_millions_of_views_far_below_reelshorts(client):
    client.put("/simulator/clock", json={"frozen_at": "2026-01-08T00:00:00Z"})
    minis = sum(info(client, name)["video_views_all"] for name in MINIS)
    assert 10_000_000 < minis < 100_000_000
    assert minis < info(client, "reelshort")["video_views_all"] / 100


def test_shortdrama_has_its_published_views_and_grows():
    views = [all_time_views(TAG_NAMED["shortdrama"], date(2024 + i, 7, 1)) for i in range(3)]
    assert views[0] == 72_700_000_000
    assert views == sorted(views)


def test_tags_of_minis_are_unknown_before_the_grey_test(client):
    client.put("/simulator/clock", json={"frozen_at": "2025-05-01T00:00:00Z"})
    assert client.get(DETAIL, params={"hashtag_name": "tiktokminis"}).json()["code"] != 0


@pytest.mark.parametrize("route", [LIST, DETAIL + "?hashtag_name=reelshort"])
def test_a_wrong_token_is_code_40101_with_http_200(client, route):
    answer = client.get(route, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 200
    assert answer.json()["code"] == 40101


@pytest.mark.parametrize(
    "params",
    [{"period": 14}, {"country_code": "CN"}, {"limit": 0}, {"page": 0}, {"period": "week"}],
)
def test_bad_parameters_are_refused_with_http_200(client, params):
    answer = client.get(LIST, params=params)
    assert answer.status_code == 200
    assert answer.json()["code"] not in (0, 40101)


def test_countries_see_different_charts(client):
    names = {
        country: [t["hashtag_name"] for t in listed(client, limit=50, country_code=country)["list"]]
        for country in ("US", "ID", "BR")
    }
    assert names["US"] != names["ID"] != names["BR"]
