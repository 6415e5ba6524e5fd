"""The load ledger: which loads count. Appending to it is the commit of a load."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.datasets import Dataset
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.windows import Window

Status = Literal["accepted", "quarantined", "revoked"]


class Coverage(BaseModel):
    """What a load asked for and was answered.

    `countries` is empty for datasets that have none. A row that a newer load covers and does not
    hold is gone.
    """

    model_config = ConfigDict(frozen=True)

    window: Window
    countries: tuple[str, ...] = ()


class LoadRecord(BaseModel):
    """What the ledger says about a load. `seq` orders loads that were said at the same instant."""

    model_config = ConfigDict(frozen=True)

    load_id: str
    pull_id: str
    dataset: str
    status: Status
    key: str
    sha256: str
    rows: int
    coverage: Coverage
    said_at: datetime
    decided_at: datetime
    is_sample: bool
    reasons: tuple[str, ...] = ()
    seq: int = 0


class LoadLedger:
    """The ledger of one dataset, a JSON list that grows by compare-and-swap."""

    def __init__(self, store: ObjectStore, dataset: Dataset) -> None:
        self._store = store
        self._key = keys.load_ledger(dataset)

    def records(self) -> list[LoadRecord]:
        """All records, oldest first."""
        document, _ = self._store.read_json_versioned(self._key)
        return [LoadRecord.model_validate(entry) for entry in document or []]

    def accepted(self) -> list[LoadRecord]:
        """The loads that count: accepted and not revoked since, oldest first."""
        latest = {record.load_id: record for record in self.records()}
        return sorted(
            (record for record in latest.values() if record.status == "accepted"),
            key=lambda record: record.seq,
        )

    def find(self, load_id: str) -> LoadRecord | None:
        """The newest record of a load, if the ledger has one."""
        matches = [record for record in self.records() if record.load_id == load_id]
        return matches[-1] if matches else None

    def append(self, record: LoadRecord) -> LoadRecord:
        """Commit a record; a load that the ledger already has stays as it was decided first.

        A step that runs twice therefore changes nothing. Returns the record that stands.
        """

        def change(document: list[dict[str, object]] | None) -> list[dict[str, object]] | None:
            entries = document or []
            if any(entry["load_id"] == record.load_id for entry in entries):
                return None
            numbered = record.model_copy(update={"seq": len(entries) + 1})
            return [*entries, numbered.model_dump(mode="json")]

        entries = self._store.update_json(self._key, change)
        stands = next(entry for entry in entries if entry["load_id"] == record.load_id)
        return LoadRecord.model_validate(stands)
