"""The send ledger: who was sent an edition, so that nobody gets it twice.

A send is claimed before the mail leaves and settled afterwards. If a claim was never settled, the
result is unknown: the mail may have left. It is not sent again automatically; a person checks and
releases it.
"""

from collections.abc import Callable
from datetime import datetime

from shortdrama.core.errors import Failure
from shortdrama.core.settings import Recipient
from shortdrama.lake import keys
from shortdrama.lake.old_sends import Records, SendRecord, parsed_sends, recipient_id
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.old_archive import edition_id


class NotClaimed(Failure):
    """There is no open claim to settle or release."""


def may_claim(records: Records, address: str) -> bool:
    """Whether a mail to this address is certain not to have left yet."""
    record = records.get(address)
    return record is None or record.state == "failed"


def claim(
    store: ObjectStore, period: str, recipient: Recipient, claim_id: str, now: datetime
) -> SendRecord:
    """Claim a send, unless it is claimed or sent already; the record that is in force.

    The claim is the caller's if the record has the caller's `claim_id`. This is also true if the
    answer to the first write was lost but the write had arrived.
    """
    wanted = SendRecord(
        address=recipient.address,
        locale=recipient.locale,
        state="claimed",
        claim_id=claim_id,
        claimed_at=now,
    )

    def claimed(records: Records) -> SendRecord | None:
        return wanted if may_claim(records, recipient.address) else None

    return _change(store, period, recipient.address, claimed)


def settle(
    store: ObjectStore, period: str, claim: SendRecord, now: datetime, error: str | None = None
) -> SendRecord:
    """Record how a claimed send ended: sent, or failed with an error."""
    settled = claim.model_copy(
        update={
            "state": "failed" if error else "sent",
            "settled_at": now,
            "error": error,
        }
    )

    def replace(records: Records) -> SendRecord:
        standing = records.get(claim.address)
        if standing is None or standing.claim_id != claim.claim_id:
            raise NotClaimed(
                f"the claim of recipient {recipient_id(claim.address)} on {period} was replaced"
                f" while its mail was under way ({settled.state}); look at"
                f" {keys.sends(edition_id(period))}"
            )
        return settled

    return _change(store, period, claim.address, replace)


def release(store: ObjectStore, period: str, address: str, now: datetime) -> SendRecord:
    """Let an unknown send be tried again, after a person has checked that no mail arrived."""

    def released(records: Records) -> SendRecord:
        standing = records.get(address)
        if standing is None or standing.state != "claimed":
            known = ", ".join(sorted(a for a, r in records.items() if r.state == "claimed"))
            raise NotClaimed(
                f"{address} has no send of {period} without an outcome;"
                f" there are: {known or 'none'}"
            )
        return standing.model_copy(
            update={"state": "failed", "settled_at": now, "error": "released by a person"}
        )

    return _change(store, period, address, released)


def _change(
    store: ObjectStore,
    period: str,
    address: str,
    change: Callable[[Records], SendRecord | None],
) -> SendRecord:
    """Replace one record by compare-and-swap; None leaves it. Returns the record in force."""
    edition = edition_id(period)

    def changed(document: object) -> list[dict[str, object]] | None:
        records = parsed_sends(document, edition)
        record = change(records)
        if record is None:
            return None
        replaced = {**records, address: record}
        return [entry.model_dump(mode="json") for _, entry in sorted(replaced.items())]

    return parsed_sends(store.update_json(keys.sends(edition), changed), edition)[address]
