"""`marts/current.json`: the one commit point of publishing, and the hold that stops it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shortdrama.lake import keys
from shortdrama.lake.overrides import Filled
from shortdrama.lake.store import ObjectStore, dump_json


class Hold(BaseModel):
    """Why nothing may be published until somebody releases it."""

    model_config = ConfigDict(frozen=True)

    by: Filled
    at: datetime
    because: Filled

    def __str__(self) -> str:
        return f"held by {self.by} since {self.at:%Y-%m-%d %H:%M} UTC: {self.because}"


class Pointer(BaseModel):
    """Which snapshot readers get, and whether it is held."""

    model_config = ConfigDict(frozen=True)

    snapshot_id: str
    hold: Hold | None = None


def read_pointer(store: ObjectStore) -> tuple[Pointer | None, str | None]:
    """The pointer and its ETag; (None, None) before the first publish."""
    document, etag = store.read_json_versioned(keys.CURRENT_SNAPSHOT)
    return (None, None) if document is None else (Pointer.model_validate(document), etag)


def move_pointer(store: ObjectStore, pointer: Pointer, etag: str | None) -> None:
    """Set the pointer if it still has `etag`; raises Conflict when somebody was faster."""
    store.compare_and_swap(keys.CURRENT_SNAPSHOT, dump_json(pointer.model_dump(mode="json")), etag)
