"""Which snapshots and editions cite a load: what readers have that was made of it.

Only for people: it reads every manifest and every edition. What cannot be read is named and stops
nobody, because a wrong load has to be taken out even if something else is damaged.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import Failure
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import corrections_of, edition_ids, find_edition
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, find_manifest
from shortdrama.warehouse.snapshots.pointer import read_pointer

SHOWN = 10


class CitingEdition(BaseModel):
    """An edition that was made of a load. `is_corrected`: its newest correction is without it."""

    model_config = ConfigDict(frozen=True)

    edition: str
    snapshot_id: str
    is_corrected: bool


class Citations(BaseModel):
    """What cites a load: snapshots, oldest first, and editions.

    `current` is the snapshot that readers have now, if it has the load. `unreadable` says of what
    nobody can know whether it cites the load, and why.
    """

    model_config = ConfigDict(frozen=True)

    snapshots: tuple[str, ...] = ()
    current: str | None = None
    editions: tuple[CitingEdition, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def uncorrected(self) -> tuple[str, ...]:
        """The editions whose readers have figures that were made of the load."""
        return tuple(one.edition for one in self.editions if not one.is_corrected)

    def lines(self) -> Iterator[str]:
        """What a person reads before the load is taken out."""
        if not self.snapshots:
            yield "No snapshot that is kept has it."
        elif self.current:
            yield f"{_times(len(self.snapshots), 'snapshot')} with it, also the current one."
        else:
            yield f"{_times(len(self.snapshots), 'snapshot')} with it, but not the current one."
        yield from _listed("made with it", self.uncorrected)
        corrected = tuple(one.edition for one in self.editions if one.is_corrected)
        yield from _listed("corrected without it already", corrected)
        for problem in self.unreadable:
            yield f"Not known: {problem}"


def citations_of(load_id: str, dataset_id: str, store: ObjectStore) -> Citations:
    """What cites a load of a dataset. Raises the store's errors, and those of the pointer."""
    pointer, _ = read_pointer(store)
    problems: list[str] = []
    known: dict[str, bool] = {}
    for snapshot_id in store.folders(keys.SNAPSHOTS):
        try:
            manifest = find_manifest(store, snapshot_id)
        except Failure as error:
            problems.append(str(error))
            continue
        if manifest is not None:  # A publish that was killed leaves a folder without one.
            known[snapshot_id] = _has(manifest, load_id, dataset_id)
    editions = []
    for edition_id in edition_ids(store):
        try:
            found = _citing(edition_id, known, store)
        except Failure as error:
            problems.append(f"{edition_id}: {error}")
            continue
        if found:
            editions.append(found)
    cited = tuple(snapshot_id for snapshot_id, has_it in known.items() if has_it)
    return Citations(
        snapshots=cited,
        current=pointer.snapshot_id if pointer and pointer.snapshot_id in cited else None,
        editions=tuple(editions),
        unreadable=tuple(problems),
    )


class _SnapshotGone(Failure):
    """An edition cites a snapshot whose manifest is not there or cannot be read."""


def _has(manifest: SnapshotManifest, load_id: str, dataset_id: str) -> bool:
    state = manifest.datasets.get(dataset_id)
    return state is not None and load_id in state.load_ids


def _citing(edition_id: str, known: dict[str, bool], store: ObjectStore) -> CitingEdition | None:
    """The edition, if it or one of its corrections was made of a snapshot that has the load."""
    edition = find_edition(store, edition_id)
    if edition is None:
        return None
    made_of = [edition.snapshot_id]
    made_of += [one.snapshot_id for one in corrections_of(store, edition_id)]
    gone = [snapshot_id for snapshot_id in made_of if snapshot_id not in known]
    if gone:
        raise _SnapshotGone(f"the manifest of its snapshot {gone[0]} is gone or cannot be read")
    having = [snapshot_id for snapshot_id in made_of if known[snapshot_id]]
    if not having:
        return None
    return CitingEdition(
        edition=edition_id, snapshot_id=having[-1], is_corrected=not known[made_of[-1]]
    )


def _listed(how: str, editions: tuple[str, ...]) -> Iterator[str]:
    if not editions:
        return
    yield f"{_times(len(editions), 'edition')} {how}:"
    yield from (f"  {edition}" for edition in editions[-SHOWN:])
    if len(editions) > SHOWN:
        yield f"  and {len(editions) - SHOWN} more; --json names all"


def _times(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
