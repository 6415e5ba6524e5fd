"""Back-ups of a lake in a folder: every object once, under its SHA-256, and an inventory of keys.

A lake is copied while others write to it. What names other objects is copied before what it names,
since every writer writes in the opposite order. So whatever a back-up names is in it. The inventory
is written last: a back-up without one is unfinished, and the next back-up uses what it has copied.
"""

import glob
import hashlib
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from shortdrama.core.errors import Failure
from shortdrama.lake import keys
from shortdrama.lake.documents import Document
from shortdrama.lake.marker import LakeKind, lake_kind
from shortdrama.lake.store import Listed, NotFound, ObjectStore


class Step(NamedTuple):
    """What is copied together: the keys under a prefix whose rest matches."""

    prefix: str
    rest: str

    def holds(self, key: str) -> bool:
        """Whether the key belongs here, if it belongs to no earlier step."""
        rest = key.removeprefix(self.prefix)
        return key.startswith(self.prefix) and bool(re.fullmatch(self.rest, rest, re.DOTALL))


STEPS = (
    Step(keys.LAKE, ""),
    Step(keys.EDITIONS, r".*/sends\.json"),
    Step(keys.EDITIONS, r".*\.json"),
    Step(keys.CURRENT_SNAPSHOT, ""),
    Step(keys.BACKFILLS, r".*\.json"),
    Step(keys.LEDGERS, r"[^/]*\.json"),
    Step(keys.SNAPSHOTS, r"[^/]*/iceberg/tables\.json"),
    Step("", r".*\.json"),
    Step("", ".*"),
)
"""In this order: sends name editions, editions name snapshots, the pointer names one, backfills
name loads, ledgers name pages, lists of Iceberg tables name their metadata, and all documents name
files. Each step lists the store afresh. It leaves out what belongs to an earlier one: such a
document is new, and names what is newer than this copy. The marker is first, so a restore writes it
last: without it, nobody takes a bucket for a lake."""

INVENTORY = ".lake.json"
WORKERS = 8
"""Objects that are copied at the same time."""
SHOWN = 5


class NoBackup(Failure):
    """There is no such back-up in the folder."""


class BackupDamaged(Failure):
    """Files of a back-up are gone or have other bytes."""


class TargetNotEmpty(Failure):
    """The bucket holds what is not in the back-up; nothing was changed."""


class OtherLake(Failure):
    """The back-up is of a lake of another kind, or of a bucket with another name."""


class Entry(BaseModel):
    """An object as it was copied; `etag` is the store's."""

    model_config = ConfigDict(frozen=True)

    key: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size: int
    etag: str
    content_type: str

    @property
    def step(self) -> int:
        """The number of its step."""
        return _step(self.key)


class Inventory(Document):
    """A finished back-up. Times are of the machine's clock, in UTC."""

    schema_version: Literal[1] = 1
    bucket: str
    kind: LakeKind
    begun_at: datetime
    ended_at: datetime
    entries: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """Bytes of all objects."""
        return sum(entry.size for entry in self.entries)


@dataclass(frozen=True)
class Made:
    """What a back-up did: `copied` objects were read, the others an earlier back-up had."""

    name: str
    inventory: Inventory
    copied: int


@dataclass(frozen=True)
class Restored:
    """What a restore did, in objects: written, left because they were there, removed."""

    written: int
    left: int
    removed: int


def back_up(store: ObjectStore, folder: Path, name: str) -> Made:
    """Copy the lake into the folder, as the back-up `name`; other back-ups may be in it.

    An object that an earlier back-up has is not read from the store again. All files are read and
    checked. Raises BackupDamaged if the folder has lost some, LakeKindMismatch if the bucket is no
    lake, OSError if the disk is full; what was copied stays for the next attempt.
    """
    begun_at = datetime.now(UTC)
    kind = lake_kind(store)
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="unfinished-", dir=folder) as drafts:
        copying = _Copying(store, folder, Path(drafts))
        entries = copying.all()
    inventory = Inventory(
        bucket=store.bucket,
        kind=kind,
        begun_at=begun_at,
        ended_at=datetime.now(UTC),
        entries=tuple(sorted(entries, key=lambda entry: entry.key)),
    )
    check(folder, inventory)
    draft = folder / f"{name}{INVENTORY}.new"
    draft.write_bytes(inventory.model_dump_json().encode())
    draft.rename(folder / f"{name}{INVENTORY}")
    return Made(name, inventory, copying.count_new(entries))


