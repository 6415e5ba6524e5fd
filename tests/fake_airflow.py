"""An Airflow that answers as the real one has answered, until a test changes what it says."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from pydantic import SecretStr

from shortdrama.core.settings import AirflowSettings

ANSWERS = json.loads((Path(__file__).parent / "fixtures" / "airflow_answers.json").read_text())
"""Of Airflow 3.3.2: no DAG runs by itself, and one run was triggered and waits."""
ASKED_AT = "2026-11-28T11:21:44Z"
"""When those answers were given."""


@dataclass
class FakeAirflow:
    """What it answers by path, and what it was asked."""

    url: str = ""
    password: str = "right"
    answers: dict[str, Any] = field(default_factory=lambda: deepcopy(ANSWERS))
    status: int = 200
    asked: list[str] = field(default_factory=list)

    @property
    def settings(self) -> AirflowSettings:
        return AirflowSettings(base_url=self.url, password=SecretStr("right"))

    def beats(self, scheduler: str | None = None, dag_processor: str | None = None) -> None:
        health = self.answers["monitor/health"]
        health["scheduler"]["latest_scheduler_heartbeat"] = scheduler
        health["dag_processor"]["latest_dag_processor_heartbeat"] = dag_processor


@pytest.fixture
def airflow() -> Iterator[FakeAirflow]:
    fake = FakeAirflow()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path.removeprefix("/api/v2/")
            fake.asked.append(path)
            self.answer(fake.status, fake.answers.get(path))

        def do_POST(self) -> None:
            login = json.loads(self.rfile.read(int(self.headers["content-length"])))
            right = login == {"username": "admin", "password": fake.password}
            self.answer(201 if right else 401, {"access_token": "token"})

        def answer(self, status: int, body: Any) -> None:
            content = json.dumps(body).encode()
            self.send_response_only(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    with time_machine.travel(ASKED_AT, tick=False):
        yield fake
    server.shutdown()
    server.server_close()
    thread.join()
