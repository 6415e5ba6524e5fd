"""The oldest and the newest DuckDB read a copy of the marts as the project's own does.

They are installed apart, by `make test` and `make check`.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from shortdrama.analysts.local_copy import pull_marts
from shortdrama.core.settings import REPOSITORY, S3Settings, Settings
from shortdrama.datasets import DATASETS
from shortdrama.gates.results import GateResult
from shortdrama.lake import duck, keys
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built, contents
from shortdrama.warehouse.build.dbt import dbt_target
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import VIEWS_FILE

CLIENTS = {"oldest": "1.3.0", "newest": "2.0.1"}
"""Their versions, which docs/analysts.md promises."""

CALLS = (
    "estimates_as_known_at('2025-10-02')",
    "market_size_as_known_at('2025-10-01 12:00:00', 'week')",
    "market_size_as_known_at('2025-10-05', 'month')",
    "market_size_as_known_at('2025-10-05', 'quarter')",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHORTDRAMA_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def published(home: Path, build: Any, _s3_server: Any, _client: Any) -> Settings:
    """A lake with a snapshot of the small market, whose large facts lie in a file per month."""
    s3 = S3Settings(
        endpoint_url=_s3_server.url,
        bucket="clients",
        access_key_id="key",
        secret_access_key=SecretStr("secret"),
    )
    settings = Settings(s3=s3, frozen_clock=datetime(2026, 2, 25, 8, tzinfo=UTC))
    store = ObjectStore(_client, s3.bucket)
    store.ensure_bucket()
    ensure_lake(store, "sample")
    dbt_target().mkdir(parents=True)
    shutil.copy(build.warehouse, settings.warehouse_path)
    shutil.copy(build.warehouse.parent / "target" / "manifest.json", dbt_target())
    nothing: dict[str, Any] = dict.fromkeys(DATASETS, ())
    inputs = BuildInputs(accepted=nothing, refused_since=nothing, code="code")
    with duck.connect(path=settings.warehouse_path) as warehouse:
        built.make(warehouse)
        plan = Plan(everything_because="first")
        built.finish(warehouse, inputs, plan, built_marts(), month_columns())
        held = contents.results(contents.noted(warehouse))
    passed = GateResult(subject="marts", judged=held, suites=("marts/a",), rows=1, what_to_do="")
    store.put(keys.mart_gate(inputs.fingerprint), passed.model_dump_json().encode())
    publish(inputs, settings, store, print)
    return settings


@pytest.fixture(scope="module")
def copy(published: Settings, home: Path) -> Path:
    """The copy's views, in a folder with a name that people give to folders."""
    return pull_marts(home / "Zoë's 短剧 marts", published, None, print).views


def read(views: Path, client: str | None = None) -> dict[str, Any]:
    """What a client finds in the copy; by default the project's own DuckDB."""
    command = [sys.executable, str(Path(__file__).with_name("client.py")), str(views), *CALLS]
    environment = dict(os.environ)
    if client is not None:
        folder = REPOSITORY / "build" / f"duckdb-{client}"
        if not folder.exists():
            pytest.skip(f"`make build/duckdb-{client}/.ready` installs this DuckDB")
        # Without site: nothing of the project's environment is in its way.
        command.insert(1, "-S")
        environment["PYTHONPATH"] = str(folder)
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


@pytest.fixture(scope="module")
def ours(copy: Path) -> dict[str, Any]:
    return read(copy)


def test_the_copy_holds_every_mart_with_its_comments_and_macros(
    ours: dict[str, Any], published: Settings
) -> None:
    assert sorted(ours["views"]) == built_marts()
    assert all(ours["views"].values())
    assert all(comment for _, _, comment in ours["comments"])
    assert ours["macros"] == sorted({call.split("(")[0] for call in CALLS})
    for relation in ("fct_app_estimates_daily", "fct_market_forecasts", *CALLS):
        assert ours["read"][relation]["rows"] > 0


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_reads_the_copy_as_the_project_does(
    copy: Path, ours: dict[str, Any], client: str
) -> None:
    theirs = read(copy, client)
    assert theirs.pop("version") == CLIENTS[client]
    assert theirs["read"] == ours["read"]
    assert theirs == {name: told for name, told in ours.items() if name != "version"}


def test_the_guide_names_the_versions() -> None:
    guide = (REPOSITORY / "docs" / "analysts.md").read_text(encoding="utf-8")
    assert f"from {CLIENTS['oldest']} to {CLIENTS['newest']} reads the copy" in guide


def test_the_file_of_a_snapshot_has_the_format_of_the_copy(
    copy: Path, published: Settings, tmp_path: Path
) -> None:
    store = ObjectStore.of(published.s3)
    (key,) = (key for key in store.list("marts/") if key.endswith(VIEWS_FILE))
    store.download(key, tmp_path / VIEWS_FILE)
    for path in (tmp_path / VIEWS_FILE, copy):
        with duckdb.connect() as connection:
            connection.execute(f"attach {duck.quoted(str(path))} as marts (read_only)")
            (tags,) = connection.execute(
                "select tags from duckdb_databases() where database_name = 'marts'"
            ).fetchall()
            assert tags[0]["storage_version"] == "v1.0.0+"