def names(folder: Path) -> list[str]:
    """The finished back-ups of a folder, in order of their names, which begin with the time."""
    return sorted(path.name.removesuffix(INVENTORY) for path in folder.glob(f"*{INVENTORY}"))


def read(folder: Path, name: str | None = None) -> Inventory:
    """The back-up of that name, by default the last; raises NoBackup, DamagedDocument."""
    known = names(folder)
    wanted = name or next(reversed(known), None)
    if wanted not in known:
        raise NoBackup(
            f"{folder} has no finished back-up" + (f" {name}" if name else "")
            + (f"; it has {', '.join(known[-SHOWN:])}" if known else "")
        )  # fmt: skip
    path = folder / f"{wanted}{INVENTORY}"
    return Inventory.read(path.read_bytes(), str(path))


def check(folder: Path, inventory: Inventory) -> None:
    """Read every file of the back-up and compare it with its digest; raises BackupDamaged."""
    digests = {entry.sha256: entry.key for entry in inventory.entries}
    with ThreadPoolExecutor(WORKERS) as pool:
        are_whole = pool.map(lambda digest: _is_whole(_path(folder, digest), digest), digests)
        broken = [digest for digest, whole in zip(digests, are_whole, strict=True) if not whole]
    if broken:
        files = "\n".join(f"{_path(folder, one)} of {digests[one]}" for one in broken[:SHOWN])
        raise BackupDamaged(
            f"the back-up is damaged: {len(broken)} of {len(digests)} files are gone or have other"
            f" bytes. What to do: take another copy of the folder {folder}; or, while the lake has"
            f" these objects, remove the files and make a back-up again. The first are\n{files}"
        )


def prune(folder: Path, keep: int) -> list[str]:
    """Remove all but the last `keep` back-ups, and objects that none of these has; their names.

    No other back-up into the folder may run meanwhile.
    """
    old = names(folder)[:-keep]
    for name in old:
        # The inventory goes first: a back-up is whole, or it is none. Then the stack's database.
        (folder / f"{name}{INVENTORY}").unlink()
        for path in folder.glob(f"{glob.escape(name)}.*"):
            path.unlink()
    needed = {entry.sha256 for name in names(folder) for entry in read(folder, name).entries}
    for path in (folder / "objects").glob("*/*"):
        if path.name not in needed:
            path.unlink()
    return old


def restore(
    store: ObjectStore, folder: Path, inventory: Inventory, *, replace: bool = False
) -> Restored:
    """Bring the bucket to exactly the objects of the back-up; the marker is written last.

    The same restore again goes on where it was killed. Raises BackupDamaged, OtherLake, and, unless
    `replace`, TargetNotEmpty; then nothing was changed. Nobody else may write meanwhile.
    """
    if inventory.bucket != store.bucket:
        raise OtherLake(
            f"the back-up is of the bucket {inventory.bucket}, not of {store.bucket}. Published"
            " snapshots have the bucket's name in them: restore into a bucket of the same name"
        )
    check(folder, inventory)
    wanted = {entry.key: entry for entry in inventory.entries}
    there = {one.key: one for one in store.listed("")}
    with ThreadPoolExecutor(WORKERS) as pool:
        pairs = [(wanted.get(key), one) for key, one in there.items()]
        same = pool.map(lambda pair: _is_same(store, *pair), pairs)
        right = {key for key, is_right in zip(there, same, strict=True) if is_right}
        foreign = sorted(there.keys() - right)
        if foreign and not replace:
            raise TargetNotEmpty(
                f"the bucket {store.bucket} has {len(foreign)} objects that are not in the back-up,"
                f" {_some(foreign)}. Nothing was changed. What to do: restore into an empty bucket,"
                " or give --replace: then these objects are lost"
            )
        if foreign:
            store.delete(keys.LAKE)
            right.discard(keys.LAKE)
        missing = [entry for key, entry in wanted.items() if key not in right]
        removed = [key for key in foreign if key not in wanted]
        for step in reversed(range(1, len(STEPS))):
            _write_all(store, folder, [one for one in missing if one.step == step], pool)
        list(pool.map(store.delete, removed))
        _write_all(store, folder, [one for one in missing if one.step == 0], pool)
    return Restored(len(missing), len(right), len(removed))


