"""A lake on a home's own S3, a process of its own, as on one machine."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from shortdrama.core.settings import Settings, settings
from shortdrama_local.embedded.stack import ensure_store, stop_stack

CLOCK = datetime(2026, 2, 25, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of a home of its own, whose lake is marked as sample. The clock stands still."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SHORTDRAMA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.setenv("SHORTDRAMA_FROZEN_CLOCK", CLOCK.isoformat())
    try:
        ensure_store()
        yield settings()
    finally:
        stop_stack()
        patch.undo()
        settings.cache_clear()
