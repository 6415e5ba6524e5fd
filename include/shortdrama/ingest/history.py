"""What the ledgers together know about a load."""

from typing import Literal

from pydantic import BaseModel

from shortdrama.core.errors import UnknownLoad
from shortdrama.datasets import DATASETS
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.records import is_completed
from shortdrama.lake.store import ObjectStore

SHOWN_ALIKE = 3


def load_history(load_id: str, store: ObjectStore) -> list[LoadRecord]:
    """All records of a load, oldest first; raises UnknownLoad."""
    for dataset_id in DATASETS:
        if history := LoadLedger(store, dataset_id).history(load_id):
            return history
    raise UnknownLoad(f"no ledger has a load {load_id}; {_alike(load_id, store)}")


def _alike(load_id: str, store: ObjectStore) -> str:
    """Loads that may be meant; nobody decides about a load by a part of its id."""
    known = [one for name in DATASETS for one in LoadLedger(store, name).newest()]
    alike = [one for one in known if load_id and one.load_id.startswith(load_id)]
    if not alike:
        return "`shortdrama gate list` says what was refused"
    more = f" and {len(alike) - SHOWN_ALIKE} more" if len(alike) > SHOWN_ALIKE else ""
    named = ", ".join(f"{one.load_id} ({one.dataset})" for one in alike[:SHOWN_ALIKE])
    return f"give the whole id. With that begin {named}{more}"


def open_backfill(record: LoadRecord, ledger: LoadLedger) -> str | None:
    """The backfill that still keeps back what becomes of a load; None if it has ended."""
    if record.backfill is None or is_completed(ledger.newest(), record.backfill):
        return None
    return record.backfill


class _Step(BaseModel):
    state: str


class _Ending(Document):
    """What an admitted load needs of a backfill's document, whose other fields are `backfill`'s."""

    schema_version: Literal[1] = 1
    steps: tuple[_Step, ...]


def as_its_backfill(record: LoadRecord, store: ObjectStore) -> LoadRecord:
    """A record that was just committed, or what it became because its backfill has ended by now.

    The ledger is looked at after the commit, so that no ending comes between. If the backfill was
    discarded, so is the load. If its loads count, the load counts at once: nobody will decide about
    this backfill again, and a load that was staged for good could not even be revoked.
    """
    if record.backfill is None:
        return record
    ledger = LoadLedger(store, record.dataset)
    if _is_discarded(record.backfill, store):
        ended = ledger.settle(record.backfill, "discarded", record.decided_at)
    elif record.status == "staged" and is_completed(ledger.newest(), record.backfill):
        ended = ledger.settle(record.backfill, "accepted", record.decided_at)
    else:
        return record
    return next(one for one in ended if one.load_id == record.load_id)


def _is_discarded(backfill_id: str, store: ObjectStore) -> bool:
    """Whether a person has discarded the backfill. Its ledger knows that only of loads it had."""
    found = documents.find(_Ending, store, keys.backfill(backfill_id))
    return found is not None and found.steps[-1].state == "discarded"
