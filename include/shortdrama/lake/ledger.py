"""The load ledger: which loads count. Appending to it is the commit of a load.

The gate decides a load once. After that only a person does: quarantined → accepted → revoked, each
step once and with a reason.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import DecisionRefused
from shortdrama.core.windows import Window
from shortdrama.lake import keys
from shortdrama.lake.overrides import Override
from shortdrama.lake.store import ObjectStore
from shortdrama.lake.warned import Warned

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
    """What the ledger says about a load. `seq` orders loads that were said at the same instant.

    `reasons` say why a load does not count; of a load that a person let in, why the gate had
    refused it. `warnings` are what the gate told of an accepted one. `override` is the person's
    decision, if this record is one.
    """

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
    warnings: tuple[Warned, ...] = ()
    override: Override | None = None
    seq: int = 0


class LoadLedger:
    """The ledger of one dataset, a JSON list that grows by compare-and-swap."""

    def __init__(self, store: ObjectStore, dataset: str) -> None:
        self._store = store
        self._key = keys.load_ledger(dataset)

    def records(self) -> list[LoadRecord]:
        """All records, oldest first."""
        document, _ = self._store.read_json_versioned(self._key)
        return [LoadRecord.model_validate(entry) for entry in document or []]

    def newest(self) -> list[LoadRecord]:
        """The newest record of each load, in the order in which the gate decided the loads."""
        # A key that is set again keeps its place.
        return list({record.load_id: record for record in self.records()}.values())

    def accepted(self) -> list[LoadRecord]:
        """The loads that count: accepted and not revoked since, oldest decision first."""
        return accepted_of(self.newest())

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
            return _appended(entries, record)

        entries = self._store.update_json(self._key, change)
        stands = next(entry for entry in entries if entry["load_id"] == record.load_id)
        return LoadRecord.model_validate(stands)

    def decide(self, record: LoadRecord) -> LoadRecord:
        """Commit what a person decided about a load that was decided before.

        `record.override` is the decision. The same decision again changes nothing. Returns the
        record that stands. Raises DecisionRefused when the load is not in the state before.
        """

        def change(document: list[dict[str, object]] | None) -> list[dict[str, object]] | None:
            entries = document or []
            standing = _newest(entries, record.load_id)
            if standing is not None and _repeats(record, standing):
                return None
            _check_step(record, standing)
            return _appended(entries, record)

        entries = self._store.update_json(self._key, change)
        stands = [entry for entry in entries if entry["load_id"] == record.load_id][-1]
        return LoadRecord.model_validate(stands)


def accepted_of(newest: list[LoadRecord]) -> list[LoadRecord]:
    """Those of the loads that count, oldest decision first."""
    return sorted(
        (record for record in newest if record.status == "accepted"),
        key=lambda record: record.seq,
    )


STATUS_BEFORE: dict[Status, Status] = {"accepted": "quarantined", "revoked": "accepted"}


def _appended(entries: list[dict[str, object]], record: LoadRecord) -> list[dict[str, object]]:
    numbered = record.model_copy(update={"seq": len(entries) + 1})
    return [*entries, numbered.model_dump(mode="json")]


def _newest(entries: list[dict[str, object]], load_id: str) -> LoadRecord | None:
    matches = [entry for entry in entries if entry["load_id"] == load_id]
    return LoadRecord.model_validate(matches[-1]) if matches else None


def _repeats(record: LoadRecord, standing: LoadRecord) -> bool:
    return record.override is not None and record.override.repeats(standing.override)


def _check_step(record: LoadRecord, standing: LoadRecord | None) -> None:
    """Raise DecisionRefused, with what can be done, unless the load is one step before."""
    before = standing.status if standing else None
    if before == STATUS_BEFORE[record.status]:
        return
    who = f", {standing.override.text}" if standing and standing.override else ""
    why = {
        None: "was not decided yet; its gate comes first",
        "accepted": f"is accepted already{who}",
        "quarantined": "is in quarantine and was never accepted: there is nothing to revoke",
        "revoked": f"is revoked already{who}",
    }[before]
    if before == "revoked" and record.status == "accepted":
        why = (
            f"was revoked{who}, and that is final. `shortdrama replay {record.load_id}` makes a new"
            " load of what was landed, and gates it anew"
        )
    raise DecisionRefused(f"{record.dataset} load {record.load_id} {why}")
