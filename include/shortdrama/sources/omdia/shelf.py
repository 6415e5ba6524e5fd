"""Where layouts come from: this software, the lake, and those that loads were read by.

A layout that a load was read by is kept under its own SHA-256, so that the load can be replayed
whatever becomes of the layout's file. One in the lake may therefore not change once it was used: a
new one takes its place, under another id, and says so in `supersedes`.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from shortdrama.lake import keys
from shortdrama.lake.reading import LayoutRef
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.sources.omdia.layouts import (
    KnownLayout,
    LayoutRefused,
    packaged_layouts,
    read_layout,
)

SOURCE = "omdia"
MAX_LAYOUT_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Shelf:
    """The layouts to choose from, and why others in the lake are not."""

    layouts: tuple[KnownLayout, ...]
    unusable: tuple[str, ...] = ()

    def with_layout(self, known: KnownLayout) -> "Shelf":
        """The shelf as it would be with one more; in place of one of the same id."""
        others = [one for one in self.layouts if one.layout.id != known.layout.id]
        return Shelf((*others, known), self.unusable)


def shelf(store: ObjectStore) -> Shelf:
    """The layouts of this software and of the lake."""
    layouts, unusable = packaged_layouts(), []
    for one in store.listed(keys.inbox_layouts(SOURCE)):
        name = PurePosixPath(one.key).name
        if not name.endswith(".json"):
            continue
        try:
            if one.size > MAX_LAYOUT_BYTES:
                raise LayoutRefused(f"the layout {name} has {one.size:,} bytes")
            known = read_layout(store.get(one.key), name)
            check_new(known, layouts, store)
        except LayoutRefused as refused:
            unusable.append(str(refused))
        else:
            layouts.append(known)
    return Shelf(tuple(layouts), tuple(unusable))


def check_new(known: KnownLayout, others: list[KnownLayout], store: ObjectStore) -> None:
    """Refuse a layout whose id is taken, or that was changed after a load was read by it."""
    layout_id = known.layout.id
    if known.layout.vendor is None:
        raise LayoutRefused(
            f"the layout {layout_id} lacks `vendor`, which tells readers who "
            f"{known.layout.publisher} is: at least its scope, and where that is known from"
        )
    if layout_id in [other.layout.id for other in others]:
        raise LayoutRefused(f"there is another layout {layout_id}; give this one another id")
    used = [PurePosixPath(key).stem for key in store.list(keys.used_layouts(SOURCE, layout_id))]
    if used and known.sha256 not in used:
        raise LayoutRefused(
            f"the layout {layout_id} was changed after a load was read by it; put it back as it "
            f'was, and give the new one another id and "supersedes": "{layout_id}"'
        )


def ref(known: KnownLayout) -> LayoutRef:
    """How a load names the layout that it was read by."""
    return LayoutRef(id=known.layout.id, sha256=known.sha256)


def kept(named: LayoutRef, store: ObjectStore) -> KnownLayout:
    """The layout that a load was read by; raises LayoutRefused when it is gone or changed."""
    key = keys.used_layout(SOURCE, named.id, named.sha256)
    try:
        known = read_layout(store.get(key), f"{named.id}.json")
    except NotFound:
        raise LayoutRefused(
            f"{key} is gone, the layout that the load was read by; restore it from a backup, or "
            "revoke the load and replay it with today's layouts"
        ) from None
    if known.sha256 != named.sha256:
        raise LayoutRefused(f"{key} was changed; restore it from a backup")
    return known
