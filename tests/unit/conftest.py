"""A lake, sources and a mail server, on loopback. DuckDB and requests speak real HTTP here."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from socket import SO_LINGER, SOL_SOCKET
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from fastapi import FastAPI
from moto.core.botocore_stubber import BotocoreStubber
from pydantic import SecretStr

from shortdrama.core.clock import Clock
from shortdrama.core.settings import (
    AppfiguresSettings,
    MailSettings,
    Recipient,
    S3Settings,
    Settings,
    TiktokSettings,
)
from shortdrama.core.windows import Window
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore, s3_client
from shortdrama_local.simulator.app import create_app
from shortdrama_local.simulator.model import market_model

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
WEEK = Window(start=date(2025, 9, 1), end=date(2025, 9, 3))
TOKEN = "pat_planted_to_be_found"

PRECONDITIONS = ("if-match", "if-none-match")


class S3Server(ThreadingHTTPServer):
    """moto behind a socket: DuckDB speaks HTTP itself, so that patching botocore is not enough.

    It lives in this process: ask DuckDB by `execute`, for `len(relation)` keeps Python's lock while
    it waits for an answer. `lax`: preconditions of writes are ignored, as some S3 servers do.
    """

    daemon_threads = True
    lax = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), S3Handler)
        # moto looks and then writes; S3 promises that nobody comes in between.
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class S3Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each body waits for the ACK of its headers
    server: S3Server

    def answer(self) -> None:
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            if not (self.server.lax and name.lower() in PRECONDITIONS):
                headers[name] = value
        request = AWSPreparedRequest(
            method=self.command,
            url=f"https://s3.us-east-1.amazonaws.com{self.path}",
            headers=headers,
            body=self.rfile.read(int(self.headers.get("content-length", 0))),
            stream_output=False,
        )
        with self.server.lock:
            found = BotocoreStubber().process_request(request)
        assert found is not None, f"moto has no route for {self.command} {self.path}"
        status, answered, body = found
        content = body.encode() if isinstance(body, str) else body
        self.send_response_only(status)
        for name, value in dict(answered).items():
            if name.lower() not in ("content-length", "transfer-encoding"):
                self.send_header(name, str(value))
        length = answered.get("content-length") if self.command == "HEAD" else len(content)
        self.send_header("content-length", str(length or 0))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def _s3_server() -> Iterator[S3Server]:
    server = S3Server()
    with serving(server):
        yield server


@pytest.fixture
def s3_server(_s3_server: S3Server) -> Iterator[S3Server]:
    yield _s3_server
    _s3_server.lax = False


def s3_settings(server: S3Server, bucket: str) -> S3Settings:
    return S3Settings(
        endpoint_url=server.url,
        bucket=bucket,
        access_key_id="key",
        secret_access_key=SecretStr("secret"),
    )


@pytest.fixture(scope="session")
def _client(_s3_server: S3Server) -> Any:
    """Shared, because boto3 takes long to make one."""
    return s3_client(s3_settings(_s3_server, "any"))


def fresh_bucket(server: S3Server, client: Any) -> S3Settings:
    settings = s3_settings(server, f"lake-{token_hex(6)}")
    ObjectStore(client, settings.bucket).ensure_bucket()
    return settings


@pytest.fixture
def s3(s3_server: S3Server, _client: Any) -> S3Settings:
    """A fresh bucket."""
    return fresh_bucket(s3_server, _client)


@pytest.fixture(scope="module")
def s3_module(_s3_server: S3Server, _client: Any) -> S3Settings:
    """A bucket of all tests of a module."""
    return fresh_bucket(_s3_server, _client)


@pytest.fixture
def store(s3: S3Settings, _client: Any) -> ObjectStore:
    """The fresh bucket, marked as a sample lake."""
    store = ObjectStore(_client, s3.bucket)
    ensure_lake(store, "sample")
    return store


@dataclass
class Simulator:
    """The simulator as a server, and the requests that it got."""

    app: FastAPI
    url: str = ""
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture(scope="session")
def _simulator() -> Iterator[Simulator]:
    simulator = Simulator(create_app(market_model(), Clock(NOW), TOKEN, request_limit=1_000_000))

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            params = dict(parse_qsl(scope["query_string"].decode()))
            simulator.calls.append((scope["path"], params))
        await simulator.app(scope, receive, send)

    server = uvicorn.Server(
        uvicorn.Config(counted, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the simulator did not start"
    simulator.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield simulator
    server.should_exit = True
    thread.join()


@pytest.fixture
def simulator(_simulator: Simulator) -> Simulator:
    """Without faults, and with no calls counted yet."""
    requests.delete(f"{_simulator.url}/simulator/faults", timeout=5)
    _simulator.calls.clear()
    return _simulator


@pytest.fixture
def settings(s3: S3Settings, store: ObjectStore, simulator: Simulator) -> Settings:
    """The pipeline at a frozen instant, before the fresh lake and the simulator."""
    return Settings(
        frozen_clock=NOW,
        lake_kind="sample",
        s3=s3,
        appfigures=AppfiguresSettings(
            base_url=f"{simulator.url}/v2/", token=SecretStr(TOKEN), countries=("US", "CN")
        ),
        tiktok=TiktokSettings(
            base_url=f"{simulator.url}/creative_radar_api/v1/",
            token=SecretStr(TOKEN),
            countries=("US",),
            window_days=(7,),
            hashtags=("shortdrama", "reelshort"),
        ),
    )


@dataclass(frozen=True)
class Answer:
    """What the scripted source answers. `claims` is a Content-Length that is not the body's."""

    status: int = 200
    body: bytes | str | list[Any] | dict[str, Any] = b"[]"
    headers: dict[str, str] = field(default_factory=dict)
    claims: int | None = None
    resets: bool = False

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class ScriptedSource(ThreadingHTTPServer):
    """A source that gives the answers it was told, in turn; the last one again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ScriptedHandler)
        self.script: list[Answer] = []
        self.got: list[tuple[str, dict[str, str]]] = []
        self.tokens: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def says(self, **answer: Any) -> "ScriptedSource":
        """Append an answer, by the fields of Answer."""
        self.script.append(Answer(**answer))
        return self


class ScriptedHandler(BaseHTTPRequestHandler):
    server: ScriptedSource

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.got.append((url.path, dict(parse_qsl(url.query))))
        self.server.tokens.append(self.headers.get("authorization"))
        script = self.server.script
        answer = script.pop(0) if len(script) > 1 else script[0]
        if answer.resets:
            # Closing with linger 0 sends a reset instead of an orderly end.
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.content) if answer.claims is None else answer.claims
        self.send_header("content-length", str(length))
        self.end_headers()
        with suppress(ConnectionError):  # a client may have read enough
            self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def source() -> Iterator[ScriptedSource]:
    server = ScriptedSource()
    with serving(server):
        yield server


REFUSED = "refused@example.org"
BREAKS = "breaks@example.org"


class Inbox:
    """Takes mail, except for the addresses that stand for a defect."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if REFUSED in envelope.rcpt_tos:
            return "554 we take no mail for this address"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if BREAKS in envelope.rcpt_tos:
            assert server.transport is not None
            server.transport.close()
        return "250 taken"

    @property
    def addresses(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail(inbox: Inbox) -> Iterator[MailSettings]:
    """Settings that name a mail server on loopback, and one recipient per locale."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    yield MailSettings(
        port=port,
        sender="Short-drama market <reports@shortdrama.example>",
        recipients=(
            Recipient(address="ann@example.org"),
            Recipient(address="li@example.org", locale="zh"),
        ),
    )
    server.stop()
