"""Servers for the checks: one that answers by path, also writes, and an Airflow."""

import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from pydantic import SecretStr

from fake_airflow import airflow  # noqa: F401 - a fixture
from shortdrama.core.settings import S3Settings
from shortdrama.lake import duck


class Server(ThreadingHTTPServer):
    """Answers by path; a path that it does not know is answered with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 404
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        path = urlsplit(self.path).path
        self.server.asked.append(self.path)
        known = path in self.server.answers
        answer = self.server.answers.get(path, "")
        body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response_only(200 if known else self.server.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_HEAD = answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def lake_query(server: Server, closed_port: int) -> Callable[..., BaseException]:
    """DuckDB's error for a lake that answers with a status; for None nobody answers."""
    queries = {
        "read": "select * from read_parquet('s3://b/a.parquet')",
        "write": "copy (select 1 as a) to 's3://b/a.parquet' (format parquet)",
    }

    def fail(status: int | None, way: str) -> BaseException:
        server.status = status or 0
        url = server.url if status else f"http://127.0.0.1:{closed_port}"
        s3 = S3Settings(endpoint_url=url, access_key_id="k", secret_access_key=SecretStr("s"))
        with duck.connect(s3) as connection:
            connection.execute("set http_retries = 0")
            with pytest.raises(duckdb.Error) as caught:
                connection.execute(queries[way])
        return caught.value

    return fail
