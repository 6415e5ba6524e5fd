"""Whether all accepted loads are unchanged in the lake, whether a build reads them or not."""

from shortdrama.datasets import DATASETS
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.raw_objects import Compared, compare
from shortdrama.lake.store import ObjectStore


def accepted_loads(store: ObjectStore) -> Compared:
    """Compare the objects of all accepted loads with their ledgers.

    It uses the ETag that the gate noted. An object is read if the gate noted none, or if the object
    was put back since.
    """
    records = [
        record
        for dataset in DATASETS.values()
        for record in LoadLedger(store, dataset.id).accepted()
    ]
    return compare(records, store, {one.load_id: one.etag for one in records if one.etag})
