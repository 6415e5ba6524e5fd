"""Recipients who get nothing any more: their mail came back, or they asked for no more."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import Failure
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery.subscriptions import Addresses

Reason = Literal["bounced", "unsubscribed", "by_hand"]


class Suppression(BaseModel):
    """Who, by id, why, and since when; `is_told`: the engineers know. It holds no address."""

    model_config = ConfigDict(frozen=True)

    recipient: str
    reason: Reason
    at: datetime
    is_told: bool = False


class Suppressed(Document):
    """The list; a recipient is in it once."""

    schema_version: Literal[1] = 1
    entries: tuple[Suppression, ...] = ()


Change = Callable[[dict[str, Suppression]], dict[str, Suppression]]


class NotSuppressed(Failure):
    """The recipient is not in the list, or nobody whom we mail."""


def read_suppressed(store: ObjectStore) -> tuple[Suppression, ...]:
    """The list, by recipient."""
    found = documents.find(Suppressed, store, keys.SUPPRESSED)
    return found.entries if found else ()


def suppressed_ids(store: ObjectStore, addresses: Addresses) -> frozenset[str]:
    """Who gets nothing any more, also under the id that an earlier entry's digest stands for."""
    return addresses.also_by_id(one.recipient for one in read_suppressed(store))


def suppress(store: ObjectStore, wanted: Iterable[Suppression]) -> None:
    """Add recipients; those who are in the list already stay as they are."""
    new = {one.recipient: one for one in wanted}
    if new:
        _change(store, lambda entries: {**new, **entries})


def suppress_by_hand(
    store: ObjectStore, recipient: str, known: Collection[str], now: datetime
) -> None:
    """Add one recipient of those who are known; raises NotSuppressed.

    An address that somebody types instead of an id must not get into the lake.
    """
    if recipient not in known:
        raise NotSuppressed(
            "that is not the id of a recipient in the subscriptions, so nothing was changed; these"
            f" are: {', '.join(sorted(known)) or 'nobody'}"
        )
    suppress(store, [Suppression(recipient=recipient, reason="by_hand", at=now, is_told=True)])


def lift(store: ObjectStore, recipient: str) -> None:
    """Take a recipient out again; raises NotSuppressed."""
    known = [one.recipient for one in read_suppressed(store)]
    if recipient not in known:
        raise NotSuppressed(
            f"{recipient} is not suppressed; those who are: {', '.join(known) or 'nobody'}"
        )
    _change(store, lambda entries: {k: one for k, one in entries.items() if k != recipient})


def mark_told(store: ObjectStore, recipients: Collection[str]) -> None:
    """Note that the engineers know about these."""
    _change(
        store,
        lambda entries: {
            name: one.model_copy(update={"is_told": one.is_told or name in recipients})
            for name, one in entries.items()
        },
    )


def _change(store: ObjectStore, change: Change) -> None:
    def changed(found: Suppressed | None) -> Suppressed:
        known = found or Suppressed()
        entries = change({one.recipient: one for one in known.entries})
        wanted = Suppressed(entries=tuple(one for _, one in sorted(entries.items())))
        return known if wanted == known else wanted

    documents.update(Suppressed, store, keys.SUPPRESSED, changed)
