"""TikTok hashtags, from one of two providers, each asked and answering in its own way.

Both shapes are those on which several public clients agree; see docs/sources.md. Only TikTok API
for Business says how many views a day had; the Creative Center's curve is relative (its largest
value is 1) and is never daily views.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Protocol

from shortdrama.core.errors import (
    CredentialRefused,
    PermanentError,
    QuotaError,
    SchemaError,
    TransientError,
)
from shortdrama.core.settings import TiktokSettings
from shortdrama.sources.body import Body
from shortdrama.sources.http import ApiClient, Call, Refusal
from shortdrama.sources.pages import parsed

CREATIVE_CENTER_URL = "https://ads.tiktok.com/creative_radar_api/v1/"
BUSINESS_URL = "https://business-api.tiktok.com/open_api/v1.3/"
VARIABLES = "SHORTDRAMA_TIKTOK"
PAGE_SIZE = 20

NO_PERMISSION = {"creative_center": {40101}, "business": {40101, 40105}}
"""Codes that mean the token: Creative Center's "no permission"; Business's wrong application and
token that is incorrect or revoked. Any other code may pass and is retried."""


def classify(refusal: Refusal, about: str) -> Exception:
    """The error that an HTTP refusal means."""
    if refusal.may_pass:
        return TransientError(
            f"{about}: the hashtag source answered HTTP {refusal.status}", refusal.retry_after
        )
    if "quota" in refusal.body.lower():
        return QuotaError(
            f"{about}: the hashtag source's quota is spent; it starts again at 00:00 UTC. Clear the"
            " task then; how the chart stood today cannot be asked any more"
        )
    kind = CredentialRefused if refusal.status == 401 else PermanentError
    return kind(
        f"{about}: the hashtag source refused the request, HTTP {refusal.status}. Check"
        " SHORTDRAMA_TIKTOK__BASE_URL, SHORTDRAMA_TIKTOK__PROVIDER and SHORTDRAMA_TIKTOK__TOKEN"
    )


def check(body: Body, about: str, provider: str = "creative_center") -> None:
    """Failures come as HTTP 200 with `code` other than 0."""
    answer = parsed(body.text(), about)
    code = answer.get("code") if isinstance(answer, dict) else None
    if type(code) is not int:
        raise TransientError(f"{about}: the hashtag source's answer has no code")
    if code in NO_PERMISSION[provider]:
        raise CredentialRefused(
            f"{about}: the hashtag source does not accept the token (code {code}); set"
            " SHORTDRAMA_TIKTOK__TOKEN"
        )
    if code != 0:
        raise TransientError(f"{about}: the hashtag source answered code {code}")
    if not isinstance(answer.get("data"), dict):
        raise SchemaError(f"{about}: the hashtag source's answer has no data; fix the connector")


class Provider(Protocol):
    """How one API is asked. Both list a chart in `data.list`; the rest is told apart by `name`."""

    name: str
    client: ApiClient

    def chart_call(self, country: str, days: int, page: int) -> Call:
        """The call for a page of a country's chart of so many days; pages count from 1."""
        ...

    def has_more(self, data: dict[str, Any], country: str, days: int, about: str) -> bool:
        """Whether the chart that was asked for goes on after this page; raises SchemaError."""
        ...

    def detail_calls(
        self, country: str, days: int, chart: list[dict[str, Any]]
    ) -> Iterator[tuple[str, Call]]:
        """A watched tag and the call for its detail, for each that can be asked."""
        ...


