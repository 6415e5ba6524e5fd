"""Published snapshots: the manifest of each, and which one is current."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import Failure
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.overrides import Override
from shortdrama.lake.store import ObjectStore
from shortdrama.lake.warned import Warned, structured
from shortdrama.warehouse.build.contents import Content, results
from shortdrama.warehouse.build.inputs import DatasetState, read_inputs
from shortdrama.warehouse.snapshots.pointer import read_pointer

VIEWS_FILE = "marts.duckdb"
MANIFEST_FILE = "manifest.json"


class MartFile(BaseModel):
    """One Parquet object of a mart, maybe in the folder of an earlier snapshot.

    `month_on` is the first of the month that it holds, None if the mart is a single file. `content`
    is the digest of its rows (`build/contents.py`), `etag` the store's ETag after the upload; older
    manifests have neither.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    rows: int
    sha256: str
    month_on: date | None = None
    content: str | None = None
    etag: str | None = None


class GateFacts(BaseModel):
    """What the mart gate checked before the snapshot passed."""

    model_config = ConfigDict(frozen=True)

    suites: tuple[str, ...]
    rows: int


def _from_version_1(manifest: dict[str, Any]) -> dict[str, Any]:
    """Form 1 grew over time: the oldest have no gate, keys or overrides; warnings are only text."""
    return {
        "mart_keys": {},
        "gate": None,
        "overrides": [],
        **manifest,
        "warnings": structured(manifest["warnings"]),
    }


class SnapshotManifest(Document):
    """What a snapshot is made of: files, as-of, lineage, the gates' warnings, overrides.

    `mart_keys` are the key columns of each mart, `gate` is what its gate checked; both are empty in
    the oldest manifests. `overrides` are people's decisions on the loads of this snapshot,
    including revoked ones, and on its marts. `staged_by` is the backfill that made a staged
    snapshot: it is never current, and `previous` is the snapshot that it is compared with.
    """

    # Form 3 has `staged_by`. Older software would take a staged snapshot for a published one.
    upgrades = (_from_version_1, lambda manifest: manifest)
    schema_version: Literal[3] = 3
    snapshot_id: str
    created_at: datetime
    is_sample: bool
    fingerprint: str
    code: str
    code_version: str
    universe_version: str
    datasets: dict[str, DatasetState]
    marts: dict[str, tuple[MartFile, ...]]
    mart_keys: dict[str, tuple[str, ...]]
    gate: GateFacts | None
    warnings: tuple[Warned, ...]
    overrides: tuple[Override, ...]
    previous: str | None
    staged_by: str | None = None

    @property
    def rows(self) -> int:
        """Rows of all marts together."""
        return sum(file.rows for files in self.marts.values() for file in files)

    @property
    def results(self) -> str | None:
        """The digest of what the snapshot says about the market; older manifests have none."""
        contents = [
            Content(mart, file.month_on, file.rows, file.content)
            for mart, files in self.marts.items()
            for file in files
            if file.content
        ]
        is_complete = len(contents) == sum(map(len, self.marts.values()))
        return results(contents) if is_complete else None

    @property
    def object_keys(self) -> frozenset[str]:
        """Every object of the lake that a reader of this snapshot needs."""
        own = (keys.snapshot(self.snapshot_id, name) for name in (MANIFEST_FILE, VIEWS_FILE))
        return frozenset([*own, *(file.key for files in self.marts.values() for file in files)])


class NothingPublished(Failure):
    """There is no such snapshot (yet)."""


def current_snapshot_id(store: ObjectStore) -> str | None:
    """The id in the pointer, if anything was published."""
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
    """The manifest of a snapshot; None if there is none, or if its publish did not get that far."""
    return documents.find(SnapshotManifest, store, keys.snapshot(snapshot_id, MANIFEST_FILE))


def wanted_manifest(store: ObjectStore, wanted: str | date | None = None) -> SnapshotManifest:
    """The manifest of a snapshot by id, or by day: the one current when that UTC day ended.

    A day is a date or `YYYY-MM-DD`; None is the current snapshot. A snapshot that was rolled back
    is found only by its id. Raises NothingPublished.
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
        return read_manifest(store)
    raise NothingPublished(
        f"no kept snapshot was current when {day} ended; the oldest that a day finds is"
        f" {oldest.snapshot_id}, and `shortdrama snapshots` lists what else is kept"
    )


def history(store: ObjectStore) -> Iterator[SnapshotManifest]:
    """The current snapshot and its predecessors, newest first, as far as they are kept."""
    snapshot_id = current_snapshot_id(store)
    while snapshot_id and (manifest := find_manifest(store, snapshot_id)):
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


def all_manifests(store: ObjectStore) -> Iterator[SnapshotManifest]:
    """All snapshots, oldest first. It lists folders: only for people and housekeeping."""
    for folder in store.folders(keys.SNAPSHOTS):
        manifest = find_manifest(store, folder)
        if manifest is not None:
            yield manifest


def with_refusals(manifest: SnapshotManifest, store: ObjectStore) -> SnapshotManifest:
    """The manifest with refusals up to now, because a refusal alone publishes no new snapshot."""
    now = read_inputs(store).states()
    datasets = {
        name: state.model_copy(update={"refused_since": now[name].refused_since})
        for name, state in manifest.datasets.items()
    }
    return manifest.model_copy(update={"datasets": datasets})
