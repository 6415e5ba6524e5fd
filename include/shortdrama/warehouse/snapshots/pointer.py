"""`marts/current.json`: the one commit point of publishing, and the hold that stops it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.lake import keys
from shortdrama.lake.documents import Document
from shortdrama.lake.overrides import Filled
from shortdrama.lake.store import ObjectStore


class Hold(BaseModel):
    """Why nothing may be published until the hold is released."""

    model_config = ConfigDict(frozen=True)

    by: Filled
    at: datetime
    because: Filled

    def __str__(self) -> str:
        return f"held by {self.by} since {self.at:%Y-%m-%d %H:%M} UTC: {self.because}"


class Pointer(Document):
    """Which snapshot readers get, and whether it is held."""

    schema_version: Literal[1] = 1
    snapshot_id: str
    hold: Hold | None = None


def read_pointer(store: ObjectStore) -> tuple[Pointer | None, str | None]:
    """The pointer and its ETag; (None, None) before the first publish."""
    body, etag = store.read_versioned(keys.CURRENT_SNAPSHOT)
    return (None, None) if body is None else (Pointer.read(body, keys.CURRENT_SNAPSHOT), etag)


def move_pointer(store: ObjectStore, pointer: Pointer, etag: str | None) -> None:
    """Set the pointer if it still has `etag`; raises Conflict when another writer was faster."""
    store.compare_and_swap(keys.CURRENT_SNAPSHOT, pointer.body, etag)
