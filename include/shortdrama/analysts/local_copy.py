"""A copy of one snapshot on this machine, which can be queried without the lake.

    DIR/files/<mart>/<sha256>.parquet   named by content: a file with its name is complete
    DIR/marts.duckdb                    a view per mart over exactly these files, with comments
    DIR/manifest.json                   the snapshot's own, written last

If a pull is killed, the earlier copy stays complete, and the next pull goes on. Files that neither
this copy nor the one before it needs are removed; whoever has the one before it attached can go on
reading it.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings
from shortdrama.lake import duck, keys
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.warehouse.publish.views import STORAGE, write_macros
from shortdrama.warehouse.snapshots.manifest import (
    MANIFEST_FILE,
    VIEWS_FILE,
    MartFile,
    SnapshotManifest,
    wanted_manifest,
)
from shortdrama.warehouse.snapshots.read import connect


class PullFailed(Failure):
    """A file of the snapshot is not what its manifest says."""


@dataclass(frozen=True)
class LocalCopy:
    """What a pull did. `copied_bytes` were transferred; the other files were already there."""

    manifest: SnapshotManifest
    views: Path
    files: int
    copied_files: int
    copied_bytes: int


def pull_marts(
    folder: Path, settings: Settings, snapshot: str | date | None, say: Callable[[str], None]
) -> LocalCopy:
    """Bring a folder to a snapshot, copying only missing files.

    Raises NothingPublished, PullFailed.
    """
    folder = folder.resolve()
    store = ObjectStore.of(settings.s3)
    manifest = wanted_manifest(store, snapshot)
    wanted = dict(_placed(folder, manifest))
    missing = {path: file for path, file in wanted.items() if not _is_whole(path, file)}
    copied = 0
    for number, (path, file) in enumerate(missing.items(), start=1):
        size = _fetch(file, path, store)
        copied += size
        told = f"{file.rows:,} rows, {size / 1e3:,.0f} kB"
        say(f"{number}/{len(missing)}  {path.parent.name}  {told}")
    before = _manifest_there(folder)
    _write_views(folder, settings, manifest)
    document = store.get(keys.snapshot(manifest.snapshot_id, MANIFEST_FILE))
    _replace(folder / MANIFEST_FILE, lambda part: part.write_bytes(document))
    still_read = dict(_placed(folder, before)) if before else {}
    for path in (folder / "files").glob("*/*"):
        if path not in wanted and path not in still_read:
            path.unlink()
    return LocalCopy(manifest, folder / VIEWS_FILE, len(wanted), len(missing), copied)


def _placed(folder: Path, manifest: SnapshotManifest) -> Iterator[tuple[Path, MartFile]]:
    for mart, files in manifest.marts.items():
        for file in files:
            yield folder / "files" / mart / f"{file.sha256}.parquet", file


def _is_whole(path: Path, file: MartFile) -> bool:
    return path.exists() and _digest(path) == file.sha256


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _fetch(file: MartFile, path: Path, store: ObjectStore) -> int:
    def download(part: Path) -> None:
        try:
            store.download(file.key, part)
        except NotFound:
            raise PullFailed(
                f"{file.key} is not in the lake any more: the snapshot was removed meanwhile;"
                " pull a newer one"
            ) from None
        if _digest(part) != file.sha256:
            raise PullFailed(
                f"{file.key} does not have the content that the manifest says (sha256"
                f" {file.sha256}); pull again, and if it happens again, ask the data engineers"
            )

    _replace(path, download)
    return path.stat().st_size


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write to a temporary file and rename it: the named file is always complete, new or old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _manifest_there(folder: Path) -> SnapshotManifest | None:
    path = folder / MANIFEST_FILE
    return SnapshotManifest.read(path.read_bytes(), str(path)) if path.exists() else None


def _write_views(folder: Path, settings: Settings, manifest: SnapshotManifest) -> None:
    comments = _comments(settings, manifest.snapshot_id)

    def write(part: Path) -> None:
        with duck.connect(path=part, storage=STORAGE) as views:
            for mart in manifest.marts:
                files = [
                    str(path) for path, _ in _placed(folder, manifest) if path.parent.name == mart
                ]
                views.execute(
                    f"create view {mart} as from read_parquet({duck.list_literal(files)})"
                )
            for comment in comments:
                views.execute(comment)
            write_macros(views, manifest.marts)

    _replace(folder / VIEWS_FILE, write)


def _comments(settings: Settings, snapshot_id: str) -> list[str]:
    with connect(settings, snapshot_id) as published:
        views = published.execute(
            "select view_name, comment from duckdb_views()"
            " where database_name = 'marts' and not internal and comment is not null"
        ).fetchall()
        columns = published.execute(
            "select table_name || '.' || column_name, comment from duckdb_columns()"
            " where database_name = 'marts' and not internal and comment is not null"
        ).fetchall()
    return [
        f"comment on {kind} {name} is {duck.quoted(text)}"
        for kind, named in (("view", views), ("column", columns))
        for name, text in named
    ]
