"""An Airflow that answers as the real one has answered, until a test changes what it says."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import time_machine
from pydantic import SecretStr

from shortdrama.core.settings import AirflowSettings

ANSWERS = json.loads((Path(__file__).parent / "fixtures" / "airflow_answers.json").read_text())
"""Of Airflow 3.3.2: no DAG runs by itself, and one run was triggered and waits."""
RUN_ID = ANSWERS["dags/~/dagRuns"]["dag_runs"][0]["dag_run_id"]
ASKED_AT = "2026-11-28T11:21:44Z"
"""When those answers were given."""


@dataclass
class FakeAirflow:
    """What it answers by path, and what it was asked; `sent` are the changes, with their bodies.

    The answer to a change is under its method and path, such as `POST pools`. A path without an
    answer is not found. A number in `refusals` is an HTTP status that it answers once.
    """

    url: str = ""
    password: str = "right"
    answers: dict[str, Any] = field(default_factory=lambda: deepcopy(ANSWERS))
    status: int = 200
    refusals: list[int] = field(default_factory=list)
    logins: int = 0
    asked: list[str] = field(default_factory=list)
    sent: list[tuple[str, Any]] = field(default_factory=list)

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
            path = self.path_asked()
            fake.asked.append(path)
            self.answer_of(path)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path == "/auth/token":
                right = body == {"username": "admin", "password": fake.password}
                fake.logins += right
                self.answer(201 if right else 401, {"access_token": "token"})
                return
            change = f"{self.command} {self.path_asked()}"
            fake.sent.append((change, body))
            self.answer_of(change)

        do_PATCH = do_POST  # noqa: N815 - the server calls it so

        def path_asked(self) -> str:
            return unquote(urlsplit(self.path).path).removeprefix("/api/v2/")

        def answer_of(self, asked: str) -> None:
            status = fake.refusals.pop(0) if fake.refusals else fake.status
            if asked not in fake.answers and status == 200:
                self.answer(404, {"detail": f"{asked} was not found"})
                return
            answer = fake.answers.get(asked)
            self.answer(status, answer() if callable(answer) else answer)

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
