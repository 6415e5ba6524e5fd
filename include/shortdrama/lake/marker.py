"""`lake.json` says whether a lake is `sample` or `real`, once and for ever."""

from typing import Literal

from shortdrama.core.errors import Failure
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore

LakeKind = Literal["sample", "real"]


class LakeKindMismatch(Failure):
    """The lake is of the other kind than asked for."""


def ensure_lake(store: ObjectStore, kind: LakeKind) -> None:
    """Mark a new lake; of a lake that is already marked, check the kind."""
    document = store.update_json(keys.LAKE, lambda found: None if found else {"kind": kind})
    if document["kind"] != kind:
        raise LakeKindMismatch(
            f"the lake {store.bucket} is marked {document['kind']!r}, not {kind!r}. A lake"
            " keeps its kind: set SHORTDRAMA_LAKE_KIND to it, or use another bucket"
        )


def lake_kind(store: ObjectStore) -> LakeKind:
    """The kind of this lake; raises LakeKindMismatch if nobody has marked it."""
    document, _ = store.read_json_versioned(keys.LAKE)
    if document is None:
        raise LakeKindMismatch(f"the lake {store.bucket} is not marked; run `shortdrama lake init`")
    kind: LakeKind = document["kind"]
    return kind
