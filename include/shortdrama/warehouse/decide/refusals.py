"""What the gates refused: loads, from the ledgers, and the builds that wait."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shortdrama.datasets import DATASETS
from shortdrama.gates.results import GateResult
from shortdrama.lake import documents, keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.records import newest_of
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.overrides import build_id, in_spite, mart_overrides


class Refusal(BaseModel):
    """Something that a gate refused, and its state now. A build that waits has no `at`.

    `reason` is the first problem.
    """

    model_config = ConfigDict(frozen=True)

    subject: str
    about: str
    at: datetime | None
    state: str
    reason: str = ""


def refusals(store: ObjectStore) -> list[Refusal]:
    """The builds that wait, if their gate is red; then refused loads, newest first.

    The build of the accepted loads waits, and that of each backfill with staged loads.
    """
    ledgers = [LoadLedger(store, dataset.id).records() for dataset in DATASETS.values()]
    loads = [refusal for records in ledgers for refusal in _refused_loads(records)]
    staged = {
        load.backfill
        for records in ledgers
        for load in newest_of(records)
        if load.status == "staged" and load.backfill
    }
    builds = [build for name in (None, *sorted(staged)) for build in _waiting_build(store, name)]
    return [*builds, *sorted(loads, key=lambda one: (one.at, one.subject))[::-1]]


def _refused_loads(records: list[LoadRecord]) -> list[Refusal]:
    newest = {record.load_id: record for record in records}
    # A replay is another load of the same pull, decided later.
    latest = {record.pull_id: record for record in newest.values()}
    return [
        Refusal(
            subject=record.load_id,
            about=f"{record.dataset} {record.file_name or record.coverage.window}",
            at=record.decided_at,
            state=_state(newest[record.load_id], latest[record.pull_id]),
            reason=_first_problem(record),
        )
        for record in records
        if record.status == "quarantined"
    ]


def _first_problem(record: LoadRecord) -> str:
    """The first reason, without the name of the load, which stands beside it."""
    reason = record.reasons[0] if record.reasons else ""
    named, _, problem = reason.partition(" refused: ")
    return problem if problem and named.startswith(record.dataset) else reason


def _state(newest: LoadRecord, latest: LoadRecord) -> str:
    if newest.status == "discarded":
        return f"discarded with backfill {newest.backfill}"
    if newest.override is not None:
        return f"{newest.status} by {newest.override.by}"
    if latest.load_id == newest.load_id:
        return "in quarantine"
    became = "refused" if latest.status == "quarantined" else latest.status
    return f"in quarantine; its replay {latest.load_id} is {became}"


def _waiting_build(store: ObjectStore, backfill: str | None) -> list[Refusal]:
    fingerprint = read_inputs(store, backfill).fingerprint
    gate = documents.find(GateResult, store, keys.mart_gate(fingerprint))
    if gate is None:
        return []
    left = in_spite(gate, mart_overrides(fingerprint, store))
    if not left.refused:
        return []
    marts = f"marts with backfill {backfill}" if backfill else "marts"
    return [
        Refusal(
            subject=build_id(fingerprint),
            about=f"{marts}: {left.critical[0].short}",
            at=None,
            state="it cannot be staged" if backfill else "the last snapshot stays",
        )
    ]
