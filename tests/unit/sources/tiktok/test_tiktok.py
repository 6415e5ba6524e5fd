import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from shortdrama.core.errors import (
    CredentialRefused,
    PermanentError,
    QuotaError,
    SchemaError,
    TransientError,
)
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.http import ATTEMPTS, Refusal
from shortdrama.sources.tiktok.providers import classify

ASKED = PullRequest(dataset=HASHTAGS.id, run_key="run")
NOT_SAID = {"views": None, "rank": None}
SEPTEMBER_1 = int(datetime(2025, 9, 1, tzinfo=UTC).timestamp())


def tag(name: str, number: int, **changes: Any) -> dict[str, Any]:
    return {
        "hashtag_id": str(number),
        "hashtag_name": name,
        "publish_cnt": 10,
        "video_views": 1000,
        "trend": [{"time": SEPTEMBER_1, "value": 0.25}, {"time": SEPTEMBER_1 + 86400, "value": 1}],
        **changes,
    }


def chart(*tags: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    return ok({"list": list(tags), "pagination": {"has_more": has_more}})


def ok(data: Any) -> dict[str, Any]:
    return {"code": 0, "msg": "OK", "data": data}


@pytest.mark.parametrize("nothing", [{"info": None}, {"info": {}}, {"info": []}, {}])
def test_a_detail_that_says_nothing_adds_nothing(pull, rows, scripted, source, nothing) -> None:
    source.says(body=chart(tag("a", 1))).says(body=ok(nothing))
    landed = pull(ASKED, scripted)
    assert [part.ending for part in landed.parts] == ["answered", "empty", "empty"]
    assert rows(landed, scripted, "select hashtag_id, audience_ages from load") == [("1", None)]


@pytest.mark.parametrize("has_more", ["false", 0, None])
def test_more_to_come_is_true_or_false_and_nothing_else(pull, scripted, source, has_more) -> None:
    source.says(body=chart(tag("a", 1), has_more=has_more))
    with pytest.raises(SchemaError, match=r"data\.pagination\.has_more is missing or neither"):
        pull(ASKED, scripted)


@pytest.mark.parametrize(
    ("trend", "field"),
    [
        ([{"time": SEPTEMBER_1 + 0.6, "value": 1}], "trend.time"),
        ([{"time": True, "value": 1}], "trend.time"),
        ([{"value": 1}], "trend.time"),
        ([None], "trend.time"),
        ({}, "trend"),
    ],
)
def test_a_curve_of_another_shape_is_refused(pull, rows, scripted, source, trend, field) -> None:
    source.says(body=chart(tag("a", 1, trend=trend))).says(body=ok({"info": None}))
    landed = pull(ASKED, scripted)
    with pytest.raises(SchemaError, match=f'field "{field}" should be'):
        rows(landed, scripted, "select 1")


def test_half_a_character_is_replaced_after_a_byte_order_mark_too(
    pull, rows, scripted, source
) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(chart(tag("a\ud83d", 1))).encode()
    source.says(body=body).says(body=ok({"info": None}))
    found = rows(pull(ASKED, scripted), scripted, "select hashtag_name from load")
    assert found == [("a\ufffd",)]


def test_the_chart_is_asked_page_by_page_and_each_watched_tag_by_name(
    pull, settings, simulator
) -> None:
    landed = pull(ASKED, settings)
    route = "/creative_radar_api/v1/popular_trend/hashtag"
    pages = [params for path, params in simulator.calls if path == f"{route}/list"]
    details = [params for path, params in simulator.calls if path == f"{route}/detail"]
    assert pages == [
        {"page": str(n + 1), "limit": "20", "period": "7", "country_code": "US",
         "sort_by": "popular"}
        for n in range(len(pages))
    ]  # fmt: skip
    assert len(pages) > 1
    assert details == [
        {"hashtag_name": name, "period": "7", "country_code": "US"}
        for name in ("shortdrama", "reelshort")
    ]
    assert landed.coverage.countries == ("US",)
    assert landed.coverage.window.start == landed.coverage.window.end == date(2026, 2, 25)
    assert landed.is_sample


def test_a_sample_chart_is_read_whole(pull, rows, settings) -> None:
    ((tags, ranks, last, as_of),) = rows(
        pull(ASKED, settings),
        settings,
        "select count(distinct hashtag_id), count(rank), max(rank), max(as_of_at) from load",
    )
    assert tags >= ranks == last > 20
    assert as_of == datetime(2026, 2, 25, 8)  # noqa: DTZ001 - UTC, as the lake keeps it


def test_a_watched_tags_detail_adds_to_its_place_in_the_chart(pull, rows, scripted, source) -> None:
    ages = [{"age_level": "18-24", "score": 0.7}]
    source.says(body=chart(tag("shortdrama", 1, rank=4, rank_diff=2, rank_diff_type=1)))
    source.says(
        body=ok({"info": tag("shortdrama", 1, rank=4, publish_cnt_all=90, video_views_all=800,
                             audience_ages=ages, publish_cnt=11)})
    )  # fmt: skip
    source.says(
        body=ok({"info": tag("reelshort", 2, rank=None, publish_cnt_all=None, video_views_all=7)})
    )
    found = rows(
        pull(ASKED, scripted),
        scripted,
        "select hashtag_name, rank, rank_diff, posts, posts_all_time, views_all_time,"
        " audience_ages from load order by hashtag_id",
    )
    assert found == [
        ("shortdrama", 4, 2, 10, 90, 800, [{"age_level": "18-24", "score": Decimal("0.7")}]),
        ("reelshort", None, None, 10, None, 7, None),
    ]


def test_the_curve_keeps_its_days_and_stays_relative(pull, rows, scripted, source) -> None:
    source.says(body=chart(tag("短剧🎬", 1, rank=1))).says(body=ok({"info": None}))
    found = rows(pull(ASKED, scripted), scripted, "select hashtag_name, curve from load")
    assert found == [
        (
            "短剧🎬",
            [
                {**NOT_SAID, "curve_on": date(2025, 9, 1), "relative_value": Decimal("0.25")},
                {**NOT_SAID, "curve_on": date(2025, 9, 2), "relative_value": Decimal("1")},
            ],
        )
    ]


def test_a_watched_tag_that_nobody_uses_is_no_row(pull, rows, scripted, source) -> None:
    source.says(body=chart(tag("other", 9, rank=1))).says(body=ok({}))
    assert rows(pull(ASKED, scripted), scripted, "select hashtag_name from load") == [("other",)]


def test_pages_go_on_while_there_is_more(pull, scripted, source) -> None:
    source.says(body=chart(tag("a", 1), has_more=True)).says(body=chart(tag("b", 2)))
    source.says(body=ok({"info": None}))
    pull(ASKED, scripted)
    assert [params.get("page") for _, params in source.got] == ["1", "2", None, None]


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ({"hashtag_id": 1}, 'field "hashtag_id" should be a text, but is 1'),
        ({"video_views": "1.2M"}, 'field "video_views" should be a whole number, but is "1.2M"'),
        ({"publish_cnt": 10.5}, 'field "publish_cnt" should be a whole number, but is 10.5'),
        ({"is_promoted": 1}, 'field "is_promoted" should be true or false, but is 1'),
        ({"trend": "up"}, "agreed shape"),
        ({"trend": [{"time": "monday", "value": 1}]}, "agreed shape"),
    ],
    ids=["numeric_id", "abbreviated_views", "half_a_post", "numeric_flag", "trend_word", "weekday"],
)
def test_a_tag_of_another_shape_is_refused(pull, rows, scripted, source, defect, told) -> None:
    source.says(body=chart(tag("a", 1, **defect))).says(body=ok({"info": None}))
    landed = pull(ASKED, scripted)
    with pytest.raises(SchemaError, match=r"tiktok\.hashtags") as refused:
        rows(landed, scripted, "select 1")
    assert told in str(refused.value)


