"""The load ledger: which loads count. Appending to it is the commit of a load."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shortdrama.core.errors import Failure
from shortdrama.lake import documents, keys
from shortdrama.lake.pages import Head, S, all_records, records_of, seal, summaries
from shortdrama.lake.records import (
    Coverage,
    LoadRecord,
    Settled,
    Status,
    accepted_of,
    is_new_decision,
    is_new_load,
    newest_of,
    settled,
)
from shortdrama.lake.store import NotFound, ObjectStore

__all__ = ["Coverage", "LoadLedger", "LoadRecord", "Overtaken", "Status", "accepted_of"]


class Overtaken(Exception):
    """Other loads count by now than those that the gate has compared a load with."""


class LedgerMoved(Failure):
    """Other loads were decided while somebody looked at the ledger; look at it again."""


class LoadLedger:
    """The ledger of one dataset; it grows by compare-and-swap of its head."""

    def __init__(self, store: ObjectStore, dataset: str) -> None:
        self._store = store
        self._dataset = dataset
        self._key = keys.load_ledger(dataset)

    def records(self) -> list[LoadRecord]:
        """All records, oldest first."""
        return all_records(self._head(), self._store, self._dataset)

    def summaries(self, summarise: Callable[[Sequence[LoadRecord]], S]) -> list[S]:
        """What `summarise` says about each page of records, oldest first; see `pages.summaries`."""
        return summaries(self._head(), self._store, self._dataset, summarise)

    def etag(self) -> str | None:
        """Changes whenever the ledger does; None if there is no ledger yet. Reads nothing."""
        try:
            return self._store.etag(self._key)
        except NotFound:
            return None

    def newest(self) -> list[LoadRecord]:
        """The newest record of each load, in the order in which the gate decided the loads."""
        return newest_of(self.records())

    def accepted(self) -> list[LoadRecord]:
        """The loads that count: accepted and not revoked since, oldest decision first."""
        return accepted_of(self.newest())

    def history(self, load_id: str) -> list[LoadRecord]:
        """The records of a load, oldest first; reads little of a long ledger."""
        return records_of(self._head(), self._store, self._dataset, [load_id])

    def find(self, load_id: str) -> LoadRecord | None:
        """The newest record of a load, if the ledger has one; reads little of a long ledger."""
        return next(reversed(self.history(load_id)), None)

    def append(
        self, record: LoadRecord, compared_with: Sequence[LoadRecord] | None = None
    ) -> LoadRecord:
        """Commit a gate's verdict; a load that the ledger already has stays as it is.

        So a step that runs twice changes nothing. Returns the record that is in force. Where
        `compared_with` is given, raises Overtaken if these are no longer the loads that count.
        """
        return self._commit([record], is_new_load, compared_with)[0]

    def append_all(self, records: Sequence[LoadRecord]) -> list[LoadRecord]:
        """Commit verdicts on several loads at once; the records now in force, in their order."""
        return self._commit(records, is_new_load)

    def decide(self, record: LoadRecord) -> LoadRecord:
        """Commit a person's decision about a load that already has a verdict.

        `record.override` is the decision. The same decision again changes nothing. Returns the
        record in force. Raises DecisionRefused when the load is not in the state before.
        """
        return self.decide_all([record])[0]

    def decide_all(self, records: Sequence[LoadRecord]) -> list[LoadRecord]:
        """Commit decisions on several loads at once; the records now in force, in their order.

        Raises DecisionRefused when one of the loads is not in the state before; then none is
        committed.
        """
        return self._commit(records, is_new_decision)

    def settle(
        self, backfill: str, status: Settled, at: datetime, seen: int | None = None
    ) -> list[LoadRecord]:
        """End a backfill: accept or discard all its loads in one commit; those that ended so.

        The same end again changes nothing and returns the same. `seen` is the number of records
        that the caller has looked at: raises LedgerMoved if there are more by now. Raises
        DecisionRefused if the backfill has ended in the other way.
        """
        standing: list[LoadRecord] = []

        def change(found: Head | None) -> Head:
            head = found or Head()
            newest = newest_of(all_records(head, self._store, self._dataset))
            ends = settled(newest, backfill, status, at)
            if ends and seen is not None and seen != head.count:
                raise LedgerMoved(
                    f"{head.count - seen} loads of {self._dataset} were decided meanwhile;"
                    " do it again"
                )
            added = _numbered(head, ends)
            standing[:] = [
                record
                for record in newest_of([*newest, *added])
                if (record.backfill, record.status) == (backfill, status)
            ]
            return self._grown(head, added)

        documents.update(Head, self._store, self._key, change)
        return standing

    def _grown(self, head: Head, added: Sequence[LoadRecord]) -> Head:
        return seal(head.with_records(added), self._store, self._dataset) if added else head

    def _head(self) -> Head:
        return documents.find(Head, self._store, self._key) or Head()

    def _commit(
        self,
        records: Sequence[LoadRecord],
        is_new: Callable[[LoadRecord, LoadRecord | None], bool],
        compared_with: Sequence[LoadRecord] | None = None,
    ) -> list[LoadRecord]:
        """Append the records that the ledger does not have; the records then in force, in order."""
        ids = [record.load_id for record in records]
        standing: dict[str, LoadRecord] = {}

        def change(found: Head | None) -> Head:
            head = found or Head()
            known = records_of(head, self._store, self._dataset, ids)
            standing.clear()
            standing.update({record.load_id: record for record in known})
            added: list[LoadRecord] = []
            for record in records:
                if is_new(record, standing.get(record.load_id)):
                    added.append(record.model_copy(update={"seq": head.count + len(added) + 1}))
                    standing[record.load_id] = added[-1]
            if added and compared_with is not None:
                self._check_not_overtaken(head, compared_with)
            return self._grown(head, added)

        if records:
            documents.update(Head, self._store, self._key, change)
        return [standing[load_id] for load_id in ids]

    def _check_not_overtaken(self, head: Head, compared_with: Sequence[LoadRecord]) -> None:
        counting = accepted_of(newest_of(all_records(head, self._store, self._dataset)))
        if {one.load_id for one in counting} != {one.load_id for one in compared_with}:
            raise Overtaken


def _numbered(head: Head, records: Sequence[LoadRecord]) -> list[LoadRecord]:
    return [
        record.model_copy(update={"seq": head.count + number})
        for number, record in enumerate(records, start=1)
    ]
