"""One dataset's load before a source that is well or ill, and how that ends, in a few words."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import Any

import requests
from pydantic import SecretStr

from hostile.faults import Fault, Healthy
from hostile.server import Pieces
from shortdrama.core.errors import (
    LoadRefused,
    PermanentError,
    QuotaError,
    SourceError,
    TransientError,
)
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.datasets.model import Dataset
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck, keys
from shortdrama.lake.landing import Pull, read_pull
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.store import ObjectStore, s3_client
from shortdrama.sources import http
from shortdrama.sources.appfigures import product_list
from shortdrama.sources.connector import PullRequest
from shortdrama_local.simulator.model import market_model

HASHTAG = "/creative_radar_api/v1/popular_trend/hashtag"
BUSINESS = "/open_api/v1.3/discovery"
ROUTES: dict[str, Dataset] = {
    "/v2/reports/estimates": ESTIMATES,
    "/v2/products/mine": PRODUCTS,
    "/v2/unified-apps/search": PRODUCTS,
    "/v2/ranks": RANKS,
    f"{HASHTAG}/list": HASHTAGS,
    f"{HASHTAG}/detail": HASHTAGS,
    f"{BUSINESS}/trending_list": HASHTAGS,
    f"{BUSINESS}/detail": HASHTAGS,
}
LISTS = ("/v2/products/mine", "/v2/unified-apps/search", f"{HASHTAG}/list")
WINDOW = Window(start=date(2025, 9, 1), end=date(2025, 9, 2))

REMEDY = re.compile(
    r"\b(set|check|fix|clear|trigger|pull the window again|pulls this window again|change|see)\b",
    re.IGNORECASE,
)

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Ending:
    """How a load ended, after so many seconds; the most memory that the process then had, in MB."""

    words: str
    seconds: float
    peak_mb: float


@cache
def leaders() -> tuple[int, ...]:
    """Products that are in the charts."""
    return tuple(
        product.id
        for product in market_model().products
        if product.app.name in ("ReelShort", "DramaBox")
    )


def asking_little(settings: Settings, url: str, route: str) -> Settings:
    """The settings with all sources at the address, asked for one country and few tags."""
    tiktok: dict[str, Any] = {
        "base_url": f"{url}/creative_radar_api/v1/",
        "countries": ("US",),
        "window_days": (7,),
        "hashtags": ("shortdrama",),
    }
    if route.startswith(BUSINESS):
        base_url = f"{url}/open_api/v1.3/"
        tiktok |= {"provider": "business", "advertiser_id": "1", "base_url": base_url}
    appfigures = {"base_url": f"{url}/v2/", "countries": ("US",)}
    return settings.model_copy(
        update={
            "appfigures": settings.appfigures.model_copy(update=appfigures),
            "tiktok": settings.tiktok.model_copy(update=tiktok),
        }
    )


def request_of(route: str, run_key: str) -> PullRequest:
    dataset = ROUTES[route]
    window = WINDOW if dataset in (ESTIMATES, RANKS) else None
    return PullRequest(dataset=dataset.id, run_key=run_key, window=window)


def conformed(request: PullRequest, settings: Settings, store: ObjectStore) -> tuple[Pull, Rows]:
    landed = read_pull(store, pull(request, settings, store))
    conform_or_quarantine(landed, settings, store)
    with duck.connect(settings.s3) as connection:
        rows = connection.execute(
            "select * exclude (load_id) from read_parquet(?) order by all",
            [store.uri(keys.candidate(request.dataset, landed.load_id))],
        ).fetchall()
    return landed, rows


def outcome(request: PullRequest, settings: Settings, store: ObjectStore, healthy: Rows) -> str:
    """What happened, in a few words; a failure is held to what it must say and leave behind."""
    try:
        landed, found = conformed(request, settings, store)
        if found == healthy:
            return "the same rows"
        if [_without_what_was_put_in(row) for row in found] == healthy:
            return "the same rows, with the text as it came"
        admit(landed, settings, store)
    except (SourceError, LoadRefused) as error:
        message = str(error)
        assert request.dataset in message, message
        assert request.window is None or str(request.window) in message, message
        assert REMEDY.search(message), f"no remedy in: {message}"
        assert len(message) < 100_000, f"{len(message)} characters"
        kind, status = ("gate", "refused") if isinstance(error, LoadRefused) else ("pull", "failed")
        days = outcomes_of(store, kind, settings.clock.today())
        assert status in {recorded.status for recorded in days}, "no record"
        assert LoadLedger(store, request.dataset).accepted() == []
        return in_words(error)
    return "accepted with other rows"


def _without_what_was_put_in(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row without what faults put before a text."""
    return tuple(
        value.lstrip("\ufffd\0").replace("x" * 10**6, "") if isinstance(value, str) else value
        for value in row
    )


