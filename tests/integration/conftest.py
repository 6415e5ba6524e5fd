"""A lake on the embedded S3, a process of its own, as on one machine."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from shortdrama.core.settings import Settings, settings
from shortdrama_local.embedded.machine import HOST, this_machine
from shortdrama_local.embedded.s3 import s3_service
from shortdrama_local.embedded.stack import ensure_store

CLOCK = datetime(2026, 2, 25, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of a home of its own, whose lake is marked as sample. The clock stands still."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SHORTDRAMA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.setenv("SHORTDRAMA_FROZEN_CLOCK", CLOCK.isoformat())
    machine = this_machine()
    with socket.socket() as probe:  # the usual port may be another worker's
        probe.bind((HOST, 0))
        machine.s3_port = probe.getsockname()[1]
    machine.save()
    try:
        ensure_store()
        yield settings()
    finally:
        s3_service(machine).stop()
        patch.undo()
        settings.cache_clear()
