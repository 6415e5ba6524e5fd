"""What the ledgers together know about a load."""

from shortdrama.core.errors import UnknownLoad
from shortdrama.datasets import DATASETS
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.records import is_completed
from shortdrama.lake.store import ObjectStore


def load_history(load_id: str, store: ObjectStore) -> list[LoadRecord]:
    """All records of a load, oldest first; raises UnknownLoad."""
    for dataset_id in DATASETS:
        if history := LoadLedger(store, dataset_id).history(load_id):
            return history
    raise UnknownLoad(
        f"no ledger has a load {load_id}; `shortdrama gate list` says what was refused"
    )


def open_backfill(record: LoadRecord, ledger: LoadLedger) -> str | None:
    """The backfill that still keeps back what becomes of a load; None if it has ended."""
    if record.backfill is None or is_completed(ledger.newest(), record.backfill):
        return None
    return record.backfill
