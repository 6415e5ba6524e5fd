"""A home, engineers and a mail server: what alerts need, on loopback."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pydantic import SecretStr

from shortdrama.alerts.send import Alerts
from shortdrama.core.settings import MailSettings, S3Settings, Settings

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The machine's time, which stands still until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alert_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    return tmp_path / "alerts"


@pytest.fixture
def to(s3: S3Settings, store: Any, mail: MailSettings, alert_home: Path) -> Callable[..., Settings]:
    """Settings with these engineers, before the fresh lake."""

    def settings(*addresses: str) -> Settings:
        return Settings(s3=s3, mail=mail.model_copy(update={"engineers": addresses}))

    return settings


@pytest.fixture
def team(to: Callable[..., Settings]) -> Settings:
    """One engineer."""
    return to("a@example.org")


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def without_store(closed_port: int) -> Callable[[Settings], Settings]:
    """The same settings when nobody answers for the lake."""
    away = S3Settings(
        endpoint_url=f"http://127.0.0.1:{closed_port}",
        access_key_id="k",
        secret_access_key=SecretStr("s"),
    )
    return lambda settings: settings.model_copy(update={"s3": away})


@pytest.fixture
def without_mail(closed_port: int) -> Callable[[Settings], Settings]:
    """The same settings when nobody answers for the mail server."""

    def change(settings: Settings) -> Settings:
        return settings.model_copy(
            update={"mail": settings.mail.model_copy(update={"port": closed_port})}
        )

    return change


@pytest.fixture
def alerts(clock: Any) -> Callable[[Settings], tuple[Alerts, list[str]]]:
    """The way to the engineers, and what it says."""

    def make(settings: Settings) -> tuple[Alerts, list[str]]:
        said: list[str] = []
        return Alerts(settings, said.append), said

    return make
