"""The lakes that earlier releases left (`tests/keep_home.py`) are read whole."""

import tarfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shortdrama.core.settings import S3Settings, Settings
from shortdrama.datasets import DATASETS
from shortdrama.health.loads import accepted_loads
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.sends import read_sends
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import cited_snapshots
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest
from shortdrama.warehouse.snapshots.read import connect

LAKES = sorted((Path(__file__).parents[2] / "fixtures" / "homes").glob("*/lake.tar.xz"))


@pytest.fixture
def kept_s3(s3: S3Settings) -> S3Settings:
    """Under the name of the bucket from which they come: a snapshot's views have its address."""
    return s3.model_copy(update={"bucket": "shortdrama"})


@pytest.fixture(params=LAKES, ids=lambda path: path.parent.name)
def lake(request: Any, kept_s3: S3Settings) -> ObjectStore:
    store = ObjectStore.of(kept_s3)
    store.ensure_bucket()
    for key in list(store.list("")):
        store.delete(key)
    with tarfile.open(request.param) as archive:
        for entry in archive:
            body = archive.extractfile(entry)
            assert body is not None
            store.put(entry.name, body.read())
    return store


def test_a_lake_is_kept() -> None:
    assert LAKES


def test_every_load_and_its_object_are_there(lake: ObjectStore) -> None:
    assert lake_kind(lake) == "sample"
    inputs = read_inputs(lake)
    assert all(inputs.accepted[name] for name in DATASETS)
    assert all(LoadLedger(lake, name).accepted() for name in DATASETS)
    compared = accepted_loads(lake)
    assert compared.damaged == ()
    assert len(compared.etags) == sum(len(loads) for loads in inputs.accepted.values())


def test_the_snapshot_answers_and_its_report_was_sent(
    lake: ObjectStore, kept_s3: S3Settings
) -> None:
    settings = Settings(s3=kept_s3, frozen_clock=datetime(2026, 2, 25, 8, tzinfo=UTC))
    snapshot_id = current_snapshot_id(lake)
    manifest = read_manifest(lake)
    assert manifest.snapshot_id == snapshot_id
    with connect(settings) as connection:
        counted = {
            mart: connection.execute(f"select count(*) from {mart}").fetchone()
            for mart in manifest.marts
        }
        days = connection.execute(
            "select min(estimated_on), max(estimated_on) from fct_app_estimates_daily"
        ).fetchone()
    noted = {mart: (sum(file.rows for file in files),) for mart, files in manifest.marts.items()}
    assert counted == noted
    assert days == (date(2025, 9, 22), date(2025, 9, 28))
    assert cited_snapshots(lake).keys() == {snapshot_id}
    sends = read_sends(lake, "weekly_brief/2025-W39").values()
    assert [send.state for send in sends] == ["sent", "sent"], "one for each recipient"
