"""TikTok API for Business v1.3: popular hashtags, the list and the detail.

Routes, parameters and envelope are those of the vendor's SDK; a failure is HTTP 200 with a `code`
other than 0. The fields of `data` are not published: here they are the Creative Center's, as `list`
and `info` (our guess). So are the codes for a bad token (40105) and for parameters, and the values
of `date_range` besides 7DAY. `category_name` is taken and ignored.
"""

from secrets import compare_digest
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from shortdrama_local.simulator.controls import Controls
from shortdrama_local.simulator.hashtag_answers import charted, detail
from shortdrama_local.simulator.hashtags import COUNTRY_NAMES, TAGS, last_told
from shortdrama_local.simulator.tiktok_envelope import (
    BAD_PARAMETER,
    NO_SUCH_TAG,
    Envelopes,
    Refused,
)

BAD_TOKEN = 40105

TAG_OF_ID = {tag.id: tag for tag in TAGS}


class Discovery(BaseModel):
    """Parameters of the list; the first two are required."""

    discovery_type: Literal["HASHTAG"]
    advertiser_id: str = Field(pattern=r"^\d+$")
    country_code: str = "US"
    date_range: Literal["7DAY", "30DAY", "120DAY"] = "7DAY"

    @property
    def days(self) -> int:
        """The window in days."""
        return int(self.date_range.removesuffix("DAY"))


class Detail(Discovery):
    """Parameters of the detail; all are required."""

    hashtag_id: str
    country_code: str
    date_range: Literal["7DAY", "30DAY", "120DAY"]


def tiktok_business_api(controls: Controls) -> FastAPI:
    """The API as an application to mount where `paths` says."""
    api = FastAPI(title="TikTok API for Business (simulated)")
    envelopes = Envelopes(api, controls, message_key="message")

    @api.get("/discovery/trending_list/")
    def trending_list(request: Request, asked: Annotated[Discovery, Query()]) -> JSONResponse:
        _check(request, controls, asked)
        tags = charted(asked.country_code, asked.days, controls.clock.today())
        return envelopes.ok(request, {"list": tags})

    @api.get("/discovery/detail/")
    def discovery_detail(request: Request, asked: Annotated[Detail, Query()]) -> JSONResponse:
        _check(request, controls, asked)
        today = controls.clock.today()
        tag = TAG_OF_ID.get(asked.hashtag_id)
        if tag is None or tag.started > last_told(today):
            raise Refused(NO_SUCH_TAG, f"no hashtag with id {asked.hashtag_id!r}")
        info = detail(tag, asked.country_code, asked.days, today)
        return envelopes.ok(request, {"info": info})

    return api


def _check(request: Request, controls: Controls, asked: Discovery) -> None:
    given = request.headers.get("access-token", "")
    if not compare_digest(given.encode(), controls.token.encode()):
        raise Refused(BAD_TOKEN, "Access token is incorrect or has been revoked.")
    if asked.country_code not in COUNTRY_NAMES:
        raise Refused(BAD_PARAMETER, f"country_code: no chart for {asked.country_code!r}")
