"""Connectors before the scripted source, and what becomes of their answers."""

from collections.abc import Callable
from typing import Any

import pytest

from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.ingest.conform import conform
from shortdrama.lake import duck
from shortdrama.lake.landing import Landing, Pull, read_pull
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.modules import module_of


@pytest.fixture
def scripted(settings: Settings, source: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings, with both APIs at the scripted source and no waiting between attempts."""
    monkeypatch.setattr("shortdrama.sources.http.polite_wait", lambda _: 0)
    return settings.model_copy(
        update={
            "appfigures": settings.appfigures.model_copy(update={"base_url": source.url}),
            "tiktok": settings.tiktok.model_copy(update={"base_url": source.url}),
        }
    )


@pytest.fixture
def pull(store: ObjectStore) -> Callable[[PullRequest, Settings], Pull]:
    def bring(request: PullRequest, settings: Settings) -> Pull:
        dataset = dataset_named(request.dataset)
        landing = Landing(store, dataset.id, request.pull_id, settings.clock)
        coverage, parts = module_of(dataset).connector(settings, store).pull(request, landing)
        return read_pull(store, landing.finish(coverage, parts))

    return bring


@pytest.fixture
def rows(store: ObjectStore) -> Callable[..., list[tuple[Any, ...]]]:
    """Conforms a pull and answers a query on its candidate, the relation `load`."""

    def query(pull: Pull, settings: Settings, sql: str) -> list[tuple[Any, ...]]:
        key = conform(pull, settings.s3, store)
        with duck.connect(settings.s3) as connection:
            connection.read_parquet(store.uri(key)).create_view("load")
            return connection.execute(sql).fetchall()

    return query
