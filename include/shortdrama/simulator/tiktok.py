"""TikTok Creative Center's hashtag list and detail.

A failure is HTTP 200 with a `code` other than 0. Of these codes only 40101 has been seen by others;
40002 (a bad parameter) and 40401 (no such tag) are our guesses. `sort_by` and the filters are taken
and ignored: the chart is by views.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from hashlib import blake2b
from secrets import compare_digest
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from shortdrama.simulator.controls import Controls
from shortdrama.simulator.hashing import key_of
from shortdrama.simulator.hashtags import (
    COUNTRY_NAMES,
    DRAMA_TAGS,
    STEP_DAYS,
    TAG_NAMED,
    Hashtag,
    Standing,
    all_time_views,
    audience_ages,
    chart,
    last_told,
    standing,
    views_per_post,
)

BASE_PATH = "/creative_radar_api/v1"
MOST_PER_PAGE = 100

NO_PERMISSION, BAD_PARAMETER, NO_SUCH_TAG = 40101, 40002, 40401
UP, DOWN, UNCHANGED, NEW = 1, 2, 3, 4

Answer = dict[str, Any]


class Refused(Exception):
    """A request that is answered with a code other than 0."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def tiktok_api(controls: Controls) -> FastAPI:
    """The API as an application to mount under `BASE_PATH`."""
    api = FastAPI(title="TikTok Creative Center (simulated)")

    @api.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> JSONResponse:
        return _envelope(request, controls, error.code, str(error), {})

    @api.exception_handler(RequestValidationError)
    def bad_parameter(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        message = f"{first['loc'][-1]}: {first['msg']}"
        return _envelope(request, controls, BAD_PARAMETER, message, {})

    @api.get("/popular_trend/hashtag/list")
    def hashtag_list(
        request: Request, period: int = 7, country_code: str = "US", page: int = 1, limit: int = 20
    ) -> JSONResponse:
        _check(request, controls, period, country_code)
        if page < 1 or not 1 <= limit <= MOST_PER_PAGE:
            raise Refused(BAD_PARAMETER, f"page from 1, limit from 1 to {MOST_PER_PAGE}")
        tags = _charted(country_code, period, controls.clock.today())
        pagination = {
            "page": page,
            "size": limit,
            "total": len(tags),
            "has_more": page * limit < len(tags),
        }
        data = {"list": tags[(page - 1) * limit : page * limit], "pagination": pagination}
        return _envelope(request, controls, 0, "OK", data)

    @api.get("/popular_trend/hashtag/detail")
    def hashtag_detail(
        request: Request, hashtag_name: str, period: int = 7, country_code: str = "US"
    ) -> JSONResponse:
        _check(request, controls, period, country_code)
        today = controls.clock.today()
        tag = TAG_NAMED.get(hashtag_name.lower())
        if tag is None or tag.started > last_told(today):
            raise Refused(NO_SUCH_TAG, f"no hashtag {hashtag_name!r}")
        info = _detail(tag, country_code, period, today)
        return _envelope(request, controls, 0, "OK", {"info": info})

    return api


def _check(request: Request, controls: Controls, period: int, country_code: str) -> None:
    given = request.headers.get("authorization", "")
    if not compare_digest(given.encode(), f"Bearer {controls.token}".encode()):
        raise Refused(NO_PERMISSION, "no permission")
    if period not in STEP_DAYS:
        raise Refused(BAD_PARAMETER, f"period {period} is not one of 7, 30, 120")
    if country_code not in COUNTRY_NAMES:
        raise Refused(BAD_PARAMETER, f"no chart for country {country_code!r}")


def _envelope(
    request: Request, controls: Controls, code: int, message: str, data: Answer
) -> JSONResponse:
    now = controls.clock.now()
    digest = blake2b(str(request.url).encode(), digest_size=8).hexdigest().upper()
    request_id = f"{now:%Y%m%d%H%M%S}{digest}"
    return JSONResponse({"code": code, "msg": message, "request_id": request_id, "data": data})


@lru_cache(maxsize=64)
def _charted(country: str, period: int, today: date) -> list[Answer]:
    """The chart as the list shows it, with each tag's movement since the day before."""
    before = {
        standing.tag.name: rank
        for rank, standing in enumerate(
            chart(country, period, date.fromordinal(today.toordinal() - 1)), start=1
        )
    }
    return [
        {
            **_entry(standing, country),
            "rank": rank,
            **_movement(rank, before.get(standing.tag.name)),
        }
        for rank, standing in enumerate(chart(country, period, today), start=1)
    ]


def _movement(rank: int, before: int | None) -> Answer:
    if before is None:
        return {"rank_diff_type": NEW}
    kind = UNCHANGED if rank == before else UP if rank < before else DOWN
    return {"rank_diff": abs(before - rank), "rank_diff_type": kind}


def _entry(standing: Standing, country: str) -> Answer:
    tag = standing.tag
    entry: Answer = {
        "hashtag_id": tag.id,
        "hashtag_name": tag.name,
        "country_info": {"id": country, "value": COUNTRY_NAMES[country], "label": country},
        "is_promoted": False,
        "trend": [
            {"time": int(datetime.combine(day, time(), UTC).timestamp()), "value": value}
            for day, value in standing.curve
        ],
        "creators": [
            {
                "nick_name": f"{tag.name}_{key_of(tag.name + country) % 1000}",
                "avatar_url": f"https://avatars.invalid/{tag.id}.jpg",
            }
        ],
        "publish_cnt": standing.posts,
        "video_views": standing.views,
    }
    if tag.industry:
        number = 28_000_000_000 if tag.industry.startswith("Sports") else 23_000_000_000
        entry["industry_info"] = {"id": number, "value": tag.industry, "label": f"label_{number}"}
    return entry


def _detail(tag: Hashtag, country: str, period: int, today: date) -> Answer:
    """The detail's `info`; rank is null for a tag that is not in the chart."""
    charted = _charted(country, period, today)
    entry = next((e for e in charted if e["hashtag_name"] == tag.name), None)
    views_all = all_time_views(tag, last_told(today))
    return {
        **(entry or {**_entry(standing(tag, country, period, today), country), "rank": None}),
        "video_url": f"https://www.tiktok.com/tag/{tag.name}",
        "publish_cnt_all": views_all // views_per_post(tag),
        "video_views_all": views_all,
        "longevity": {
            "popular_days": min((last_told(today) - tag.started).days, period),
            "current_popularity": 0 if entry is None else 101 - entry["rank"],
        },
        "audience_ages": [
            {"age_level": level, "score": score} for level, score in audience_ages(tag)
        ],
        "audience_interests": [],
        "audience_countries": [],
        "related_hashtags": [
            {
                "hashtag_id": other.id,
                "hashtag_name": other.name,
                "video_url": f"https://www.tiktok.com/tag/{other.name}",
            }
            for other in DRAMA_TAGS[:4]
            if other.name != tag.name and tag in DRAMA_TAGS
        ],
        "related_items": [],
        "description": "",
    }
