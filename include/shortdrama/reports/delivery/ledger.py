"""The send ledger: who was sent what of an edition, so that nobody gets it twice.

A send is claimed before the mail leaves and settled afterwards, both by compare-and-swap. A claim
without a result is `unknown` after PATIENCE: the mail may have left. It is not sent again by
itself; a person checks, and releases it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shortdrama.core.errors import Failure
from shortdrama.lake import keys
from shortdrama.lake.sends import (
    EDITION,
    Records,
    SendKey,
    SendRecord,
    State,
    digest_of,
    parsed_sends,
)
from shortdrama.lake.store import ObjectStore

PATIENCE = timedelta(minutes=30)
"""A sender may live so long: a mail to a slow server takes at most six waits of 30 seconds."""

WAITS = tuple(timedelta(minutes=minutes) for minutes in (10, 25, 55, 115, 235))
"""After a temporary failure the mail is tried again; each wait fits the ticks of 15 minutes."""

RELEASED = "released by a person"

Change = Callable[[SendRecord | None], SendRecord | None]


class NotClaimed(Failure):
    """There is no open claim to settle or release."""


def find(records: Records, key: SendKey, address: str | None = None) -> SendRecord | None:
    """The record of a send; of an edition also the one that was made by address."""
    found = records.get(key)
    if found is None and address and key.kind == EDITION:
        return records.get(SendKey(digest_of(address), EDITION))
    return found


def may_claim(record: SendRecord | None) -> bool:
    """Whether this mail is certain not to have left, and may be tried."""
    return record is None or record.state == "failed"


def state_at(record: SendRecord, now: datetime) -> State:
    """The state, where a claim without a result becomes `unknown`."""
    is_old = now - record.claimed_at > PATIENCE
    return "unknown" if record.state == "claimed" and is_old else record.state


def retry_at(record: SendRecord) -> datetime:
    """When a failed send is tried again."""
    wait = WAITS[min(max(record.attempts, 1), len(WAITS)) - 1]
    return (record.settled_at or record.claimed_at) + wait


def claim(
    store: ObjectStore, edition_id: str, wanted: SendRecord, address: str | None = None
) -> SendRecord:
    """Claim a send, unless it is claimed or settled already; the record that is in force.

    The claim is the caller's if the record has the `claim_id` of `wanted`. This is also true if the
    answer to the first write was lost but the write had arrived. A send that was recorded by
    `address` counts.
    """

    def claimed(standing: SendRecord | None) -> SendRecord | None:
        if not may_claim(standing):
            return None
        before = standing.attempts if standing else 0
        return wanted.model_copy(update={"attempts": before + 1})

    return _change(store, edition_id, wanted.key, claimed, address)


def settle(
    store: ObjectStore,
    edition_id: str,
    ours: SendRecord,
    state: State,
    now: datetime,
    error: str | None = None,
) -> SendRecord:
    """Record how a claimed send ended; raises NotClaimed if a person released it meanwhile."""
    settled = ours.model_copy(update={"state": state, "settled_at": now, "error": error})

    def replaced(standing: SendRecord | None) -> SendRecord:
        if standing is None or standing.claim_id != ours.claim_id:
            raise NotClaimed(
                f"the claim of recipient {ours.recipient} on the {ours.kind} of {edition_id} was"
                f" replaced while its mail was under way ({state}); look at"
                f" {keys.sends(edition_id)}"
            )
        return settled

    return _change(store, edition_id, ours.key, replaced)


def release(
    store: ObjectStore, edition_id: str, key: SendKey, now: datetime, *, is_frozen: bool = False
) -> SendRecord:
    """Let an unknown or refused send be tried again, after a person has checked that none arrived.

    Raises NotClaimed for any other send, and while its sender may still be alive.
    """

    def released(standing: SendRecord | None) -> SendRecord:
        if standing is not None and (standing.state, standing.error) == ("failed", RELEASED):
            return standing
        state = None if standing is None else state_at(standing, now)
        if standing is None or state not in ("claimed", "unknown", "refused"):
            raise NotClaimed(
                f"{key.recipient} has no unknown or refused {key.kind} of {edition_id}:"
                f" `shortdrama report sends {edition_id}` lists them"
            )
        if state == "claimed" and not is_frozen:
            until = standing.claimed_at + PATIENCE
            raise NotClaimed(
                f"the mail to {key.recipient} may still be under way; release it after"
                f" {until:%Y-%m-%d %H:%M} UTC"
            )
        return standing.model_copy(update={"state": "failed", "settled_at": now, "error": RELEASED})

    return _change(store, edition_id, key, released)


def mark_told(store: ObjectStore, edition_id: str, record: SendRecord) -> None:
    """Note that the engineers know about a send, unless it has gone on since."""

    def told(standing: SendRecord | None) -> SendRecord | None:
        return record.model_copy(update={"is_told": True}) if standing == record else None

    _change(store, edition_id, record.key, told)


def rename(store: ObjectStore, edition_id: str, ids: Mapping[str, str]) -> bool:
    """Take the addresses out of a ledger; `ids` are the recipients' ids by digest of address.

    Digests without an id stay. Returns whether anything was changed.
    """
    changed = False

    def renamed(document: object) -> list[dict[str, Any]] | None:
        nonlocal changed
        records = parsed_sends(document, edition_id)
        new: dict[SendKey, SendRecord] = {}
        for key, record in records.items():
            recipient = ids.get(key.recipient, key.recipient)
            named = record.model_copy(update={"recipient": recipient})
            # Two records of one person: the one that has left counts.
            if named.key not in new or not may_claim(named):
                new[named.key] = named
        entries = _dumped(new.values())
        changed = entries != document and document is not None
        return entries if changed else None

    store.update_json(keys.sends(edition_id), renamed)
    return changed


def _change(
    store: ObjectStore, edition_id: str, key: SendKey, change: Change, address: str | None = None
) -> SendRecord:
    """Replace one record by compare-and-swap; None leaves it. Returns the record in force."""
    in_force: SendRecord | None = None

    def changed(document: object) -> list[Any] | None:
        nonlocal in_force
        records = parsed_sends(document, edition_id)
        standing = find(records, key, address)
        wanted = change(standing)
        in_force = wanted or standing
        if wanted is None or wanted == standing:
            return None
        kept = {k: r for k, r in records.items() if standing is None or k != standing.key}
        return _dumped({**kept, wanted.key: wanted}.values())

    store.update_json(keys.sends(edition_id), changed)
    if in_force is None:
        raise NotClaimed(f"{key.recipient} has no {key.kind} of {edition_id}")
    return in_force


def _dumped(records: Iterable[SendRecord]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in sorted(records, key=lambda one: one.key)]