def test_failures_come_with_status_200_and_another_code(pull, scripted, source, store) -> None:
    source.says(body={"code": 50000, "msg": "busy", "data": {}})
    with pytest.raises(TransientError, match=r"chart of US, 7 days, page 1: .* code 50000"):
        pull(ASKED, scripted)
    assert len(source.got) == ATTEMPTS
    assert list(store.list("landing/")) == []


def test_a_passing_failure_is_asked_again(pull, scripted, source) -> None:
    source.says(body={"code": 50000}).says(body=chart()).says(body=ok({"info": None}))
    assert len(pull(ASKED, scripted).parts) == 3
    assert len(source.got) == 4


def test_a_token_that_is_not_taken_is_said_at_once(pull, settings, simulator) -> None:
    wrong = settings.tiktok.model_copy(update={"token": SecretStr("no")})
    with pytest.raises(PermanentError, match="set SHORTDRAMA_TIKTOK__TOKEN"):
        pull(ASKED, settings.model_copy(update={"tiktok": wrong}))
    assert len(simulator.calls) == 1


@pytest.mark.parametrize("pagination", [{}, {"pagination": None}], ids=["none", "null"])
def test_a_chart_without_pages_is_one_page_and_tags_without_views_are_nulls(
    pull, rows, scripted, source, pagination
) -> None:
    unseen = {"hashtag_id": "9", "hashtag_name": "quiet", "rank": 1}
    source.says(body=ok({"list": [unseen, tag("loud", 1, rank=2)], **pagination}))
    source.says(body=ok({"info": None}))
    landed = pull(ASKED, scripted)
    assert [params.get("page") for _, params in source.got] == ["1", None, None]
    assert rows(landed, scripted, "select hashtag_name, views, posts from load order by rank") == [
        ("quiet", None, None),
        ("loud", 1000, 10),
    ]


@pytest.mark.parametrize(
    "body",
    [ok(None), ok([]), ok({"list": [], "pagination": {}}), ok({"list": [], "pagination": 1})],
)
def test_a_chart_that_does_not_say_whether_it_goes_on_is_refused(
    pull, scripted, source, body
) -> None:
    source.says(body=body)
    with pytest.raises(SchemaError, match=r"chart of US.*fix the connector"):
        pull(ASKED, scripted)


@pytest.mark.parametrize("body", ["<html>", "[]", '"text"', "null"])
def test_an_answer_that_is_no_object_is_asked_again(pull, scripted, source, body) -> None:
    source.says(body=body).says(body=chart()).says(body=ok({"info": None}))
    assert len(pull(ASKED, scripted).parts) == 3


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, "quota", TransientError),
        (502, "", TransientError),
        (403, "Daily Quota exceeded", QuotaError),
        (402, "quota", QuotaError),
        (401, "who are you", CredentialRefused),
        (404, "", PermanentError),
    ],
)
def test_a_gateways_refusal_is_classed_by_what_helps(status, body, kind) -> None:
    error = classify(Refusal(status, body, retry_after=None), "about")
    assert type(error) is kind
    assert str(error).startswith("about: the hashtag source")
