"""Both providers against a small server of their own; what comes out of them is the same."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.errors import PermanentError, SchemaError, TransientError
from shortdrama.core.settings import TiktokSettings
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.lake.landing import Landing, Part, Pull
from shortdrama.lake.store import NotFound
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.modules import rows_sql
from shortdrama.sources.tiktok import hashtags
from shortdrama.sources.tiktok.hashtags import Hashtags

TOKEN = "not-a-secret"
REQUEST = PullRequest(dataset=HASHTAGS.id, run_key="r")

TAGS = {
    name: {
        "hashtag_id": str(number),
        "hashtag_name": name,
        "publish_cnt": 10 * number,
        "video_views": 1_000 * number,
        "rank": number,
        "trend": [{"time": 1_740_787_200, "value": 0.38}, {"time": 1_740_873_600, "value": 1}],
    }
    for number, name in enumerate(("shortdrama", "summer", "reelshort"), start=1)
}
ALL_TIME = {"publish_cnt_all": 99, "video_views_all": 9_007_199_254_740_993,
            "audience_ages": [{"age_level": "18-24", "score": 0.7}]}  # fmt: skip


class Server(ThreadingHTTPServer):
    """Answers as both APIs do; `code` and `data` replace the answer. Keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.code = 0
        self.data: dict[str, Any] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = dict(parse_qsl(parts.query))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((parts.path, params, headers))
        data = self.server.data if self.server.data is not None else answer(parts.path, params)
        body = json.dumps({"code": self.server.code, "message": "", "data": data}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def answer(path: str, params: dict[str, str]) -> dict[str, Any]:
    if path == "/popular_trend/hashtag/list":
        page = int(params["page"])
        entries = list(TAGS.values())[2 * page - 2 : 2 * page]
        return {"list": entries, "pagination": {"page": page, "has_more": page == 1}}
    if path == "/discovery/trending_list/":
        return {"list": list(TAGS.values())}
    known = {key: tag for tag in TAGS.values() for key in (tag["hashtag_id"], tag["hashtag_name"])}
    tag = known[params.get("hashtag_id") or params["hashtag_name"]]
    return {"info": {**tag, **ALL_TIME}}


class Files:
    """As much of the lake's store as landing and the reader use, on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def uri(self, key: str) -> str:
        return str(self._folder / key)

    def get(self, key: str) -> bytes:
        try:
            return (self._folder / key).read_bytes()
        except FileNotFoundError:
            raise NotFound(key) from None

    def put(self, key: str, body: bytes, **_: object) -> None:
        (self._folder / key).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / key).write_bytes(body)

    def upload(self, path: Path, key: str) -> None:
        self.put(key, path.read_bytes())


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def settings_of(server: Server, provider: str, **changes: Any) -> TiktokSettings:
    return TiktokSettings.model_validate(
        {
            "provider": provider,
            "base_url": server.url,
            "token": TOKEN,
            "advertiser_id": "7",
            "countries": ("US",),
            "window_days": (30,),
            "hashtags": ("shortdrama", "reelshort"),
            **changes,
        }
    )


def pulled(settings: TiktokSettings, folder: Path) -> list[Part]:
    landing = Landing(
        Files(folder),  # type: ignore[arg-type]
        HASHTAGS.id,
        REQUEST.pull_id,
        Clock(datetime(2025, 10, 9, tzinfo=UTC)),
    )
    _, parts = Hashtags(settings).pull(REQUEST, landing)
    return parts


def rows(settings: TiktokSettings, folder: Path) -> list[tuple[Any, ...]]:
    parts = pulled(settings, folder)
    coverage = {"window": {"start": "2025-10-09", "end": "2025-10-09"}}
    pull = Pull.model_validate(
        {"pull_id": "p", "dataset": HASHTAGS.id, "coverage": coverage, "parts": parts}
    )
    with duckdb.connect() as connection:
        connection.execute("set variable said_at = timestamp '2025-10-09 00:00:00'")
        hashtags.prepare(connection, Files(folder), pull)  # type: ignore[arg-type]
        return connection.execute(f"from ({rows_sql(HASHTAGS)}) order by rank").fetchall()


def test_the_providers_give_the_same_rows(server: Server, tmp_path: Path) -> None:
    gateway = rows(settings_of(server, "creative_center"), tmp_path / "gateway")
    business = rows(settings_of(server, "business"), tmp_path / "business")
    assert business == gateway
    assert [row[1] for row in business] == ["shortdrama", "summer", "reelshort"]


def test_a_snapshot_is_kept_as_it_is(server: Server, tmp_path: Path) -> None:
    first, unwatched, _ = rows(settings_of(server, "business"), tmp_path)
    names = [column.name for column in HASHTAGS.columns]
    watched = dict(zip(names, first, strict=True))
    assert (watched["posts"], watched["views"]) == (10, 1_000)
    assert watched["posts_all_time"] == 99
    assert watched["views_all_time"] == 9_007_199_254_740_993
    assert [float(point["relative_value"]) for point in watched["curve"]] == [0.38, 1]
    assert [age["age_level"] for age in watched["audience_ages"]] == ["18-24"]
    assert dict(zip(names, unwatched, strict=True))["views_all_time"] is None


def test_business_is_asked_as_the_vendors_client_asks(server: Server, tmp_path: Path) -> None:
    pulled(settings_of(server, "business"), tmp_path)
    assert [(path, params) for path, params, _ in server.asked] == [
        (
            "/discovery/trending_list/",
            {"discovery_type": "HASHTAG", "advertiser_id": "7", "country_code": "US",
             "date_range": "30DAY", "category_name": "ALL"},
        ),
        *(
            (
                "/discovery/detail/",
                {"discovery_type": "HASHTAG", "advertiser_id": "7", "country_code": "US",
                 "date_range": "30DAY", "hashtag_id": hashtag_id},
            )
            for hashtag_id in ("1", "3")
        ),
    ]  # fmt: skip
    assert {headers["access-token"] for *_, headers in server.asked} == {TOKEN}
    assert not any("authorization" in headers for *_, headers in server.asked)


def test_a_gateway_is_asked_page_by_page_with_a_bearer_token(
    server: Server, tmp_path: Path
) -> None:
    pulled(settings_of(server, "creative_center"), tmp_path)
    assert [path.rsplit("/", 1)[1] for path, *_ in server.asked] == [
        "list", "list", "detail", "detail",
    ]  # fmt: skip
    assert {headers["authorization"] for *_, headers in server.asked} == {f"Bearer {TOKEN}"}


def test_watched_tags_that_business_does_not_list_have_no_row(
    server: Server, tmp_path: Path
) -> None:
    settings = settings_of(server, "business", hashtags=("tiktokminis",))
    assert len(rows(settings, tmp_path)) == 3
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("provider", "code"), [("creative_center", 40101), ("business", 40101), ("business", 40105)]
)
def test_a_code_about_the_token_is_permanent_and_asked_once(
    server: Server, tmp_path: Path, provider: str, code: int
) -> None:
    server.code = code
    with pytest.raises(PermanentError, match=rf"code {code}.*SHORTDRAMA_TIKTOK__TOKEN") as refusal:
        pulled(settings_of(server, provider), tmp_path)
    assert len(server.asked) == 1
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("provider", ["creative_center", "business"])
def test_any_other_code_is_retried_and_told(
    server: Server, tmp_path: Path, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortdrama.sources.http.polite_wait", lambda _: 0.0)
    server.code = 40100
    with pytest.raises(TransientError, match=r"chart of US, 30 days, page 1: .*code 40100"):
        pulled(settings_of(server, provider), tmp_path)
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    "data",
    [{}, {"list": {}}, {"list": [{"hashtag_name": "x"}]}, {"list": ["x"]}],
    ids=["no_list", "object", "no_id", "texts"],
)
@pytest.mark.parametrize("provider", ["creative_center", "business"])
def test_another_shape_is_refused(
    server: Server, tmp_path: Path, provider: str, data: dict[str, Any]
) -> None:
    server.data = data
    with pytest.raises(SchemaError, match=r"data\.list is no list of hashtags with an id"):
        pulled(settings_of(server, provider), tmp_path)


def test_more_pages_than_business_can_be_asked_for_are_refused(
    server: Server, tmp_path: Path
) -> None:
    server.data = {"list": list(TAGS.values()), "pagination": {"has_more": True}}
    with pytest.raises(SchemaError, match="more pages than the one"):
        pulled(settings_of(server, "business"), tmp_path)


def test_business_without_an_advertiser_is_refused_before_any_call(
    server: Server, tmp_path: Path
) -> None:
    with pytest.raises(PermanentError, match="set SHORTDRAMA_TIKTOK__ADVERTISER_ID"):
        pulled(settings_of(server, "business", advertiser_id=""), tmp_path)
    assert server.asked == []
