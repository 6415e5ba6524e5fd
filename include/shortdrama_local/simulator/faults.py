"""Ways in which an answer can be made bad, and the routes that they make sense for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from shortdrama_local.simulator.paths import APPFIGURES, CREATIVE_CENTER, TIKTOK_BUSINESS


class Fault(StrEnum):
    """A fault's name, and what it does in one line."""

    meaning: str

    def __new__(cls, name: str, meaning: str) -> "Fault":
        """A string that knows what it means."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member

    HTTP_401 = "http_401", "HTTP 401: the credentials are not understood."
    HTTP_403 = "http_403", "HTTP 403 that means a bad token (Appfigures: AccessToken invalid)."
    HTTP_403_API_DISABLED = "http_403_api_disabled", "HTTP 403: API Access is disabled."
    HTTP_420 = "http_420", "HTTP 420 Chill Out!: the day's quota is spent."
    HTTP_429_RETRY_AFTER = "http_429_retry_after", "HTTP 429 with Retry-After (1 s, or `seconds`)."
    HTTP_429 = "http_429", "HTTP 429 without Retry-After."
    HTTP_500 = "http_500", "HTTP 500 with the vendor's error body."
    HTTP_502 = "http_502", "HTTP 502 of a gateway, in HTML."
    SLOW = "slow", "The answer comes whole, but late (5 s, or `seconds`)."
    CONNECTION_RESET = "connection_reset", "The connection is cut in the middle of the body."
    TRUNCATED_JSON = "truncated_json", "HTTP 200, complete for HTTP, but half of the JSON."
    WRONG_CONTENT_TYPE = "wrong_content_type", "The right body, sent as text/html."
    ERROR_OBJECT_200 = "error_object_200", "HTTP 200 with an error object instead of data."
    HTML_ERROR_PAGE = "html_error_page", "HTTP 200 with a page in HTML instead of data."
    DUPLICATED_PAGE = "duplicated_page", "Page 2 repeats the results of page 1."
    MISSING_PAGE = "missing_page", "Page 2 comes without results."
    CHANGED_PAGE_ORDER = "changed_page_order", "Pages 1 and 2 have changed places."
    EXTRA_FIELD = "extra_field", "Each record has a field that nobody knows."
    MISSING_FIELD = "missing_field", "The first record lacks a field."
    CHANGED_TYPE = "changed_type", "In the first record a field's value is wrapped in a list."
    CURRENCY_CHANGE = "currency_change", "Money is said to be EUR; the figures stay."
    NEGATIVE_DOWNLOADS = "negative_downloads", "The first 25 rows have downloads below zero."


@dataclass(frozen=True)
class Route:
    """What the faults of a route need to know of its answers.

    `records` leads to the list of records, or to a single one; `field` is what a record loses or
    has in another type.
    """

    faults: tuple[Fault, ...]
    records: tuple[str, ...] = ()
    field: str = ""


_TRANSPORT = (
    Fault.HTTP_429_RETRY_AFTER,
    Fault.HTTP_429,
    Fault.HTTP_500,
    Fault.HTTP_502,
    Fault.SLOW,
    Fault.CONNECTION_RESET,
    Fault.TRUNCATED_JSON,
    Fault.WRONG_CONTENT_TYPE,
    Fault.ERROR_OBJECT_200,
    Fault.HTML_ERROR_PAGE,
)
_GATEWAY = (Fault.HTTP_401, Fault.HTTP_403, *_TRANSPORT)
_APPFIGURES = (
    Fault.HTTP_401,
    Fault.HTTP_403,
    Fault.HTTP_403_API_DISABLED,
    Fault.HTTP_420,
    *_TRANSPORT,
)
_RECORDS = (Fault.EXTRA_FIELD, Fault.MISSING_FIELD, Fault.CHANGED_TYPE)
_PAGES = (Fault.DUPLICATED_PAGE, Fault.MISSING_PAGE, Fault.CHANGED_PAGE_ORDER)

ROUTES: Mapping[str, Route] = MappingProxyType(
    {
        f"{APPFIGURES}/reports/estimates": Route(
            (*_APPFIGURES, *_RECORDS, Fault.CURRENCY_CHANGE, Fault.NEGATIVE_DOWNLOADS),
            field="downloads",
        ),
        f"{APPFIGURES}/products/mine": Route(
            (*_APPFIGURES, *_PAGES, *_RECORDS), ("results",), "id"
        ),
        f"{APPFIGURES}/unified-apps/search": Route(
            (*_APPFIGURES, *_PAGES, *_RECORDS, Fault.CURRENCY_CHANGE),
            ("results",),
            "unified_app_intelligence_metadata_minimal",
        ),
        f"{APPFIGURES}/ranks": Route((*_APPFIGURES, *_RECORDS), ("data",), "positions"),
        f"{APPFIGURES}/usage": Route(_APPFIGURES),
        f"{CREATIVE_CENTER}/popular_trend/hashtag/list": Route(
            (*_GATEWAY, *_PAGES, *_RECORDS), ("data", "list"), "hashtag_name"
        ),
        f"{CREATIVE_CENTER}/popular_trend/hashtag/detail": Route(
            (*_GATEWAY, *_RECORDS), ("data", "info"), "video_views_all"
        ),
        f"{TIKTOK_BUSINESS}/discovery/trending_list": Route(
            (*_TRANSPORT, *_RECORDS), ("data", "list"), "views"
        ),
        f"{TIKTOK_BUSINESS}/discovery/detail": Route(
            (*_TRANSPORT, *_RECORDS), ("data",), "views_global_lifetime"
        ),
    }
)

FAULTS_BY_ROUTE: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {path: route.faults for path, route in ROUTES.items()}
)
"""By a route's path, the part of it that does not change: `/v2/ranks`, not `/v2/ranks/1;2/daily/…`.

TikTok API for Business says refusals as HTTP 200 with a code, so `error_object_200` is its 401."""


class FaultSetting(BaseModel):
    """A fault on one route; `times` limits it to the route's next calls, None lasts."""

    model_config = ConfigDict(extra="forbid")

    fault: Fault
    times: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0, le=600)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"fault": value} if isinstance(value, str) else value


class FaultPlan(RootModel[dict[str, FaultSetting]]):
    """Which fault each route shows; a route is named by its path in `FAULTS_BY_ROUTE`."""

    root: dict[str, FaultSetting] = {}

    @model_validator(mode="after")
    def _applicable(self) -> "FaultPlan":
        for path, setting in self.root.items():
            if path not in FAULTS_BY_ROUTE:
                raise ValueError(f"{path} has no faults; routes: {', '.join(FAULTS_BY_ROUTE)}")
            if setting.fault not in FAULTS_BY_ROUTE[path]:
                raise ValueError(
                    f"{setting.fault.value} does not fit {path}; it can show:"
                    f" {', '.join(FAULTS_BY_ROUTE[path])}"
                )
        return self

    def take(self, path: str) -> tuple[Route, FaultSetting] | None:
        """The fault that a call to the path shows; counts the call."""
        for prefix, setting in self.root.items():
            if path.rstrip("/") != prefix and not path.startswith(f"{prefix}/"):
                continue
            if setting.times == 0:
                return None
            if setting.times is not None:
                setting.times -= 1
            return ROUTES[prefix], setting
        return None
