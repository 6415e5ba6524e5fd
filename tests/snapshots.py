"""A small published lake: real snapshots of made-up marts, behind the real pointer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from pydantic import SecretStr

from shortdrama.core.settings import S3Settings, Settings
from shortdrama.core.settings import settings as process_settings
from shortdrama.lake import documents, duck, keys
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import (
    MANIFEST_FILE,
    VIEWS_FILE,
    MartFile,
    SnapshotManifest,
)
from shortdrama.warehouse.snapshots.pointer import Pointer

SIZES = """
select * from (values
    ('2025-06', 'US', 89999989.78, 10),
    ('2025-07', 'US', 95529990.28, null)
) as sizes (period_label, geography, revenue_usd, active_apps)
"""
APPS = "select 1 as app_id, 'ReelShort' as app_name"


@dataclass
class Lake:
    """Publishes snapshots without a build: a view per mart, comments, manifest, pointer."""

    settings: Settings
    store: ObjectStore
    folder: Path
    published: list[SnapshotManifest] = field(default_factory=list)

    def publish(self, day: str, marts: dict[str, str | list[MartFile]]) -> SnapshotManifest:
        """A mart is a query, or files of earlier snapshots that are taken over."""
        created = datetime.fromisoformat(f"{day}T08:00:00").replace(tzinfo=UTC)
        snapshot_id = f"{created:%Y%m%dT%H%M%SZ}-{len(self.published):08x}"
        files = {
            name: tuple(self._write(snapshot_id, name, mart) if isinstance(mart, str) else mart)
            for name, mart in marts.items()
        }
        manifest = SnapshotManifest(
            snapshot_id=snapshot_id,
            created_at=created,
            is_sample=True,
            fingerprint=snapshot_id,
            code="code",
            code_version="unreleased",
            universe_version="none",
            datasets={},
            marts=files,
            mart_keys={},
            gate=None,
            warnings=(),
            overrides=(),
            previous=self.published[-1].snapshot_id if self.published else None,
        )
        self._write_views(manifest)
        documents.put(manifest, self.store, keys.snapshot(snapshot_id, MANIFEST_FILE))
        documents.put(Pointer(snapshot_id=snapshot_id), self.store, keys.CURRENT_SNAPSHOT)
        self.published.append(manifest)
        return manifest

    def _write(self, snapshot_id: str, name: str, query: str) -> list[MartFile]:
        path = self.folder / f"{name}.parquet"
        with duck.connect() as connection:
            connection.execute(f"copy ({query}) to {duck.quoted(str(path))}")
            rows = connection.execute(f"select count(*) from ({query})").fetchall()[0][0]
        key = keys.snapshot(snapshot_id, path.name)
        self.store.upload(path, key)
        return [MartFile(key=key, rows=rows, sha256=sha256(path.read_bytes()).hexdigest())]

    def _write_views(self, manifest: SnapshotManifest) -> None:
        path = self.folder / f"{manifest.snapshot_id}.duckdb"
        with duck.connect(self.settings.s3, path) as views:
            for name, files in manifest.marts.items():
                uris = duck.list_literal([self.store.uri(file.key) for file in files])
                views.execute(f"create view {name} as from read_parquet({uris})")
                views.execute(f"comment on view {name} is 'What is {name}? It''s made up.'")
                if name == "rpt_market_size_monthly":
                    views.execute(f"comment on column {name}.revenue_usd is 'Revenue, US dollars.'")
        self.store.upload(path, keys.snapshot(manifest.snapshot_id, VIEWS_FILE))


def make_lake(server: Any, client: Any, folder: Path) -> Lake:
    s3 = S3Settings(
        endpoint_url=server.url,
        bucket=f"marts-{token_hex(6)}",
        access_key_id="key",
        secret_access_key=SecretStr("secret"),
    )
    store = ObjectStore(client, s3.bucket)
    store.ensure_bucket()
    ensure_lake(store, "sample")
    return Lake(Settings(s3=s3), store, folder)


def publish_three(lake: Lake) -> Lake:
    """Snapshots of 10, 12 and again 12 December 2025; revenue is once, twice, thrice `SIZES`."""
    for day, scale in (("2025-12-10", 1), ("2025-12-12", 2), ("2025-12-12", 3)):
        sizes = f"select * replace (revenue_usd * {scale} as revenue_usd) from ({SIZES})"
        lake.publish(day, {"rpt_market_size_monthly": sizes, "dim_app": APPS})
    return lake


@contextmanager
def found_by_commands(lake: Lake, home: Path) -> Iterator[Lake]:
    """The commands of this process and of its children find this lake."""
    s3 = lake.settings.s3
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHORTDRAMA_HOME", str(home))
        patch.setenv("SHORTDRAMA_S3__ENDPOINT_URL", str(s3.endpoint_url))
        patch.setenv("SHORTDRAMA_S3__BUCKET", s3.bucket)
        patch.setenv("SHORTDRAMA_S3__ACCESS_KEY_ID", "key")
        patch.setenv("SHORTDRAMA_S3__SECRET_ACCESS_KEY", "secret")
        process_settings.cache_clear()
        yield lake
    process_settings.cache_clear()


@pytest.fixture
def lake(_s3_server: Any, _client: Any, tmp_path: Path) -> Iterator[Lake]:
    """An empty lake."""
    folder = tmp_path / "lake"
    folder.mkdir()
    with found_by_commands(make_lake(_s3_server, _client, folder), tmp_path / "home") as lake:
        yield lake


@pytest.fixture(scope="session")
def _published(_s3_server: Any, _client: Any, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return publish_three(make_lake(_s3_server, _client, tmp_path_factory.mktemp("lake")))


@pytest.fixture
def published(_published: Lake, tmp_path: Path) -> Iterator[Lake]:
    """Three snapshots, shared by all tests: only read it."""
    with found_by_commands(_published, tmp_path / "home") as lake:
        yield lake
