"""The files of a published snapshot, compared with its manifest.

A later snapshot takes over files that hold the same rows. So a file that was lost or changed would
stay in all later snapshots, whatever is built.
"""

from shortdrama.lake import keys
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.warehouse.publish.export import Files
from shortdrama.warehouse.snapshots.manifest import VIEWS_FILE, MartFile, SnapshotManifest


def whole_files(manifest: SnapshotManifest, store: ObjectStore) -> Files:
    """The files of a snapshot, by mart, without those that are gone or have other bytes.

    One listing per folder; a file is only read if its ETag is unknown or has changed.
    """
    folders = {file.key.split("/")[2] for files in manifest.marts.values() for file in files}
    there = {
        key: etag
        for folder in sorted(folders)
        for key, etag in store.etags(keys.snapshot(folder, ""))
    }
    return {
        mart: tuple(file for file in files if _is_whole(file, there, store))
        for mart, files in manifest.marts.items()
    }


def is_whole(manifest: SnapshotManifest, files: Files, store: ObjectStore) -> bool:
    """Whether nothing of a snapshot is lost; `files` are its whole files."""
    views = keys.snapshot(manifest.snapshot_id, VIEWS_FILE)
    return files == manifest.marts and store.exists(views)


def _is_whole(file: MartFile, there: dict[str, str], store: ObjectStore) -> bool:
    if file.key not in there:
        return False
    if there[file.key] == file.etag:
        return True
    try:
        return store.digest(file.key).sha256 == file.sha256
    except NotFound:
        return False
