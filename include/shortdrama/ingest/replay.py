"""Replay: conform and gate landing again, after a parser or an expectation was fixed.

No source is asked. A replay is a load of its own with the pull's `said_at`. If two loads were said
at the same instant, the one decided later counts. So an accepted replay replaces its original, and
after a refused one the original still counts.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from shortdrama.core.errors import Failure, LoadRefused
from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import Dataset
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.history import open_backfill
from shortdrama.lake import keys
from shortdrama.lake.landing import Pull, read_pull
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import NotFound, ObjectStore


class ReplayRefused(Failure):
    """The landing of the load is gone."""


def loads_to_replay(dataset: Dataset, since: date | None, store: ObjectStore) -> list[LoadRecord]:
    """One load of each pull said since then, oldest first, without revoked and discarded ones."""
    by_pull = {
        (record.said_at, record.pull_id): record
        for record in LoadLedger(store, dataset.id).newest()
        if record.status not in ("revoked", "discarded")
        and (since is None or record.said_at.date() >= since)
    }
    # Pulls that were said at the same instant keep their order, because the later one wins.
    return sorted(by_pull.values(), key=lambda record: (record.said_at, record.seq))


def replay(record: LoadRecord, settings: Settings, store: ObjectStore) -> LoadRecord:
    """Conform and gate the landed answers of a load as its next revision; the new record.

    The replay of a load of a backfill is staged with it, until the backfill has ended. Raises
    LoadRefused when the new load is refused too, ReplayRefused when landing is gone or the load was
    discarded. If a replay was killed before its verdict, the next one continues it.
    """
    dataset = dataset_named(record.dataset)
    if record.status == "discarded":
        raise ReplayRefused(
            f"{dataset.id} load {record.load_id} was discarded with backfill {record.backfill};"
            " start the backfill again to pull its days again"
        )
    pull = _pull_of(record, dataset, store)
    # What counts is read again by the layout that it was read by; anything else by today's.
    layout = record.layout if record.status == "accepted" else None
    revision = _next_revision(pull, dataset, store)
    backfill = open_backfill(record, LoadLedger(store, dataset.id))
    pull = pull.model_copy(update={"revision": revision, "layout": layout, "backfill": backfill})
    conform_or_quarantine(pull, settings, store)
    return admit(pull, settings, store)


def replay_all(
    records: Sequence[LoadRecord], settings: Settings, store: ObjectStore
) -> Iterator[tuple[LoadRecord, LoadRecord | LoadRefused]]:
    """Each load and what its replay became; if one is refused, the others still go on."""
    for record in records:
        try:
            yield record, replay(record, settings, store)
        except LoadRefused as refused:
            yield record, refused


def _pull_of(record: LoadRecord, dataset: Dataset, store: ObjectStore) -> Pull:
    key = keys.pull_record(dataset.id, record.said_at, record.pull_id)
    try:
        return read_pull(store, key)
    except NotFound:
        raise ReplayRefused(
            f"{dataset.id} load {record.load_id}: landing has no {key} any more, so it cannot be"
            " replayed; pull its window again"
        ) from None


def _next_revision(pull: Pull, dataset: Dataset, store: ObjectStore) -> int:
    ledger = LoadLedger(store, dataset.id)
    revision = 2
    while ledger.find(keys.load_id(pull.said_at, pull.pull_id, revision)):
        revision += 1
    return revision
