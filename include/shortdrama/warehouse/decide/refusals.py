"""What the gates refused: loads, from the ledgers, and the build that waits."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shortdrama.datasets import DATASETS
from shortdrama.gates.results import GateResult
from shortdrama.lake import documents, keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.overrides import build_id, in_spite, mart_overrides


class Refusal(BaseModel):
    """Something that a gate refused, and its state now. A build that waits has no `at`."""

    model_config = ConfigDict(frozen=True)

    subject: str
    about: str
    at: datetime | None
    state: str


def refusals(store: ObjectStore) -> list[Refusal]:
    """The build that waits, if its gate is red; then refused loads, newest first."""
    loads = [
        refusal
        for dataset in DATASETS.values()
        for refusal in _refused_loads(LoadLedger(store, dataset.id).records())
    ]
    return [*_waiting_build(store), *sorted(loads, key=lambda one: (one.at, one.subject))[::-1]]


def _refused_loads(records: list[LoadRecord]) -> list[Refusal]:
    newest = {record.load_id: record for record in records}
    return [
        Refusal(
            subject=record.load_id,
            about=f"{record.dataset} {record.coverage.window}",
            at=record.decided_at,
            state=_state(newest[record.load_id]),
        )
        for record in records
        if record.status == "quarantined"
    ]


def _state(newest: LoadRecord) -> str:
    if newest.override is None:
        return "in quarantine"
    return f"{newest.status} by {newest.override.by}"


def _waiting_build(store: ObjectStore) -> list[Refusal]:
    fingerprint = read_inputs(store).fingerprint
    gate = documents.find(GateResult, store, keys.mart_gate(fingerprint))
    if gate is None:
        return []
    left = in_spite(gate, mart_overrides(fingerprint, store))
    if not left.refused:
        return []
    return [
        Refusal(
            subject=build_id(fingerprint),
            about=f"marts: {left.critical[0].short}",
            at=None,
            state="the last snapshot stays",
        )
    ]
