"""Published snapshots: the manifest of each, and which one is current."""

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from shortdrama.failure import Failure
from shortdrama.lake import keys
from shortdrama.lake.overrides import Override
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.warehouse.inputs import DatasetState, read_inputs
from shortdrama.warehouse.pointer import read_pointer

VIEWS_FILE = "marts.duckdb"
MANIFEST_FILE = "manifest.json"


class MartFile(BaseModel):
    """One Parquet object of a mart, perhaps in the folder of an earlier snapshot.

    `month_on` is the first of the month that it holds and `built_by` the fingerprint of the build
    that wrote the month's rows; both are None if the mart is a single file.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    rows: int
    sha256: str
    month_on: date | None = None
    built_by: str | None = None


class GateFacts(BaseModel):
    """What the mart gate looked at before it let the snapshot pass."""

    model_config = ConfigDict(frozen=True)

    suites: tuple[str, ...]
    rows: int


class SnapshotManifest(BaseModel):
    """What a snapshot is made of: files, as-of, lineage, the gates' warnings, overrides.

    `overrides` are people's decisions on the loads of this snapshot, those that were revoked among
    them, and on its marts.
    """

    model_config = ConfigDict(frozen=True)

    snapshot_id: str
    created_at: datetime
    is_sample: bool
    fingerprint: str
    code: str
    code_version: str
    universe_version: str
    datasets: dict[str, DatasetState]
    marts: dict[str, tuple[MartFile, ...]]
    mart_keys: dict[str, tuple[str, ...]] = {}
    """The columns that name a row of each mart; older manifests do not say."""
    gate: GateFacts | None = None
    """None in manifests older than this field."""
    warnings: tuple[str, ...]
    overrides: tuple[Override, ...] = ()
    previous: str | None

    @property
    def rows(self) -> int:
        """Rows of all marts together."""
        return sum(file.rows for files in self.marts.values() for file in files)

    @property
    def object_keys(self) -> frozenset[str]:
        """Every object of the lake that a reader of this snapshot needs."""
        own = (keys.snapshot(self.snapshot_id, name) for name in (MANIFEST_FILE, VIEWS_FILE))
        return frozenset([*own, *(file.key for files in self.marts.values() for file in files)])


class NothingPublished(Failure):
    """There is no such snapshot (yet)."""


def current_snapshot_id(store: ObjectStore) -> str | None:
    """The id that the pointer names, if anything was published."""
    pointer, _ = read_pointer(store)
    return pointer.snapshot_id if pointer else None


def read_manifest(store: ObjectStore, snapshot_id: str | None = None) -> SnapshotManifest:
    """The manifest of a snapshot, of the current one by default; raises NothingPublished."""
    wanted = snapshot_id or current_snapshot_id(store)
    if wanted is None:
        raise NothingPublished("nothing is published yet; run the DAG market_marts first")
    manifest = find_manifest(store, wanted)
    if manifest is None:
        raise NothingPublished(
            f"there is no snapshot {wanted!r}; `shortdrama snapshots` lists them"
        )
    return manifest


def find_manifest(store: ObjectStore, snapshot_id: str) -> SnapshotManifest | None:
    """The manifest of a snapshot; None if there is none, or its publish did not come so far."""
    try:
        document = store.get(keys.snapshot(snapshot_id, MANIFEST_FILE))
    except NotFound:
        return None
    return SnapshotManifest.model_validate_json(document)


def all_manifests(store: ObjectStore) -> Iterator[SnapshotManifest]:
    """All snapshots, oldest first. Lists folders: for people and housekeeping, no hot path."""
    for folder in store.folders(keys.SNAPSHOTS):
        manifest = find_manifest(store, folder)
        if manifest is not None:
            yield manifest


def with_refusals(manifest: SnapshotManifest, store: ObjectStore) -> SnapshotManifest:
    """The manifest with what was refused by now: a refusal alone publishes no new snapshot."""
    now = read_inputs(store).states()
    datasets = {
        name: state.model_copy(update={"refused_since": now[name].refused_since})
        for name, state in manifest.datasets.items()
    }
    return manifest.model_copy(update={"datasets": datasets})
