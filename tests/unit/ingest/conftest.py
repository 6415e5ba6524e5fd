"""Loads as their gates leave them, without a pull."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from quick_expectations import made_once  # noqa: F401 - a fixture
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
DAYS = Window(start=date(2026, 2, 1), end=date(2026, 2, 24))


@pytest.fixture
def lake_settings(s3: S3Settings) -> Settings:
    """Settings that know the lake alone."""
    return Settings(frozen_clock=NOW, lake_kind="sample", s3=s3)


@pytest.fixture
def enter(store: ObjectStore) -> Callable[..., LoadRecord]:
    """Puts a load of estimates into the lake as its gate leaves it, by id and status."""

    def put(load_id: str, status: str = "quarantined", **changes: Any) -> LoadRecord:
        refused = status == "quarantined"
        record = LoadRecord(
            load_id=load_id,
            pull_id=f"pull-of-{load_id}",
            dataset=ESTIMATES.id,
            status=status,
            key=(
                keys.quarantined(ESTIMATES.id, load_id)
                if refused
                else keys.raw(ESTIMATES.id, load_id, NOW)
            ),
            sha256="0" * 64,
            rows=7,
            coverage=Coverage(window=DAYS, countries=("ZZ", "US")),
            said_at=NOW,
            decided_at=NOW,
            is_sample=True,
            reasons=(f"{load_id} is odd",) if refused else (),
        ).model_copy(update=changes)
        store.put(record.key, f"rows of {load_id}".encode())
        return LoadLedger(store, ESTIMATES.id).append(record)

    return put
