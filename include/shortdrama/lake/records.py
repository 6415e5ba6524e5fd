"""Records of loads: what a ledger says about them, and which step may follow which.

The gate decides a load once. After that only a person does: quarantined → accepted → revoked, each
step once and with a reason.
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

Status = Literal["accepted", "quarantined", "revoked"]

STATUS_BEFORE: dict[Status, Status] = {"accepted": "quarantined", "revoked": "accepted"}
"""The status that a load must have before a person can give it this one."""


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
    decision, if this record is one. `etag` is the store's ETag of the object when the gate accepted
    it; other loads, and loads of older releases, have none.
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
    _check_step(record, standing)
    return True


def _check_step(record: LoadRecord, standing: LoadRecord | None) -> None:
    before = standing.status if standing else None
    if before == STATUS_BEFORE[record.status]:
        return
    who = f", {standing.override.text}" if standing and standing.override else ""
    why = {
        None: "was not decided yet; its gate comes first",
        "accepted": f"is accepted already{who}",
        "quarantined": "is in quarantine and was never accepted: there is nothing to revoke",
        "revoked": f"is revoked already{who}",
    }[before]
    if before == "revoked" and record.status == "accepted":
        why = (
            f"was revoked{who}, and that is final. `shortdrama replay {record.load_id}` makes a new"
            " load of what was landed, and gates it again"
        )
    raise DecisionRefused(f"{record.dataset} load {record.load_id} {why}")
