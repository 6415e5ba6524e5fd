"""Homes of their own, with real services; whatever a test leaves running is ended."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_airflow import airflow  # noqa: F401 - a fixture
from shortdrama.core.settings import settings
from shortdrama_local.embedded import leftovers
from shortdrama_local.embedded.machine import HOST, USUAL_PORTS
from shortdrama_local.embedded.stack import stop_stack

Enter = Callable[[Path], None]


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Enter]:
    """Makes a folder the home of this process; each home is stopped at the end."""
    entered: list[Path] = []

    def go(home: Path) -> None:
        entered.append(home)
        monkeypatch.setenv("SHORTDRAMA_HOME", str(home))
        settings.cache_clear()

    yield go
    for home in entered:
        monkeypatch.setenv("SHORTDRAMA_HOME", str(home))
        stop_stack()
        leftovers.kill(leftovers.leftovers())
    settings.cache_clear()


@pytest.fixture
def home(enter: Enter, tmp_path: Path) -> Path:
    """This process's home."""
    enter(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def taken() -> Iterator[dict[str, int]]:
    """Every usual port is held by a program that is no home's: here, by this test."""
    listeners = {}
    for name, port in USUAL_PORTS.items():
        try:
            listeners[name] = socket.create_server((HOST, port))
        except OSError:
            continue  # by another program, which is as good
    yield USUAL_PORTS
    for listener in listeners.values():
        listener.close()
