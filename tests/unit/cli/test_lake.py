"""Back-ups on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shortdrama.cli.main import app
from shortdrama.core.settings import settings as process_settings
from shortdrama.lake import backup, keys
from shortdrama.lake.marker import LakeKindMismatch
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, read_manifest

Publish = Callable[..., SnapshotManifest]


@pytest.fixture
def run(environment: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("SHORTDRAMA_LAKE_KIND", "sample")
    process_settings.cache_clear()
    return lambda *arguments: CliRunner().invoke(app, ["lake", *map(str, arguments)])


def emptied(store: ObjectStore) -> None:
    for key in list(store.list("")):
        store.delete(key)


@pytest.mark.integration
def test_a_lost_bucket_is_there_again(
    publish_build: Publish, store: ObjectStore, run: Callable[..., Result], tmp_path: Path
) -> None:
    manifest = publish_build("good")
    # Made-up builds have no raw object.
    before = dict(store.etags(""))
    made = run("backup", tmp_path / "kept", "--json")
    assert json.loads(made.stdout)["objects"] == len(before)
    emptied(store)
    result = run("restore", tmp_path / "kept")
    assert result.exit_code == 0, result.output
    assert dict(store.etags("")) == before
    assert read_manifest(store) == manifest
    assert f"{len(before)} objects written, 0 were there, 0 removed" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    again = run("restore", tmp_path / "kept")
    assert f"0 objects written, {len(before)} were there, 0 removed" in again.stdout


@pytest.mark.integration
def test_a_lake_in_use_is_not_overwritten(
    publish_build: Publish, store: ObjectStore, run: Callable[..., Result], tmp_path: Path
) -> None:
    publish_build("good")
    run("backup", tmp_path)
    now = publish_build("better")
    refused = run("restore", tmp_path)
    assert isinstance(refused.exception, backup.TargetNotEmpty)
    assert read_manifest(store) == now
    assert run("restore", tmp_path, "--replace").exit_code == 0
    assert read_manifest(store).snapshot_id == now.previous
    assert keys.snapshot(now.snapshot_id, "manifest.json") not in set(store.list(""))


def test_a_sample_is_not_restored_as_a_real_lake(
    store: ObjectStore,
    run: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run("backup", tmp_path)
    emptied(store)
    monkeypatch.setenv("SHORTDRAMA_LAKE_KIND", "real")
    process_settings.cache_clear()
    refused = run("restore", tmp_path)
    assert isinstance(refused.exception, backup.OtherLake)
    assert "set it to sample" in str(refused.exception)
    assert list(store.list("")) == []


def test_what_is_no_lake_has_no_backup(
    store: ObjectStore, run: Callable[..., Result], tmp_path: Path
) -> None:
    emptied(store)
    assert isinstance(run("backup", tmp_path).exception, LakeKindMismatch)
    assert isinstance(run("restore", tmp_path).exception, backup.NoBackup)
