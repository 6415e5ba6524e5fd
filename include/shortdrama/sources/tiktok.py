"""TikTok hashtags in the Creative Center's shape, through a gateway.

The shape is the one that several public clients of the Creative Center agree on; see
docs/sources.md. The curve is relative (its largest value is 1): it is never daily views.
"""

import gzip
import json
from pathlib import Path

import duckdb

from shortdrama.config import TiktokSettings
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.errors import PermanentError, QuotaError, SchemaError, TransientError
from shortdrama.sources.http import ApiClient, Call, Refusal
from shortdrama.windows import Window

ROUTE = "popular_trend/hashtag"
PAGE_SIZE = 20
NO_PERMISSION = 40101


def classify(refusal: Refusal, about: str) -> Exception:
    """The error that an HTTP refusal of the gateway means."""
    if refusal.status == 429 or refusal.status >= 500:
        return TransientError(
            f"{about}: the hashtag gateway answered HTTP {refusal.status}", refusal.retry_after
        )
    if "quota" in refusal.body.lower():
        return QuotaError(f"{about}: the hashtag gateway's quota is spent until 00:00 UTC")
    return PermanentError(
        f"{about}: the hashtag gateway refused the request, HTTP {refusal.status}. Check"
        " SHORTDRAMA_TIKTOK__BASE_URL and SHORTDRAMA_TIKTOK__TOKEN"
    )


def check(body: Path, about: str) -> None:
    """Failures come as HTTP 200 with `code` other than 0."""
    try:
        answer = json.loads(gzip.decompress(body.read_bytes()))
    except ValueError:
        raise TransientError(f"{about}: the hashtag gateway's answer is not JSON") from None
    code = answer.get("code") if isinstance(answer, dict) else None
    if code == NO_PERMISSION:
        raise PermanentError(
            f"{about}: the hashtag gateway does not accept the token; set SHORTDRAMA_TIKTOK__TOKEN"
        )
    if code != 0:
        raise TransientError(f"{about}: the hashtag gateway answered code {code}")
    if not isinstance(answer.get("data"), dict):
        raise SchemaError(f"{about}: the hashtag gateway's answer has no data; mend the connector")


class Hashtags:
    """`tiktok.hashtags`: the chart and the watched tags of each country, as they stand now."""

    def __init__(self, settings: TiktokSettings) -> None:
        self._settings = settings
        self._client = ApiClient(
            base_url=settings.base_url,
            token=settings.token,
            timeout_seconds=settings.timeout_seconds,
            classify=classify,
            check=check,
        )

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """Per country and window: all pages of the chart, and each watched tag's detail."""
        parts = [
            part
            for country in self._settings.countries
            for days in self._settings.window_days
            for part in (
                *self._chart(country, days, request, landing),
                *self._details(country, days, request, landing),
            )
        ]
        day = min(part.said_at for part in parts).date()
        return Coverage(
            window=Window(start=day, end=day), countries=self._settings.countries
        ), parts

    def _chart(self, country: str, days: int, request: PullRequest, landing: Landing) -> list[Part]:
        parts: list[Part] = []
        has_more = True
        while has_more:
            page = len(parts) + 1
            params = {
                "page": str(page),
                "limit": str(PAGE_SIZE),
                "period": str(days),
                "country_code": country,
                "sort_by": "popular",
            }
            call = Call(f"{ROUTE}/list", params, _context("chart", country, days))
            about = f"{request}, chart of {country}, {days} days, page {page}"
            part = self._client.land(call, landing, about)
            parts.append(part)
            pagination = json.loads(landing.read(part))["data"].get("pagination") or {}
            if "has_more" not in pagination:
                raise SchemaError(
                    f"{about}: field data.pagination.has_more is missing in {part.key}; mend the"
                    " connector"
                )
            has_more = pagination["has_more"]
        return parts

    def _details(
        self, country: str, days: int, request: PullRequest, landing: Landing
    ) -> list[Part]:
        return [
            self._client.land(
                Call(
                    f"{ROUTE}/detail",
                    {"hashtag_name": tag, "period": str(days), "country_code": country},
                    _context("detail", country, days),
                ),
                landing,
                f"{request}, #{tag} in {country}, {days} days",
            )
            for tag in self._settings.hashtags
        ]

    def prepare(
        self, connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull
    ) -> None:
        """Relations `chart_pages` and `details` (data, filename)."""
        strict.prepare(connection, store, pull.parts)
        for relation, kind in (("chart_pages", "chart"), ("details", "detail")):
            parts = [part for part in pull.parts if part.context["kind"] == kind]
            strict.json_relation(
                connection, store, relation, parts, {"data": "JSON"}, "unstructured"
            )


def _context(kind: str, country: str, days: int) -> dict[str, str]:
    return {"kind": kind, "country_code": country, "window_days": str(days)}
