"""The objects of raw/, compared with what the ledgers accepted.

One listing per dataset says whether an object is there and, by its ETag, whether it is still the
object that was compared before. Only an object without a known ETag is read, for its sha256.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

from botocore.exceptions import ClientError

from shortdrama.core.errors import LoadsDamaged
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.store import Digest, NotFound, ObjectStore

READERS = 8
"""How many objects are read at the same time."""

WHAT_TO_DO = (
    "What to do: put the accepted object back, from a backup or from an older version that the"
    " bucket keeps; nothing else is needed. If there is none, take the load out with"
    ' `shortdrama load revoke LOAD --because "…"`, and then make it again from what was landed with'
    " `shortdrama replay LOAD`"
)


@dataclass(frozen=True)
class Damage:
    """An accepted load whose object has changed, and what is there instead."""

    record: LoadRecord
    instead: str

    def __str__(self) -> str:
        return (
            f"{self.record.dataset} {self.record.coverage.window}, load {self.record.load_id}:"
            f" {self.record.key} {self.instead}"
        )


@dataclass(frozen=True)
class Compared:
    """The result of a comparison: the ETags of unchanged objects by load, and the damaged ones."""

    etags: Mapping[str, str]
    damaged: tuple[Damage, ...]

    def refuse_damaged(self) -> None:
        """Raise LoadsDamaged, which names every damaged load with its object, if there are any."""
        if self.damaged:
            count = len(self.damaged)
            first, *others = (str(damage) for damage in self.damaged)
            title = f"{count} accepted load{'s' * (count > 1)} damaged in the lake. {first}"
            record = self.damaged[0].record
            named = f"{record.dataset} {record.coverage.window}, load {record.load_id}"
            headline = named + (f", and {count - 1} more" if others else "")
            raise LoadsDamaged("\n".join([title, *others, WHAT_TO_DO]), headline)


@dataclass(frozen=True)
class Unreadable:
    """The store failed on an object: its disk may have other bytes than the store wrote."""

    error: ClientError


def compare(
    records: Sequence[LoadRecord], store: ObjectStore, known: Mapping[str, str]
) -> Compared:
    """Compare the objects of accepted loads with their records.

    `known` are ETags by load, of objects that were found unchanged before. An error of the store is
    raised as it is: it says nothing about a load.
    """
    there = _listed(sorted({record.dataset for record in records}), store)
    unchanged = {
        record.load_id: known[record.load_id]
        for record in records
        if record.key in there and there[record.key] == known.get(record.load_id)
    }
    unknown = [record for record in records if record.load_id not in unchanged]
    with ThreadPoolExecutor(READERS) as pool:
        digests = list(pool.map(lambda record: _digest(record, store), unknown))
    _raise_unless_one_can_be_read(records, unknown, digests, store)
    right = {
        record.load_id: digest.etag
        for record, digest in zip(unknown, digests, strict=True)
        if isinstance(digest, Digest) and digest.sha256 == record.sha256
    }
    names = {record.sha256: record.load_id for record in records}
    return Compared(
        etags=unchanged | right,
        damaged=tuple(
            Damage(record, _instead(record, digest, names))
            for record, digest in zip(unknown, digests, strict=True)
            if record.load_id not in right
        ),
    )


def _listed(datasets: Iterable[str], store: ObjectStore) -> dict[str, str]:
    """The ETags of all objects in raw/ of these datasets, by key."""
    return {
        key: etag for dataset in datasets for key, etag in store.etags(keys.raw_folder(dataset))
    }


def _digest(record: LoadRecord, store: ObjectStore) -> Digest | Unreadable | None:
    try:
        return store.digest(record.key)
    except NotFound:
        return None
    except ClientError as error:
        answer = error.response.get("ResponseMetadata", {})
        if answer.get("HTTPStatusCode") != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return Unreadable(error)


def _raise_unless_one_can_be_read(
    records: Sequence[LoadRecord],
    unknown: Sequence[LoadRecord],
    digests: Sequence[Digest | Unreadable | None],
    store: ObjectStore,
) -> None:
    """If objects cannot be read, raise the store's error unless it gives any other object."""
    unreadable = [digest for digest in digests if isinstance(digest, Unreadable)]
    if unreadable and not any(isinstance(digest, Digest) for digest in digests):
        other = next((one for one in records if one not in unknown), None)
        if other is None or not isinstance(_digest(other, store), Digest):
            raise unreadable[0].error


def _instead(
    record: LoadRecord, digest: Digest | Unreadable | None, names: Mapping[str, str]
) -> str:
    if digest is None:
        return "is gone"
    if isinstance(digest, Unreadable):
        return f"cannot be read, although others can ({digest.error})"
    if digest.sha256 in names:
        return f"holds load {names[digest.sha256]} instead"
    return f"has other bytes (sha256 {digest.sha256[:12]}… instead of {record.sha256[:12]}…)"
