"""Where engines find the marts, on the command line."""

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish.iceberg import write_iceberg
from shortdrama.warehouse.snapshots.iceberg import NoIcebergTables
from shortdrama.warehouse.snapshots.manifest import NothingPublished, SnapshotManifest

Publish = Callable[..., SnapshotManifest]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["paths", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("environment")
def test_the_path_of_every_mart_is_printed(
    publish_build: Publish, settings: Settings, store: ObjectStore
) -> None:
    manifest = publish_build("a")
    path = write_iceberg(manifest, settings, store, print).tables["dim_app"]
    assert run() == f"snapshot {manifest.snapshot_id} (sample data)\ndim_app\n  {path}\n"
    assert run("dim_app") == f"{path}\n"
    assert run("dim_app", "--snapshot", manifest.snapshot_id) == f"{path}\n"
    assert json.loads(run("--json"))["tables"] == {"dim_app": path}
    assert json.loads(run("dim_app", "--json")) == path


@pytest.mark.usefixtures("environment")
def test_what_is_not_there_is_said(
    publish_build: Publish, settings: Settings, store: ObjectStore
) -> None:
    def refused(*arguments: str, kind: type[Failure] = NoIcebergTables) -> str:
        with pytest.raises(kind) as found:
            run(*arguments)
        return str(found.value)

    assert "nothing is published" in refused(kind=NothingPublished)
    manifest = publish_build("a")
    assert "has no Iceberg metadata" in refused()
    write_iceberg(manifest, settings, store, print)
    assert "there is no snapshot '2'" in refused("--snapshot", "2", kind=NothingPublished)
    assert "the snapshot has no such mart" in refused("rpt_none")
    assert "the snapshot has no such mart" in refused("rpt_none", "--json")
