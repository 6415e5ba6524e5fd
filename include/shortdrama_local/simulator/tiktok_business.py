"""TikTok API for Business v1.3: popular hashtags, the list and the detail.

Routes, parameters and envelope are those of the vendor's SDK, the fields those on which several
public clients agree; a failure is HTTP 200 with a `code` other than 0. Our guesses: the codes for a
bad token (40105) and for parameters, and that audience percentages are parts of 1. `category_name`
is taken and ignored.
"""

from secrets import compare_digest
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from shortdrama_local.simulator.controls import Controls
from shortdrama_local.simulator.discovery_answers import detail, popular
from shortdrama_local.simulator.hashtags import COUNTRY_NAMES, TAGS, last_told
from shortdrama_local.simulator.tiktok_envelope import (
    BAD_PARAMETER,
    NO_SUCH_TAG,
    Envelopes,
    Refused,
)

BAD_TOKEN = 40105

DateRange = Literal["1DAY", "7DAY", "30DAY", "120DAY"]

TAG_OF_ID = {tag.id: tag for tag in TAGS}


class Discovery(BaseModel):
    """Parameters of the list; the first two are required."""

    discovery_type: Literal["HASHTAG"]
    advertiser_id: str = Field(pattern=r"^\d+$")
    country_code: str = "US"
    category_name: str = "ALL"
    date_range: DateRange = "7DAY"

    @property
    def days(self) -> int:
        """The window in days."""
        return int(self.date_range.removesuffix("DAY"))


class Detail(Discovery):
    """Parameters of the detail; all are required."""

    hashtag_id: str
    country_code: str
    date_range: DateRange


def tiktok_business_api(controls: Controls) -> FastAPI:
    """The API as an application to mount where `paths` says."""
    api = FastAPI(title="TikTok API for Business (simulated)")
    envelopes = Envelopes(api, controls, message_key="message")

    @api.get("/discovery/trending_list/")
    def trending_list(request: Request, asked: Annotated[Discovery, Query()]) -> JSONResponse:
        _check(request, controls, asked)
        filter_info = asked.model_dump(include={"date_range", "country_code", "category_name"})
        tags = popular(asked.country_code, asked.days, controls.clock.today())
        return envelopes.ok(request, {"filter_info": filter_info, "list": tags})

    @api.get("/discovery/detail/")
    def discovery_detail(request: Request, asked: Annotated[Detail, Query()]) -> JSONResponse:
        _check(request, controls, asked)
        today = controls.clock.today()
        tag = TAG_OF_ID.get(asked.hashtag_id)
        if tag is None or tag.started > last_told(today):
            raise Refused(NO_SUCH_TAG, f"no hashtag with id {asked.hashtag_id!r}")
        return envelopes.ok(request, detail(tag, asked.country_code, asked.days, today))

    return api


def _check(request: Request, controls: Controls, asked: Discovery) -> None:
    given = request.headers.get("access-token", "")
    if not compare_digest(given.encode(), controls.token.encode()):
        raise Refused(BAD_TOKEN, "Access token is incorrect or has been revoked.")
    if asked.country_code not in COUNTRY_NAMES:
        raise Refused(BAD_PARAMETER, f"country_code: no chart for {asked.country_code!r}")
