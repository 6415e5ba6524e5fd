"""This release builds the lakes of earlier ones, also when it has lost its warehouse since."""

import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from machines import models_alone, published_rows, run
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import build as building
from shortdrama.warehouse.snapshots.manifest import read_manifest

KEPT = sorted((Path(__file__).parents[2] / "fixtures" / "homes").glob("*/lake.tar.xz"))
ESTIMATES = "fct_app_estimates_daily"


@pytest.fixture(params=KEPT, ids=lambda path: path.parent.name)
def settings(
    request: pytest.FixtureRequest, s3: S3Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    monkeypatch.setattr(building, "run_dbt", models_alone)
    kept = s3.model_copy(update={"bucket": "shortdrama"})
    store = ObjectStore.of(kept)
    store.ensure_bucket()
    for key in list(store.list("")):
        store.delete(key)
    with tarfile.open(request.param) as archive:
        for entry in archive:
            body = archive.extractfile(entry)
            assert body is not None
            store.put(entry.name, body.read())
    return Settings(s3=kept, lake_kind="sample", frozen_clock=datetime(2026, 2, 25, 8, tzinfo=UTC))


@pytest.mark.e2e
@pytest.mark.long
def test_an_upgrade_builds_and_a_lost_private_warehouse_is_built_again(settings: Settings) -> None:
    store = ObjectStore.of(settings.s3)
    kept = read_manifest(store)
    run(settings, store, full_refresh=True)
    upgraded, rows = read_manifest(store), published_rows(settings)
    assert upgraded.previous == kept.snapshot_id
    assert upgraded.datasets == kept.datasets, "from the same loads"
    assert sum(f.rows for f in upgraded.marts[ESTIMATES]) == sum(
        f.rows for f in kept.marts[ESTIMATES]
    )
    shutil.rmtree(settings.warehouse_path.parent)
    run(settings, store, full_refresh=True)
    again = read_manifest(store)
    assert again.results == upgraded.results
    assert again.snapshot_id == upgraded.snapshot_id, "nothing new is published"
    assert published_rows(settings) == rows