def in_words(error: Exception) -> str:
    if isinstance(error, LoadRefused):
        named = re.search(r"refused: (\w+)", str(error))
        return f"quarantined: {named[1]}" if named else "quarantined: another shape"
    if isinstance(error, QuotaError):
        return "fails at once as quota"
    if isinstance(error, TransientError) and (error.retry_after or 0) > http.LONGEST_WAIT_SECONDS:
        return "fails at once, with the time to come back"
    return "fails at once" if isinstance(error, PermanentError) else "fails after 5 tries"


@dataclass(frozen=True)
class Hostile:
    """A source that passes on what the simulator says, except on one route."""

    simulator: str
    route: str
    fault: Fault | None

    def answers(self, head: bytes) -> Pieces:
        line, *lines = head.decode("latin-1").split("\r\n")
        target = line.split()[1]
        sent = dict(header.split(": ", 1) for header in lines if ": " in header)
        tokens = tuple((n, sent[n]) for n in ("Authorization", "Access-Token") if n in sent)
        headers, body = asked(self.simulator, target, tokens)
        found = re.search(r"[?&]page=(\d+)", target)
        healthy = Healthy(
            headers=dict(headers),
            body=body,
            page=int(found[1]) if found else 1,
            first=lambda: asked(
                self.simulator, re.sub(r"([?&]page=)\d+", r"\g<1>1", target), tokens
            )[1],
        )
        if self.fault is None or not target.startswith(self.route):
            return [healthy.said()]
        return self.fault.pieces(healthy)


@cache
def asked(
    simulator: str, target: str, tokens: tuple[tuple[str, str], ...]
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """What the simulator answers: the headers that say something, and the body."""
    answer = requests.get(simulator + target, headers=dict(tokens), timeout=30)
    kept = [
        (name.lower(), value)
        for name, value in answer.headers.items()
        if name.lower() in ("content-type", "x-currency", "x-shortdrama-sample")
    ]
    return tuple(kept), answer.content


def end(settings: Settings, url: str, route: str, healthy: Rows, *, is_slow: bool) -> Ending:
    """Load through the route in a lake of its own; slow faults end at a deadline of a moment."""
    bounds = (
        {"timeout_seconds": 0.3, "answer_seconds": 0.3, "pull_seconds": 60.0}
        if is_slow
        else {"timeout_seconds": 30.0, "answer_seconds": 30.0, "pull_seconds": 60.0}
    )
    little = asking_little(settings, url, route)
    little = little.model_copy(
        update={
            "s3": settings.s3.model_copy(update={"bucket": f"hostile-{token_hex(6)}"}),
            "appfigures": little.appfigures.model_copy(update=bounds),
            "tiktok": little.tiktok.model_copy(update=bounds),
        }
    )
    store = lake(little)
    _forget_peak()
    began = monotonic()
    words = outcome(request_of(route, "run"), little, store, healthy)
    return Ending(words, monotonic() - began, _peak_mb())


def end_apart(settings: Settings, url: str, route: str, healthy: Rows, is_slow: bool) -> Ending:
    """The same in a process that does nothing else, so that its memory can be measured."""
    http.polite_wait = lambda _: 0.0
    product_list.listed_products = lambda *_: leaders()  # type: ignore[assignment]
    return end(settings, url, route, healthy, is_slow=is_slow)


@cache
def _client(endpoint_url: str) -> Any:
    """Shared, because boto3 takes long to make one."""
    return s3_client(
        S3Settings(
            endpoint_url=endpoint_url, access_key_id="key", secret_access_key=SecretStr("secret")
        )
    )


def lake(settings: Settings) -> ObjectStore:
    """A fresh sample lake."""
    store = ObjectStore(_client(settings.s3.endpoint_url or ""), settings.s3.bucket)
    store.ensure_bucket()
    ensure_lake(store, "sample")
    return store


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    """The most memory since `_forget_peak`, where the system says so."""
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        return int(found[1]) / 1000 if found else 0.0
    return 0.0
