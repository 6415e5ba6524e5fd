"""What people see of the published snapshots."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shortdrama.datasets import headline
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import all_manifests
from shortdrama.warehouse.snapshots.pointer import Hold, read_pointer


class ListedSnapshot(BaseModel):
    """A snapshot, in one line. `editions` are the reports that cite it.

    `staged_by` is the backfill of a staged one, which was never published.
    """

    model_config = ConfigDict(frozen=True)

    snapshot_id: str
    created_at: datetime
    as_of: dict[str, str | None]
    rows: int
    is_current: bool
    staged_by: str | None
    hold: Hold | None
    editions: tuple[str, ...]

    @property
    def estimates_as_of(self) -> str | None:
        """The newest day of the estimates, which identifies a snapshot for people."""
        return self.as_of.get(headline().id)


def listed_snapshots(
    store: ObjectStore, cited: Mapping[str, Sequence[str]]
) -> list[ListedSnapshot]:
    """All published snapshots, newest first; `cited` are the editions that cite each.

    It reads every manifest: use it only for people.
    """
    pointer, _ = read_pointer(store)
    listed = [
        ListedSnapshot(
            snapshot_id=manifest.snapshot_id,
            created_at=manifest.created_at,
            as_of={name: state.as_of for name, state in manifest.datasets.items()},
            rows=manifest.rows,
            is_current=pointer is not None and pointer.snapshot_id == manifest.snapshot_id,
            staged_by=manifest.staged_by,
            hold=(
                pointer.hold
                if pointer is not None and pointer.snapshot_id == manifest.snapshot_id
                else None
            ),
            editions=tuple(cited.get(manifest.snapshot_id, ())),
        )
        for manifest in all_manifests(store)
    ]
    return sorted(listed, key=lambda snapshot: snapshot.created_at, reverse=True)
