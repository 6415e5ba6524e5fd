"""Whether all accepted loads lie in the lake as they were accepted, read by a build or not."""

from shortdrama.datasets import DATASETS
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.raw_objects import Compared, compare
from shortdrama.lake.store import ObjectStore


def accepted_loads(store: ObjectStore) -> Compared:
    """Compare the objects of all accepted loads with their ledgers.

    By the ETag that the gate noted. The object of a load of which it noted none, or of one that was
    put back since, is read.
    """
    records = [
        record
        for dataset in DATASETS.values()
        for record in LoadLedger(store, dataset.id).accepted()
    ]
    return compare(records, store, {one.load_id: one.etag for one in records if one.etag})
