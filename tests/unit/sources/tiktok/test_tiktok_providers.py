"""Both providers against a small server of their own, each in its own shape."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
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
NOW = datetime(2025, 10, 9, tzinfo=UTC)
REQUEST = PullRequest(dataset=HASHTAGS.id, run_key="r")

TAGS = {
    name: {
        "hashtag_id": str(number),
        "hashtag_name": name,
        "publish_cnt": 10 * number,
        "video_views": 1_000 * number,
        "rank": number,
        "rank_diff": 2,
        "rank_diff_type": 1,
        "trend": [{"time": 1_740_787_200, "value": 0.38}, {"time": 1_740_873_600, "value": 1}],
    }
    for number, name in enumerate(("shortdrama", "summer", "reelshort"), start=1)
}
ALL_TIME = {"publish_cnt_all": 99, "video_views_all": 9_007_199_254_740_993,
            "audience_ages": [{"age_level": "18-24", "score": 0.7}]}  # fmt: skip


def business_tag(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """What list and detail of TikTok API for Business have in common."""
    return {
        "hashtag_id": str(number),
        "hashtag_name": name,
        "views": 1_000 * number,
        "posts": 10 * number,
        "views_global_lifetime": 9_007_199_254_740_993,
        "posts_global_lifetime": 99,
        "top_country_list": ["US", "BR"],
        "trending_history": [
            {"date": "2025-03-01", "rank_position_daily": "3", "views_daily": 380},
            {"date": "2025-03-02", "rank_position_daily": "1", "views_daily": 1_000},
        ],
        **changes,
    }


BUSINESS_TAGS = {
    name: business_tag(number, name, rank_position=str(number), rank_change="2")
    for number, name in enumerate(TAGS, start=1)
}


class Server(ThreadingHTTPServer):
    """Answers as both APIs do; `code`, `data` and `detail` replace the answer, all or the detail's.

    Keeps what it was asked.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.code = 0
        self.data: dict[str, Any] | None = None
        self.detail: dict[str, Any] | None = None

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
        if self.server.detail is not None and "detail" in parts.path:
            data = self.server.detail
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
        asked = {name: params[name] for name in ("date_range", "country_code", "category_name")}
        return {"filter_info": asked, "list": list(BUSINESS_TAGS.values())}
    if path == "/discovery/detail/":
        number = int(params["hashtag_id"])
        name = list(TAGS)[number - 1]
        ages = [{"age": "18-24", "percentage": 0.7}]
        return {
            **business_tag(number, name),
            "hashtag_status": "ONLINE",
            "audience_insights": {"audience_ages": ages},
        }
    tag = TAGS[params["hashtag_name"]]
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

    def list(self, prefix: str) -> Iterator[str]:
        for path in (self._folder / prefix).glob("*"):
            yield f"{prefix}{path.name}"

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
        Clock(NOW),
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


def columns(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((column.name for column in HASHTAGS.columns), row, strict=True))


def row_of(server: Server, folder: Path, **changes: Any) -> dict[str, Any]:
    """The row of one tag in the list of Business, changed; it is not watched."""
    tag = {**BUSINESS_TAGS["shortdrama"], **changes}
    server.data = {"list": [{name: said for name, said in tag.items() if said != "absent"}]}
    (row,) = rows(settings_of(server, "business", hashtags=()), folder)
    return columns(row)


def test_the_providers_agree_where_they_say_the_same(server: Server, tmp_path: Path) -> None:
    gateway = [columns(r) for r in rows(settings_of(server, "creative_center"), tmp_path / "g")]
    business = [columns(r) for r in rows(settings_of(server, "business"), tmp_path / "b")]
    for ours in (*gateway, *business):
        del ours["is_promoted"], ours["industry"]
        for point in ours["curve"]:
            del point["views"], point["rank"]
    assert [row["hashtag_name"] for row in business] == ["shortdrama", "summer", "reelshort"]
    assert business[::2] == gateway[::2]
    # Only Business says all-time totals of tags that nobody watches.
    assert (business[1].pop("views_all_time"), business[1].pop("posts_all_time")) == (
        9_007_199_254_740_993, 99,
    )  # fmt: skip
    assert business[1].items() <= gateway[1].items()


def test_business_says_the_views_of_each_day(server: Server, tmp_path: Path) -> None:
    watched, unwatched, _ = map(columns, rows(settings_of(server, "business"), tmp_path))
    assert [(str(p["curve_on"]), p["views"], p["rank"], float(p["relative_value"]))
            for p in watched["curve"]] == [
        ("2025-03-01", 380, 3, 0.38), ("2025-03-02", 1_000, 1, 1),
    ]  # fmt: skip
    assert watched["audience_ages"] == [{"age_level": "18-24", "score": Decimal("0.7")}]
    assert unwatched["audience_ages"] is None


def test_a_tag_without_an_audience_was_asked_all_the_same(server: Server, tmp_path: Path) -> None:
    server.detail = business_tag(1, "shortdrama", hashtag_status="OFFLINE", audience_insights={})
    settings = settings_of(server, "business", hashtags=("shortdrama",))
    assert columns(rows(settings, tmp_path)[0])["audience_ages"] == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [("NEW", (None, 4)), ("4", (4, 1)), (4, (4, 1)), ("+4", (4, 1)), ("-4", (4, 3)), (-4, (4, 3)),
     ("0", (0, 2)), (0, (0, 2)), (None, (None, None)), ("absent", (None, None))],
)  # fmt: skip
def test_a_change_of_place_is_read_as_number_text_or_new(
    server: Server, tmp_path: Path, change: Any, expected: tuple[int | None, int | None]
) -> None:
    row = row_of(server, tmp_path, rank_change=change)
    assert (row["rank_diff"], row["rank_diff_type"]) == expected


