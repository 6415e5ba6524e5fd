"""`tiktok.hashtags`: the chart and the watched tags of each country, as they stand now."""

from functools import partial

import duckdb

from shortdrama.core.errors import SchemaError
from shortdrama.core.settings import Settings, TiktokSettings
from shortdrama.core.windows import Window
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.sources import strict
from shortdrama.sources.body import Body
from shortdrama.sources.connector import Connector, PullRequest
from shortdrama.sources.http import Call
from shortdrama.sources.pages import Page, count_in, land_pages, parsed
from shortdrama.sources.tiktok.providers import PROVIDERS, Provider


def connector(settings: Settings, store: ObjectStore) -> Connector:  # noqa: ARG001 - asks by itself
    """The way in, through the provider that the settings name."""
    return Hashtags(settings.tiktok)


class Hashtags:
    """`tiktok.hashtags`: the chart and the watched tags of each country, as they stand now."""

    def __init__(self, settings: TiktokSettings) -> None:
        self._settings = settings

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """Per country and window: the whole chart, and the watched tags' details."""
        provider = PROVIDERS[self._settings.provider](self._settings)
        parts = [
            part
            for country in self._settings.countries
            for days in self._settings.window_days
            for part in _country_parts(provider, country, days, request, landing)
        ]
        day = min(part.said_at for part in parts).date()
        coverage = Coverage(
            window=Window(start=day, end=day),
            countries=self._settings.countries,
            provider=provider.name,
        )
        return coverage, parts


def prepare(connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull) -> None:
    """Relations `chart_pages` and `details` (data, filename)."""
    strict.prepare(connection, store, pull.parts)
    for relation, kind in (("chart_pages", "chart"), ("details", "detail")):
        parts = [part for part in pull.parts if part.context["kind"] == kind]
        strict.json_relation(connection, store, relation, parts, {"data": "JSON"}, "unstructured")


def first_page(settings: TiktokSettings) -> str:
    """What the first page of the first chart holds; asks once, raises SourceError."""
    provider = PROVIDERS[settings.provider](settings)
    country, days = settings.countries[0], settings.window_days[0]
    about = f"TikTok, chart of {country}, {days} days"
    text = provider.client.ask(provider.chart_call(country, days, 1), about)
    page = _page(provider, country, days, text, about)
    return f"{settings.provider}: {len(page.entries)} hashtags on the first page for {country}"


def _country_parts(
    provider: Provider, country: str, days: int, request: PullRequest, landing: Landing
) -> list[Part]:
    parts, chart = land_pages(
        provider.client,
        partial(provider.chart_call, country, days),
        partial(_page, provider, country, days),
        landing,
        f"{request}, chart of {country}, {days} days",
    )
    for tag, call in provider.detail_calls(country, days, chart):
        about = f"{request}, #{tag} in {country}, {days} days"
        parts.append(provider.client.land(call, landing, about, partial(_check_detail, call)))
    return parts


def _check_detail(call: Call, body: Body, about: str) -> int:
    """Count the one entry or none; raises SchemaError if it has another id than was asked for."""
    data = parsed(body.text(), about)["data"]
    if "hashtag_id" not in call.params:
        return int(bool(data.get("info")))
    said = data.get("hashtag_id", call.params["hashtag_id"])
    if said != call.params["hashtag_id"]:
        raise SchemaError(
            f"{about}: the detail is about the id {str(said)[:40]!r} and not about"
            f" {call.params['hashtag_id']!r}, which was asked for; fix the connector"
        )
    return int(bool(data))


def _page(provider: Provider, country: str, days: int, text: bytes, about: str) -> Page:
    data = parsed(text, about)["data"]
    entries, pagination = data.get("list"), data.get("pagination")
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and "hashtag_id" in entry for entry in entries
    ):
        raise SchemaError(
            f"{about}: data.list is no list of hashtags with an id; fix the connector"
        )
    if not isinstance(pagination, dict | None):
        raise SchemaError(f"{about}: data.pagination is no object; fix the connector")
    total = (pagination or {}).get("total")
    return Page(
        entries=entries,
        total=None if total is None else count_in(total, "data.pagination.total", about),
        has_more=provider.has_more(data, country, days, about),
    )
