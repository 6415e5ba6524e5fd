"""Published snapshots: the manifest of each, and the pointer to the current one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from pydantic import BaseModel, ConfigDict

from shortdrama.failure import Failure
from shortdrama.lake import keys
from shortdrama.lake.overrides import Override
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
    warnings: tuple[str, ...]
    overrides: tuple[Override, ...] = ()
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


def find_manifest(store: ObjectStore, wanted: str | date | None = None) -> SnapshotManifest:
    """The manifest of a snapshot by id, or by day: the one current when that UTC day ended.

    A day is a date or `YYYY-MM-DD`; None is the current snapshot. A snapshot that was taken back
    is found by its id alone. Raises NothingPublished.
    """
    day = _as_day(wanted)
    if day is None:
        return read_manifest(store, str(wanted) if wanted else None)
    oldest: SnapshotManifest | None = None
    for manifest in history(store):
        if manifest.created_at.astimezone(UTC).date() <= day:
            return manifest
        oldest = manifest
    if oldest is None:
        raise NothingPublished("nothing is published yet; run the DAG market_marts first")
    raise NothingPublished(
        f"nothing was published by the end of {day}; the oldest snapshot that is kept is"
        f" {oldest.snapshot_id}"
    )


def history(store: ObjectStore) -> Iterator[SnapshotManifest]:
    """The current snapshot and those that it came after, newest first, as far as they are kept."""
    snapshot_id = current_snapshot_id(store)
    while snapshot_id and store.exists(keys.snapshot(snapshot_id, MANIFEST_FILE)):
        manifest = read_manifest(store, snapshot_id)
        yield manifest
        snapshot_id = manifest.previous


def _as_day(wanted: str | date | None) -> date | None:
    if isinstance(wanted, datetime):
        raise TypeError("a snapshot is named by its id or by a day, not by an instant")
    if isinstance(wanted, date) or wanted is None:
        return wanted
    try:
        return datetime.strptime(wanted, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def with_refusals(manifest: SnapshotManifest, store: ObjectStore) -> SnapshotManifest:
    """The manifest with what was refused by now: a refusal alone publishes no new snapshot."""
    now = read_inputs(store).states()
    datasets = {
        name: state.model_copy(update={"refused_since": now[name].refused_since})
        for name, state in manifest.datasets.items()
    }
    return manifest.model_copy(update={"datasets": datasets})
