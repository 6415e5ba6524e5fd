"""Who was sent what of an edition, from its send ledger; `reports` writes it, SQL reads it too."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from shortdrama.core.errors import DamagedDocument
from shortdrama.lake import keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore

RECIPIENT_ID = re.compile(r"[a-z0-9_-]{1,40}")
KIND = re.compile(r"edition|late_note|correction-[1-9]\d{0,2}")

EDITION = "edition"
LATE_NOTE = "late_note"

State = Literal["claimed", "sent", "failed", "refused", "unknown"]
"""`claimed`: a sender has begun. `failed` is tried again, `refused` is not. `unknown`: the mail may
have left."""


class SendKey(NamedTuple):
    """What of an edition, to whom: nobody gets one kind twice."""

    recipient: str
    kind: str


def digest_of(address: str) -> str:
    """The id under which sends to an address were recorded before recipients had ids."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:12]


def _from_version_1(record: dict[str, Any]) -> dict[str, Any]:
    """Form 1 was by address, and had only editions."""
    kept = {name: value for name, value in record.items() if name != "address"}
    return {**kept, "recipient": digest_of(record["address"]), "kind": EDITION}


class SendRecord(Document):
    """The last attempt to send something to somebody. `claim_id` says whose attempt it is.

    `corrected` is the number of the newest correction that an edition had in it when it was sent.
    `is_told`: the engineers know that it is unknown, refused or given up.

    The send ledger is a list of these, each with its own version. Older code refuses a version that
    is newer than itself, and the oldest code refuses a record without an address; but a ledger that
    is not a list, or that has another key, would look empty to it, and it would mail everybody.
    """

    upgrades = (_from_version_1,)
    schema_version: Literal[2] = 2
    recipient: Annotated[str, Field(pattern=RECIPIENT_ID.pattern)]
    kind: Annotated[str, Field(pattern=f"^({KIND.pattern})$")] = EDITION
    locale: str
    state: State
    claim_id: str
    claimed_at: datetime
    settled_at: datetime | None = None
    error: str | None = None
    attempts: int = 1
    corrected: int = 0
    is_told: bool = False

    @property
    def key(self) -> SendKey:
        """What nobody gets twice."""
        return SendKey(self.recipient, self.kind)


Records = Mapping[SendKey, SendRecord]


def read_sends(store: ObjectStore, edition_id: str) -> Records:
    """The ledger of an edition; raises DamagedDocument, NewerDocument."""
    document, _ = store.read_json_versioned(keys.sends(edition_id))
    return parsed_sends(document, edition_id)


def parsed_sends(document: object, edition_id: str) -> Records:
    """The records of an edition's ledger (None if it has none).

    Raises DamagedDocument, NewerDocument.
    """
    key = keys.sends(edition_id)
    records = [SendRecord.read(entry, key) for entry in entries_of(document, edition_id)]
    return {record.key: record for record in records}


def entries_of(document: object, edition_id: str) -> list[Any]:
    """The entries as they are in the lake; raises DamagedDocument if it is not a list."""
    if document is not None and not isinstance(document, list):
        raise DamagedDocument(keys.sends(edition_id), "it is not a list of sends")
    return list(document or [])
