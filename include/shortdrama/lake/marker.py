"""`lake.json` says whether a lake is `sample` or `real`, and never changes."""

from typing import Literal

from shortdrama.core.errors import Failure
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore

LakeKind = Literal["sample", "real"]


class LakeKindMismatch(Failure):
    """The lake does not have the kind that was asked for."""


class Marker(Document):
    """What `lake.json` says."""

    schema_version: Literal[1] = 1
    kind: LakeKind


def ensure_lake(store: ObjectStore, kind: LakeKind) -> None:
    """Mark a new lake, or check the kind of a marked one."""
    marker = documents.update(Marker, store, keys.LAKE, lambda found: found or Marker(kind=kind))
    if marker.kind != kind:
        raise LakeKindMismatch(
            f"the lake {store.bucket} is marked {marker.kind!r}, not {kind!r}. A lake"
            " keeps its kind: set SHORTDRAMA_LAKE_KIND to it, or use another bucket"
        )


def lake_kind(store: ObjectStore) -> LakeKind:
    """The kind of this lake; raises LakeKindMismatch if it is not marked."""
    marker = documents.find(Marker, store, keys.LAKE)
    if marker is None:
        raise LakeKindMismatch(f"the lake {store.bucket} is not marked; run `shortdrama lake init`")
    return marker.kind
