"""Published snapshots: the manifest of each, and the pointer to the current one."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shortdrama.failure import Failure
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.inputs import DatasetState, read_inputs

VIEWS_FILE = "marts.duckdb"
MANIFEST_FILE = "manifest.json"


class MartFile(BaseModel):
    """One Parquet object of a mart."""

    model_config = ConfigDict(frozen=True)

    key: str
    rows: int
    sha256: str


class SnapshotManifest(BaseModel):
    """What a snapshot is made of: files, as-of, lineage and the gate's warnings."""

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
    warnings: tuple[str, ...]
    previous: str | None


class NothingPublished(Failure):
    """There is no such snapshot (yet)."""


def current_snapshot_id(store: ObjectStore) -> str | None:
    """The id that the pointer names, if anything was published."""
    document, _ = store.read_json_versioned(keys.CURRENT_SNAPSHOT)
    return str(document["snapshot_id"]) if document else None


def read_manifest(store: ObjectStore, snapshot_id: str | None = None) -> SnapshotManifest:
    """The manifest of a snapshot, of the current one by default; raises NothingPublished."""
    wanted = snapshot_id or current_snapshot_id(store)
    if wanted is None:
        raise NothingPublished("nothing is published yet; run the DAG market_marts first")
    key = keys.snapshot(wanted, MANIFEST_FILE)
    if not store.exists(key):
        raise NothingPublished(
            f"there is no snapshot {wanted!r}; `shortdrama snapshots` lists them"
        )
    return SnapshotManifest.model_validate_json(store.get(key))


def with_refusals(manifest: SnapshotManifest, store: ObjectStore) -> SnapshotManifest:
    """The manifest with what was refused by now: a refusal alone publishes no new snapshot."""
    now = read_inputs(store).states()
    datasets = {
        name: state.model_copy(update={"refused_since": now[name].refused_since})
        for name, state in manifest.datasets.items()
    }
    return manifest.model_copy(update={"datasets": datasets})
