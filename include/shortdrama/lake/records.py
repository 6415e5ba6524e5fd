"""Records of loads: what a ledger says about them, and which step may follow which.

The gate decides a load once. After that only a person does: quarantined → accepted → revoked, each
step once and with a reason.

A load of a backfill is staged where another load would be accepted: no build reads it, unless it is
asked for this backfill. When the backfill is completed or promoted, all its staged loads are
accepted together; when it is discarded, all are discarded.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import DecisionRefused
from shortdrama.core.windows import Window
from shortdrama.lake.overrides import Override
from shortdrama.lake.reading import LayoutRef, VendorEntry
from shortdrama.lake.warned import Warned

Status = Literal["accepted", "quarantined", "revoked", "staged", "discarded"]

STATUS_BEFORE: dict[Status, Status] = {
    "accepted": "quarantined",
    "staged": "quarantined",
    "revoked": "accepted",
}
"""The status that a load must have before a person can give it this one."""

Settled = Literal["accepted", "discarded"]
"""What the staged loads of a backfill become at its end."""


class Coverage(BaseModel):
    """What a load asked for and got an answer to.

    `countries` is empty for datasets that have none. If a newer load covers a row but does not have
    it, the row is gone. `provider` says who was asked, where a dataset has more than one; loads of
    older releases do not say it.
    """

    model_config = ConfigDict(frozen=True)

    window: Window
    countries: tuple[str, ...] = ()
    provider: str | None = None


class LoadRecord(BaseModel):
    """What the ledger says about a load. `seq` orders loads that were said at the same instant.

    `reasons` say why a load does not count; for a load that a person accepted, why the gate had
    refused it. `warnings` are those of the gate about an accepted load. `override` is the person's
    decision, if this record is one. `backfill` is the backfill that pulled the load. `etag` is the
    store's ETag of the object when the gate accepted or staged it; other loads, and loads of older
    releases, have none.
    `file_name` is what the file of an inbox was called, `layout` by which layout it was read, and
    `vendor` what that says about the publisher; other loads have none of them.
    """

    model_config = ConfigDict(frozen=True)

    load_id: str
    pull_id: str
    dataset: str
    status: Status
    key: str
    sha256: str
    etag: str | None = None
    rows: int
    coverage: Coverage
    said_at: datetime
    decided_at: datetime
    is_sample: bool
    reasons: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()
    override: Override | None = None
    file_name: str | None = None
    layout: LayoutRef | None = None
    vendor: VendorEntry | None = None
    backfill: str | None = None
    seq: int = 0


def newest_of(records: Iterable[LoadRecord]) -> list[LoadRecord]:
    """The newest record of each load, in the order of the gate's verdicts."""
    # A dict key that is set again keeps its place.
    return list({record.load_id: record for record in records}.values())


def accepted_of(newest: Iterable[LoadRecord]) -> list[LoadRecord]:
    """The loads that count, oldest decision first."""
    return sorted(
        (record for record in newest if record.status == "accepted"),
        key=lambda record: record.seq,
    )


def staged_of(newest: Iterable[LoadRecord], backfill: str) -> list[LoadRecord]:
    """The loads that a backfill keeps back, in the order of the gate's verdicts."""
    return [one for one in newest if one.backfill == backfill and one.status == "staged"]


def is_completed(newest: Iterable[LoadRecord], backfill: str) -> bool:
    """Whether loads of a backfill count already, or did until somebody revoked them."""
    return any(one.backfill == backfill and one.status in ("accepted", "revoked") for one in newest)


def settled(
    newest: Iterable[LoadRecord], backfill: str, status: Settled, at: datetime
) -> list[LoadRecord]:
    """The records with which a backfill ends, oldest verdict first; empty if it has ended so.

    Refused loads stay in quarantine if the others are accepted, and are discarded with them. Raises
    DecisionRefused, with what to do, if it has ended in the other way.
    """
    own = [record for record in newest if record.backfill == backfill]
    if status == "accepted" and any(record.status == "discarded" for record in own):
        raise DecisionRefused(
            f"backfill {backfill} was discarded, and that is final; start it again to pull its"
            " days again"
        )
    if status == "discarded" and is_completed(own, backfill):
        raise DecisionRefused(
            f"the loads of backfill {backfill} count already. To take them out, revoke each:"
            ' `shortdrama load revoke LOAD --because "…"`'
        )
    ends = ("staged",) if status == "accepted" else ("staged", "quarantined")
    reasons = (f"it was discarded with backfill {backfill}",) if status == "discarded" else None
    return [
        record.model_copy(
            update={"status": status, "decided_at": at, "reasons": reasons or record.reasons}
        )
        for record in own
        if record.status in ends
    ]


def is_new_load(_: LoadRecord, standing: LoadRecord | None) -> bool:
    """Whether a gate's verdict is the first about its load; only the first one counts."""
    return standing is None


def is_new_decision(record: LoadRecord, standing: LoadRecord | None) -> bool:
    """Whether a person's decision is new.

    Raises DecisionRefused, with what to do, unless the load is one step before.
    """
    if (
        standing is not None
        and record.override is not None
        and record.override.repeats(standing.override)
    ):
        return False
    check_step(record, standing)
    return True


def check_step(record: LoadRecord, standing: LoadRecord | None) -> None:
    """Raise DecisionRefused, with what to do, unless the load is one step before its new record."""
    before = standing.status if standing else None
    if before == STATUS_BEFORE[record.status]:
        return
    who = f", {standing.override.text}" if standing and standing.override else ""
    why = {
        None: "was not decided yet; its gate comes first",
        "accepted": f"is accepted already{who}",
        "quarantined": "is in quarantine and was never accepted: there is nothing to revoke",
        "revoked": f"is revoked already{who}",
        "staged": (
            f"belongs to backfill {standing and standing.backfill}, which is decided as a whole:"
            " promote or discard it with `shortdrama backfill`"
        ),
        "discarded": (
            f"was discarded with backfill {standing and standing.backfill}, and that is final;"
            " start the backfill again to pull its days again"
        ),
    }[before]
    if before == "revoked" and record.status == "accepted":
        why = (
            f"was revoked{who}, and that is final. `shortdrama replay {record.load_id}` makes a new"
            " load of what was landed, and gates it again"
        )
    raise DecisionRefused(f"{record.dataset} load {record.load_id} {why}")