@pytest.mark.parametrize(("position", "rank"), [("7", 7), (7, 7), (None, None), ("absent", None)])
def test_a_place_is_read_as_text_or_number(
    server: Server, tmp_path: Path, position: Any, rank: int | None
) -> None:
    assert row_of(server, tmp_path, rank_position=position)["rank"] == rank


@pytest.mark.parametrize("history", [None, "absent"])
def test_a_tag_without_a_history_has_no_curve(server: Server, tmp_path: Path, history: Any) -> None:
    assert row_of(server, tmp_path, trending_history=history)["curve"] is None
    assert row_of(server, tmp_path / "empty", trending_history=[])["curve"] == []


def test_views_of_a_day_that_are_not_said_are_null_and_never_zero(
    server: Server, tmp_path: Path
) -> None:
    history = [
        {"date": "2025-03-01T00:00:00", "rank_position_daily": None, "views_daily": None},
        {"date": "2025-03-02", "rank_position_daily": 7, "views_daily": 0},
    ]
    row = row_of(server, tmp_path, trending_history=history, top_country_list=[{"country_code": 1}])
    assert [(p["views"], p["relative_value"], p["rank"]) for p in row["curve"]] == [
        (None, None, None), (0, 0, 7),
    ]  # fmt: skip


def test_a_detail_fills_in_the_days_that_the_list_leaves_out(
    server: Server, tmp_path: Path
) -> None:
    server.data = {"list": [{**BUSINESS_TAGS["shortdrama"], "trending_history": []}]}
    server.detail = business_tag(1, "shortdrama")
    (row,) = rows(settings_of(server, "business"), tmp_path)
    assert [point["views"] for point in columns(row)["curve"]] == [380, 1_000]


DAY = {"date": "2025-03-01", "rank_position_daily": "1", "views_daily": 5}


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ({"views": "absent"}, '"views" should be a whole number, but is missing'),
        ({"views": "1000"}, '"views" should be a whole number, but is "1000"'),
        ({"rank_position": "first"}, '"rank_position" should be a whole number, but is "first"'),
        ({"rank_position": 1.5}, '"rank_position" should be a whole number, but is 1.5'),
        ({"rank_change": "new"}, '"rank_change" should be a whole number, but is "new"'),
        ({"hashtag_id": 7}, '"hashtag_id" should be a text, but is 7'),
        ({"trending_history": {}}, '"trending_history" should be a JSON array'),
        ({"trending_history": [{**DAY, "views_daily": 1.5}]}, '"trending_history.views_daily"'),
        ({"trending_history": [{**DAY, "views_daily": "5"}]}, '"trending_history.views_daily"'),
        ({"trending_history": [{**DAY, "date": "yesterday"}]}, '"trending_history.date"'),
        ({"trending_history": [{"date": "2025-03-01"}]}, '"trending_history.views_daily"'),
    ],
    ids=lambda value: None if isinstance(value, str) else "_".join(value),
)
def test_a_tag_of_business_of_another_shape_is_refused(
    server: Server, tmp_path: Path, defect: dict[str, Any], told: str
) -> None:
    with pytest.raises(duckdb.Error, match=re.escape(f"field {told}")):
        row_of(server, tmp_path, **defect)


def test_a_detail_in_the_creative_centers_wrapper_is_refused(
    server: Server, tmp_path: Path
) -> None:
    server.detail = {"info": business_tag(1, "shortdrama")}
    with pytest.raises(duckdb.Error, match='field "hashtag_id" should be a text, but is missing'):
        rows(settings_of(server, "business"), tmp_path)


@pytest.mark.parametrize("applied", [{"country_code": "ID"}, {"date_range": "7DAY"}, ["US"], "US"])
def test_a_list_of_something_else_than_was_asked_is_refused(
    server: Server, tmp_path: Path, applied: Any
) -> None:
    server.data = {"list": list(BUSINESS_TAGS.values()), "filter_info": applied}
    with pytest.raises(SchemaError, match=r"the answer is about .* not about|filter_info is no"):
        pulled(settings_of(server, "business"), tmp_path)


def test_coverage_says_who_was_asked(server: Server, tmp_path: Path) -> None:
    for provider in ("business", "creative_center"):
        landing = Landing(
            Files(tmp_path / provider),
            HASHTAGS.id,
            REQUEST.pull_id,
            Clock(NOW),  # type: ignore[arg-type]
        )
        coverage, _ = Hashtags(settings_of(server, provider)).pull(REQUEST, landing)
        assert coverage.provider == provider


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


def test_business_without_an_advertiser_is_refused_before_any_call(
    server: Server, tmp_path: Path
) -> None:
    with pytest.raises(PermanentError, match="set SHORTDRAMA_TIKTOK__ADVERTISER_ID"):
        pulled(settings_of(server, "business", advertiser_id=""), tmp_path)
    assert server.asked == []


def test_a_detail_about_another_tag_is_refused(server: Server, tmp_path: Path) -> None:
    server.detail = business_tag(99, "other")
    with pytest.raises(SchemaError, match="the detail is about the id '99' and not about '1'"):
        pulled(settings_of(server, "business", hashtags=("shortdrama",)), tmp_path)


def test_a_detail_without_anything_adds_nothing(server: Server, tmp_path: Path) -> None:
    server.detail = {}
    parts = pulled(settings_of(server, "business", hashtags=("shortdrama",)), tmp_path)
    assert {part.ending for part in parts if part.context["kind"] == "detail"} == {"empty"}
    ages = [columns(row)["audience_ages"] for row in rows(
        settings_of(server, "business", hashtags=("shortdrama",)), tmp_path)]  # fmt: skip
    assert ages
    assert not any(ages)