def _step(key: str) -> int:
    return next(number for number, step in enumerate(STEPS) if step.holds(key))


class _Copying:
    """One back-up on its way."""

    def __init__(self, store: ObjectStore, folder: Path, drafts: Path) -> None:
        self._store, self._folder, self._drafts = store, folder, drafts
        self._earlier = {
            entry.key: entry for one in names(folder) for entry in read(folder, one).entries
        }

    def all(self) -> list[Entry]:
        """All objects, in the order of STEPS."""
        found: list[Entry | None] = []
        with ThreadPoolExecutor(WORKERS) as pool:
            for number, step in enumerate(STEPS):
                listed = list(self._store.listed(step.prefix))
                wanted = [one for one in listed if _step(one.key) == number]
                found += pool.map(self._entry, wanted)
        return [entry for entry in found if entry]

    def count_new(self, entries: Sequence[Entry]) -> int:
        """How many of them no earlier back-up had."""
        return sum(self._earlier.get(entry.key) is not entry for entry in entries)

    def _entry(self, one: Listed) -> Entry | None:
        """The object in the folder; None if it is gone since it was listed, as candidates are."""
        known = self._earlier.get(one.key)
        if known and (known.etag, known.size) == (one.etag, one.size):
            path = _path(self._folder, known.sha256)
            if path.is_file() and path.stat().st_size == known.size:
                return known
        draft = self._drafts / hashlib.sha256(one.key.encode()).hexdigest()
        try:
            got = self._store.receive(one.key, draft)
        except NotFound:
            return None
        path = _path(self._folder, got.sha256)
        path.parent.mkdir(exist_ok=True)
        draft.rename(path)
        return Entry(
            key=one.key,
            sha256=got.sha256,
            size=got.size,
            etag=got.etag,
            content_type=got.content_type,
        )


def _write_all(
    store: ObjectStore, folder: Path, entries: Sequence[Entry], pool: ThreadPoolExecutor
) -> None:
    list(pool.map(lambda entry: _write(store, folder, entry), entries))


def _write(store: ObjectStore, folder: Path, entry: Entry) -> None:
    """Write the object in the way that gave its ETag, and read it back."""
    path = _path(folder, entry.sha256)
    if "-" in entry.etag:
        store.upload(path, entry.key, content_type=entry.content_type)
    else:
        store.put(entry.key, path.read_bytes(), content_type=entry.content_type)
    if store.digest(entry.key).sha256 != entry.sha256:
        raise BackupDamaged(
            f"the store has other bytes for {entry.key} than were written. The restore is not"
            " finished: check the store's disk, and restore again"
        )


def _is_same(store: ObjectStore, entry: Entry | None, there: Listed) -> bool:
    return (
        entry is not None
        and entry.size == there.size
        and store.digest(entry.key).sha256 == entry.sha256
    )


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _path(folder: Path, sha256: str) -> Path:
    return folder / "objects" / sha256[:2] / sha256


def _some(found: Sequence[str]) -> str:
    more = len(found) - SHOWN
    return "among them " + ", ".join(found[:SHOWN]) + (f" and {more} more" if more > 0 else "")
