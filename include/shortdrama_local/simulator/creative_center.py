"""TikTok Creative Center's hashtag list and detail, as a gateway passes them on.

A failure is HTTP 200 with a `code` other than 0. Of these codes only 40101 has been seen by others;
40002 (a bad parameter) and 40401 (no such tag) are our guesses. `sort_by` and the filters are taken
and ignored: the chart is by views.
"""

from secrets import compare_digest

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shortdrama_local.simulator.controls import Controls
from shortdrama_local.simulator.fault_effects import page_to_send
from shortdrama_local.simulator.hashtag_answers import charted, detail
from shortdrama_local.simulator.hashtags import (
    COUNTRY_NAMES,
    TAG_NAMED,
    last_told,
)
from shortdrama_local.simulator.tiktok_envelope import (
    BAD_PARAMETER,
    NO_SUCH_TAG,
    Envelopes,
    Refused,
)

MOST_PER_PAGE = 100
PERIODS = (7, 30, 120)
NO_PERMISSION = 40101


def creative_center_api(controls: Controls) -> FastAPI:
    """The API as an application to mount where `paths` says."""
    api = FastAPI(title="TikTok Creative Center (simulated)")
    envelopes = Envelopes(api, controls, message_key="msg")

    @api.get("/popular_trend/hashtag/list")
    def hashtag_list(
        request: Request, period: int = 7, country_code: str = "US", page: int = 1, limit: int = 20
    ) -> JSONResponse:
        _check(request, controls, period, country_code)
        if page < 1 or not 1 <= limit <= MOST_PER_PAGE:
            raise Refused(BAD_PARAMETER, f"page from 1, limit from 1 to {MOST_PER_PAGE}")
        tags = charted(country_code, period, controls.clock.today())
        sent = page_to_send(request, page)
        pagination = {
            "page": page,
            "size": limit,
            "total": len(tags),
            "has_more": page * limit < len(tags),
        }
        data = {"list": tags[(sent - 1) * limit : sent * limit], "pagination": pagination}
        return envelopes.ok(request, data)

    @api.get("/popular_trend/hashtag/detail")
    def hashtag_detail(
        request: Request, hashtag_name: str, period: int = 7, country_code: str = "US"
    ) -> JSONResponse:
        _check(request, controls, period, country_code)
        today = controls.clock.today()
        tag = TAG_NAMED.get(hashtag_name.lower())
        if tag is None or tag.started > last_told(today):
            raise Refused(NO_SUCH_TAG, f"no hashtag {hashtag_name!r}")
        return envelopes.ok(request, {"info": detail(tag, country_code, period, today)})

    return api


def _check(request: Request, controls: Controls, period: int, country_code: str) -> None:
    given = request.headers.get("authorization", "")
    if not compare_digest(given.encode(), f"Bearer {controls.token}".encode()):
        raise Refused(NO_PERMISSION, "no permission")
    if period not in PERIODS:
        raise Refused(BAD_PARAMETER, f"period {period} is not one of 7, 30, 120")
    if country_code not in COUNTRY_NAMES:
        raise Refused(BAD_PARAMETER, f"no chart for country {country_code!r}")