class CreativeCenter:
    """The Creative Center's own paths: pages of a chart, details by name."""

    name = "creative_center"

    def __init__(self, settings: TiktokSettings) -> None:
        self._tags = settings.hashtags
        self.client = ApiClient(
            base_url=settings.base_url or CREATIVE_CENTER_URL,
            token=settings.token,
            variables=VARIABLES,
            bounds=settings,
            classify=classify,
            check=check,
        )

    def chart_call(self, country: str, days: int, page: int) -> Call:
        """A page of the popular chart."""
        params = {
            "page": str(page),
            "limit": str(PAGE_SIZE),
            "period": str(days),
            "country_code": country,
            "sort_by": "popular",
        }
        context = _context(self.name, "chart", country, days)
        return Call("popular_trend/hashtag/list", params, context)

    def has_more(
        self,
        data: dict[str, Any],
        country: str,  # noqa: ARG002 - the answer does not repeat what was asked
        days: int,  # noqa: ARG002
        about: str,
    ) -> bool:
        """As the page itself says; a chart without pages is one page."""
        pagination = data.get("pagination")
        if pagination is None:
            return False
        has_more = pagination.get("has_more") if isinstance(pagination, dict) else None
        if not isinstance(has_more, bool):
            raise SchemaError(
                f"{about}: field data.pagination.has_more is missing or neither true nor false; fix"
                " the connector"
            )
        return has_more

    def detail_calls(
        self,
        country: str,
        days: int,
        chart: list[dict[str, Any]],  # noqa: ARG002 - this API knows tags by their name
    ) -> Iterator[tuple[str, Call]]:
        """Each watched tag by its name."""
        for tag in self._tags:
            params = {"hashtag_name": tag, "period": str(days), "country_code": country}
            context = _context(self.name, "detail", country, days)
            yield tag, Call("popular_trend/hashtag/detail", params, context)


class Business:
    """TikTok API for Business, version 1.3: one list, details by the id that the list gives.

    The list has at most the 200 most popular tags. A watched tag that is not among them has no id
    and cannot be asked: it has no row that day.
    """

    name = "business"

    def __init__(self, settings: TiktokSettings) -> None:
        if not settings.advertiser_id:
            raise PermanentError(
                "TikTok API for Business answers to advertisers only; set"
                " SHORTDRAMA_TIKTOK__ADVERTISER_ID"
            )
        self._tags = {tag.lower() for tag in settings.hashtags}
        self._asked = {"discovery_type": "HASHTAG", "advertiser_id": settings.advertiser_id}
        self.client = ApiClient(
            base_url=settings.base_url or BUSINESS_URL,
            token=settings.token,
            variables=VARIABLES,
            bounds=settings,
            classify=classify,
            check=partial(check, provider=self.name),
            own_header="Access-Token",
        )

    def chart_call(
        self,
        country: str,
        days: int,
        page: int,  # noqa: ARG002 - the list has no pages
    ) -> Call:
        """The one list."""
        params = {**self._params(country, days), "category_name": "ALL"}
        context = _context(self.name, "chart", country, days)
        return Call("discovery/trending_list/", params, context)

    def has_more(self, data: dict[str, Any], country: str, days: int, about: str) -> bool:
        """Never: there is one list. It is refused if it is the list of something else."""
        asked, applied = self._params(country, days), data.get("filter_info") or {}
        if not isinstance(applied, dict):
            raise SchemaError(f"{about}: data.filter_info is no object; fix the connector")
        # An API that passes over a parameter answers for the US and seven days.
        other = {
            name: applied[name] for name in asked.keys() & applied if applied[name] != asked[name]
        }
        if other:
            raise SchemaError(
                f"{about}: the answer is about {other} and not about what was asked; fix the"
                " connector"
            )
        return False

    def detail_calls(
        self, country: str, days: int, chart: list[dict[str, Any]]
    ) -> Iterator[tuple[str, Call]]:
        """The watched tags that are in the list, by its ids."""
        for entry in chart:
            tag = str(entry.get("hashtag_name", ""))
            if tag.lower() in self._tags:
                params = {**self._params(country, days), "hashtag_id": str(entry["hashtag_id"])}
                context = _context(self.name, "detail", country, days)
                yield tag, Call("discovery/detail/", params, context)

    def _params(self, country: str, days: int) -> dict[str, str]:
        return {**self._asked, "country_code": country, "date_range": f"{days}DAY"}


PROVIDERS: dict[str, type[CreativeCenter] | type[Business]] = {
    "creative_center": CreativeCenter,
    "business": Business,
}


def _context(provider: str, kind: str, country: str, days: int) -> dict[str, str]:
    return {
        "provider": provider,
        "kind": kind,
        "country_code": country,
        "window_days": str(days),
    }
