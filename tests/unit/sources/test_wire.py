"""What goes out to a source and what is taken from it, byte for byte."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pydantic import SecretStr

from hostile.server import Pause, Pieces, RawServer, said, serving
from shortdrama.core.clock import Clock
from shortdrama.core.errors import PermanentError, TransientError
from shortdrama.core.settings import AppfiguresSettings, HttpSettings, TiktokSettings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.landing import Landing
from shortdrama.sources.appfigures.client import client as appfigures_client
from shortdrama.sources.http import ATTEMPTS, ApiClient, Call
from shortdrama.sources.tiktok.providers import PROVIDERS
from shortdrama.sources.wire import HeaderAuth, open_session

TOKEN = "pat_ours"
CALL = Call("reports/estimates", {"countries": "US"})
DEADLINE = 0.12
BUSY_SECONDS = 10
"""What a machine that does other work may add. Without a deadline a drip takes far longer."""
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def landing(store: Any) -> Landing:
    return Landing(store, ESTIMATES.id, "pull", Clock(datetime(2026, 2, 25, 8, tzinfo=UTC)))


def client_of(url: str, **options: Any) -> ApiClient:
    bounds = options.pop("bounds", HttpSettings(timeout_seconds=DEADLINE, answer_seconds=DEADLINE))
    return ApiClient(
        base_url=url,
        token=SecretStr(TOKEN),
        variables="SHORTDRAMA_VENDOR",
        bounds=bounds,
        classify=lambda refusal, about: PermanentError(f"{about}: HTTP {refusal.status}"),
        check=lambda *_: None,
        wait=lambda _: 0.0,
        **options,
    )


def slowly(*pieces: bytes) -> Pieces:
    for piece in pieces:
        for place in range(len(piece)):
            yield piece[place : place + 1]
            yield Pause(0.02)


def for_ever(piece: bytes, *before: bytes) -> Pieces:
    yield from before
    yield from repeat(piece)


DRIPS: dict[str, Callable[[], Pieces]] = {
    "nothing": lambda: [Pause(60)],
    "the_status_line": lambda: slowly(said(b"[]")),
    "a_header": lambda: [HEAD, *slowly(b"X-A: " + b"a" * 1000)],
    "many_headers": lambda: (piece for _ in repeat(0) for piece in (HEAD, Pause(0.02))),
    "the_body": lambda: [HEAD + b"Content-Length: 1000\r\n\r\n[", *slowly(b" " * 999)],
    "a_body_without_length": lambda: [HEAD + b"\r\n[", *slowly(b" " * 1000)],
    "chunks": lambda: [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *slowly(b"1\r\n[\r\n" + b"1\r\n \r\n" * 200)
    ],
    "the_length_of_a_chunk": lambda: [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *slowly(b"0" * 1000)
    ],
    "a_trailer": lambda: [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n", *slowly(b"X: y\r\n" * 200)
    ],
    "the_body_of_an_error": lambda: [
        b"HTTP/1.1 400 Bad\r\nContent-Length: 1000\r\n\r\n", *slowly(b"x" * 1000)
    ],
    "early_hints": lambda: [b"HTTP/1.1 103 E\r\n\r\n", *slowly(b"HTTP/1.1 103 E\r\n\r\n" * 9)],
    "packed_nothing": lambda: [
        HEAD + b"Content-Encoding: gzip\r\n\r\n", *slowly(gzip.compress(b"[]") * 100)
    ],
}  # fmt: skip


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
def test_an_answer_that_drips_ends_at_its_deadline(drip, landing) -> None:
    with serving(lambda _: drip()) as server:
        began = monotonic()
        client = client_of(server.url, bounds=HttpSettings(answer_seconds=DEADLINE))
        with pytest.raises(TransientError, match=r"within 0\.12 s\. .*SHORTDRAMA_VENDOR__ANSWER_S"):
            client.land(CALL, landing, "about")
        assert monotonic() - began < ATTEMPTS * DEADLINE + BUSY_SECONDS
        # On a busy machine a try can end before the server has read its request.
        assert ATTEMPTS - 1 <= len(server.heads) <= ATTEMPTS


def test_a_silent_source_is_given_up_before_its_deadline(landing) -> None:
    with serving(lambda _: [HEAD, Pause(60)]) as server:
        bounds = HttpSettings(timeout_seconds=0.1, answer_seconds=60)
        with pytest.raises(TransientError, match="did not answer properly"):
            client_of(server.url, bounds=bounds).land(CALL, landing, "about")


def test_a_pull_has_a_deadline_over_all_its_calls(landing) -> None:
    with serving(lambda _: [Pause(0.6), said(b"[]")]) as server:
        client = client_of(server.url, bounds=HttpSettings(pull_seconds=1))
        client.land(Call("1", {}), landing, "about")
        with pytest.raises(TransientError, match=r"used up its 1 s \(SHORTDRAMA_VENDOR__PULL_SE"):
            client.land(Call("2", {}), landing, "about")
        assert len(server.heads) == 2


def packed(body: bytes, *headers: str) -> bytes:
    return said(gzip.compress(body), "Content-Encoding: gzip", *headers)


LONG: dict[str, Callable[[], Pieces]] = {
    "length_said": lambda: [said(b"[" + b" " * 200_000 + b"]")],
    "without_end": lambda: for_ever(b" " * 1000, HEAD + b"\r\n["),
    "in_chunks_without_end": lambda: for_ever(
        b"400\r\n" + b" " * 1024 + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n"
    ),
    "packed": lambda: [packed(b"[" + b" " * 200_000 + b"]")],
    "packed_members_of_nothing": lambda: for_ever(
        gzip.compress(b"") * 100, HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"[")
    ),
}


@pytest.mark.parametrize("answer", LONG.values(), ids=LONG)
def test_an_answer_may_be_so_long_and_no_longer(answer, landing) -> None:
    with serving(lambda _: answer()) as server:
        client = client_of(server.url, bounds=HttpSettings(answer_seconds=20), most_bytes=100_000)
        with pytest.raises(PermanentError, match=r"about: the answer holds more than 0\.1 MB"):
            client.land(CALL, landing, "about")
        assert len(server.heads) == 1


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
    ids=["103", "several"],
)
def test_what_is_said_before_the_answer_is_passed_over(before, landing) -> None:
    with serving(lambda _: [before + said(b"[1]")]) as server:
        part = client_of(server.url).land(CALL, landing, "about")
    assert landing.read(part) == b"[1]"
    assert part.response["status"] == "200"


@pytest.mark.parametrize("status", [100, 103])
def test_a_source_that_never_comes_to_its_answer_is_trouble(status, landing) -> None:
    before = f"HTTP/1.1 {status} Not yet\r\n\r\n".encode()
    with serving(lambda _: for_ever(before)) as server:
        client = client_of(server.url, bounds=HttpSettings())
        with pytest.raises(TransientError, match="did not answer properly"):
            client.land(CALL, landing, "about")


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf[1]", b"\n\n  [1]", b"[1]\r\n\r\n"])
def test_blanks_and_a_mark_around_the_text_are_no_error(body, landing) -> None:
    with serving(lambda _: [said(body)]) as server:
        assert landing.read(client_of(server.url).land(CALL, landing, "about")) == body


@pytest.mark.parametrize("opens", [b"[", b'{"a":'])
def test_a_text_that_would_end_the_process_is_not_landed(opens, landing, store) -> None:
    closes = b"]" if opens == b"[" else b"}"
    deep = opens * 300_000 + b"1" + closes * 300_000
    with (
        serving(lambda _: [said(deep)]) as server,
        pytest.raises(PermanentError, match="brackets nest too deep"),
    ):
        client_of(server.url, bounds=HttpSettings()).land(CALL, landing, "about")
    assert list(store.list("landing/")) == []


# -- only our credentials


CLIENTS: dict[str, Callable[[str], ApiClient]] = {
    "appfigures": lambda url: appfigures_client(
        AppfiguresSettings(base_url=url, token=SecretStr(TOKEN)), lambda *_: None
    ),
    **{
        name: lambda url, provider=provider: provider(
            TiktokSettings(base_url=url, token=SecretStr(TOKEN), advertiser_id="7")
        ).client
        for name, provider in PROVIDERS.items()
    },
}  # fmt: skip


def asked(client: Callable[[str], ApiClient], server: RawServer) -> bytes:
    """Two requests in one session: the second is the one that could carry a cookie."""
    server.heads.clear()
    session = client(server.url)
    for _ in range(2):
        session.ask(Call("x", {}), "about")
    first, second = server.heads
    assert first == second
    return first


@pytest.fixture
def vendor() -> Iterator[RawServer]:
    # An answer that every check takes.
    body = b'{"code": 0, "data": {"list": []}}'
    # The server hangs up after each answer, and says so: no request may go into the void.
    headers = ("Set-Cookie: a=b; Path=/", "Set-Cookie: c=d", "Connection: close")
    with serving(lambda _: [said(body, *headers)]) as server:
        yield server


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize(
    "variables",
    [
        {},
        dict.fromkeys(
            ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"),
            "http://127.0.0.1:1",
        ),
        {"REQUESTS_CA_BUNDLE": "/nowhere", "CURL_CA_BUNDLE": "/nowhere"},
    ],
    ids=["netrc", "proxies", "bundles"],
)
def test_the_requests_that_leave_are_byte_for_byte_those_without_a_netrc_proxy_or_cookie(
    client, variables, vendor, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    before = asked(client, vendor)
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login somebody password planted\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert asked(client, vendor) == before
    assert TOKEN.encode() in before
    assert b"ookie" not in before


def test_a_proxy_is_the_one_of_the_settings(landing) -> None:
    with serving(lambda _: [said(b"[]")]) as proxy:
        bounds = HttpSettings(proxy=SecretStr(proxy.url.replace("//", "//us:word@")))
        client_of("http://vendor.invalid/v2/", bounds=bounds).land(CALL, landing, "about")
        (head,) = proxy.heads
    assert head.startswith(b"GET http://vendor.invalid/v2/reports/estimates?countries=US HTTP/1.1")
    assert f"Authorization: Bearer {TOKEN}".encode() in head


def test_certificates_to_trust_are_those_of_the_settings(tmp_path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    auth = HeaderAuth("Authorization", "x")
    assert open_session(auth, "us", HttpSettings(ca_file=ca_file)).verify == str(ca_file)
    assert open_session(auth, "us", HttpSettings()).verify is True


def test_a_bare_connection_to_a_tls_port_and_back_is_trouble(landing) -> None:
    with serving(lambda _: [b"\x15\x03\x03\x00\x02\x02\x28"]) as server:
        for url in (server.url, server.url.replace("http:", "https:")):
            with pytest.raises(TransientError, match="did not answer properly"):
                client_of(url, bounds=HttpSettings()).land(CALL, landing, "about")


@pytest.mark.parametrize(
    "body",
    [
        zlib.compress(b"[" + b" " * 5_000_000 + b"]"),
        gzip.compress(gzip.compress(b"[" + b" " * 5_000_000 + b"]")),
    ],
)
@pytest.mark.parametrize("encoding", ["deflate", "gzip, gzip", "br", "x-unheard-of"])
def test_only_the_packing_that_was_asked_for_is_unpacked(body, encoding, landing) -> None:
    with (
        serving(lambda _: [said(body, f"Content-Encoding: {encoding}")]) as server,
        pytest.raises(TransientError, match="packed in a way that was not asked for"),
    ):
        client_of(server.url).land(CALL, landing, "about")


def test_the_error_of_a_refusal_is_not_unpacked_without_end(landing, tmp_path: Path) -> None:
    body = gzip.compress(b"x" * 50_000_000)
    answer = said(body, "Content-Encoding: gzip", status="400 Bad Request")
    with (
        serving(lambda _: [answer]) as server,
        pytest.raises(PermanentError, match="HTTP 400"),
    ):
        client_of(server.url, bounds=HttpSettings(answer_seconds=5)).land(CALL, landing, "about")
