"""A lake without sources, and a private warehouse whose builds are made up."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shortdrama.core import settings as config
from shortdrama.core.clock import Clock
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest

FIRST_DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)


def on_day(settings: Settings, day: int) -> Settings:
    """The pipeline so many days later."""
    return settings.model_copy(update={"frozen_clock": FIRST_DAY + timedelta(days=day)})


@pytest.fixture
def settings(s3: S3Settings, store: ObjectStore) -> Settings:
    return Settings(frozen_clock=FIRST_DAY, lake_kind="sample", s3=s3)


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The lake and the clock as commands and DAGs find them."""
    assert settings.s3.secret_access_key is not None
    variables = {
        "SHORTDRAMA_FROZEN_CLOCK": str(settings.frozen_clock),
        "SHORTDRAMA_S3__ENDPOINT_URL": str(settings.s3.endpoint_url),
        "SHORTDRAMA_S3__BUCKET": settings.s3.bucket,
        "SHORTDRAMA_S3__ACCESS_KEY_ID": str(settings.s3.access_key_id),
        "SHORTDRAMA_S3__SECRET_ACCESS_KEY": settings.s3.secret_access_key.get_secret_value(),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    yield
    config.settings.cache_clear()


@pytest.fixture
def clock_on() -> Callable[[int], Clock]:
    return lambda day: Clock(FIRST_DAY + timedelta(days=day))


@pytest.fixture
def warehouse(private_warehouse: Any, settings: Settings, store: ObjectStore) -> Any:
    """`fct_sales` is published by month, `dim_app` is not."""
    return private_warehouse(settings, store, fct_sales="sold_on")


@pytest.fixture
def publish_build(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> Callable[..., SnapshotManifest]:
    """Publish a build of a single small mart, which says the build's name."""

    def published(name: str, day: int = 0) -> SnapshotManifest:
        inputs = warehouse.build(name, {"dim_app": f"select '{name}' as build"})
        return publish(inputs, on_day(settings, day), store, print)

    return published
