"""Who was sent an edition, as its send ledger says; `reports` writes it, SQL reads it too."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore

Records = dict[str, "SendRecord"]


class SendRecord(BaseModel):
    """The last attempt to send an edition to somebody. `claim_id` says whose attempt it is."""

    model_config = ConfigDict(frozen=True)

    address: str
    locale: str
    state: Literal["claimed", "sent", "failed"]
    claim_id: str
    claimed_at: datetime
    settled_at: datetime | None = None
    error: str | None = None


def read_sends(store: ObjectStore, edition_id: str) -> Records:
    """The ledger of an edition, by address."""
    document, _ = store.read_json_versioned(keys.sends(edition_id))
    return parsed_sends(document)


def parsed_sends(document: object) -> Records:
    """The records of a ledger's document, by address."""
    entries = document if isinstance(document, list) else []
    return {record.address: record for record in map(SendRecord.model_validate, entries)}
