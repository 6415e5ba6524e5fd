"""Who was sent an edition, from its send ledger; `reports` writes it, SQL reads it too."""

import hashlib
from datetime import datetime
from typing import Literal

from shortdrama.core.errors import DamagedDocument
from shortdrama.lake import keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore

Records = dict[str, "SendRecord"]


class SendRecord(Document):
    """The last attempt to send an edition to somebody. `claim_id` says whose attempt it is.

    The send ledger is a list of these, each with its own version: older code treats a ledger that
    is not a list as empty, and would mail everybody again.
    """

    schema_version: Literal[1] = 1
    address: str
    locale: str
    state: Literal["claimed", "sent", "failed"]
    claim_id: str
    claimed_at: datetime
    settled_at: datetime | None = None
    error: str | None = None


def recipient_id(address: str) -> str:
    """Replaces an address where no address may be seen: in logs, messages and marts."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:12]


def read_sends(store: ObjectStore, edition_id: str) -> Records:
    """The ledger of an edition, by address."""
    document, _ = store.read_json_versioned(keys.sends(edition_id))
    return parsed_sends(document, edition_id)


def parsed_sends(document: object, edition_id: str) -> Records:
    """The records of an edition's ledger (None if it has none), by address.

    Raises DamagedDocument, NewerDocument.
    """
    key = keys.sends(edition_id)
    if document is not None and not isinstance(document, list):
        raise DamagedDocument(key, "it is not a list of sends")
    records = (SendRecord.read(entry, key) for entry in document or [])
    return {record.address: record for record in records}
