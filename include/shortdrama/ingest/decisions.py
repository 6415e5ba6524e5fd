"""What a person decides about a load: accept one that its gate refused, revoke one that counts."""

from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import Dataset
from shortdrama.gates.results import GateResult
from shortdrama.ingest.history import as_its_backfill, load_history, open_backfill
from shortdrama.lake import documents, keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord, Status
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome
from shortdrama.lake.overrides import Override, OverrideKind, said_who, said_why
from shortdrama.lake.records import check_step
from shortdrama.lake.store import ObjectStore


def load_open_to(status: Status, load_id: str, store: ObjectStore) -> LoadRecord:
    """The load as it is now, if a person can give it this status.

    Raises UnknownLoad, or DecisionRefused with what to do, also if it has the status already.
    """
    standing = load_history(load_id, store)[-1]
    check_step(standing.model_copy(update={"status": status}), standing)
    return standing


def accept_load(
    load_id: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> LoadRecord:
    """Let a quarantined load count although its gate refused it; its rows are copied to `raw/`.

    A load of a backfill that has not ended is staged, and counts when the backfill does. The same
    decision again changes nothing. Raises DecisionRefused for a load that is not in quarantine,
    that is sample on a real lake, or whose rows do not have the dataset's shape.
    """
    standing = load_history(load_id, store)[-1]
    dataset = dataset_named(standing.dataset)
    override = _override("load_accepted", standing, because, by, settings)
    ledger = LoadLedger(store, dataset.id)
    if standing.status != "quarantined":
        return as_its_backfill(ledger.decide(_decided(standing, "accepted", override)), store)
    why_not = why_not_takeable(standing, dataset, gate_of(standing, dataset, store), store)
    if why_not:
        raise DecisionRefused(why_not)
    key = keys.raw(dataset.id, load_id, standing.said_at)
    store.copy(standing.key, key)
    status: Status = "staged" if open_backfill(standing, ledger) else "accepted"
    decided = _decided(standing.model_copy(update={"key": key}), status, override)
    return as_its_backfill(ledger.decide(decided), store)


def revoke_load(
    load_id: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> LoadRecord:
    """Take an accepted load back out; its object stays in `raw/`, but nothing reads it.

    The same decision again changes nothing. Raises DecisionRefused for a load that does not count.
    """
    standing = load_history(load_id, store)[-1]
    override = _override("load_revoked", standing, because, by, settings)
    revoked = _decided(standing, "revoked", override)
    return LoadLedger(store, standing.dataset).decide(
        revoked.model_copy(update={"reasons": (f"{load_id} was revoked {override.text}",)})
    )


def _override(
    kind: OverrideKind, load: LoadRecord, because: str, by: str, settings: Settings
) -> Override:
    return Override(
        kind=kind,
        subject=load.load_id,
        dataset=load.dataset,
        by=said_who(by),
        at=settings.clock.now(),
        because=said_why(because),
    )


def _decided(standing: LoadRecord, status: Status, override: Override) -> LoadRecord:
    """The record of the decision: `decided_at` is when the load was accepted or taken out."""
    return standing.model_copy(
        update={"status": status, "decided_at": override.at, "override": override}
    )


def why_not_takeable(
    standing: LoadRecord, dataset: Dataset, gate: GateResult | None, store: ObjectStore
) -> str | None:
    """Why nobody can accept a quarantined load, and what to do instead; None if somebody can."""
    name = f"{dataset.id} load {standing.load_id}"
    if standing.is_sample and lake_kind(store) == "real":
        return (
            f"{name} is sample, and this lake is marked real: nobody can accept it. Point the"
            " source's base URL at the real service and pull again"
        )
    remedy = (
        "fix the connector, layout or file that its reasons name, then make a new load from what"
        f" was landed: shortdrama replay {standing.load_id}"
    )
    if standing.key != keys.quarantined(dataset.id, standing.load_id):
        return (
            f"{name} does not have the agreed shape and could not be made into rows, so there is"
            f" nothing to accept; {remedy}"
        )
    if not store.exists(standing.key):
        return f"the rows of {name} are gone from quarantine; {remedy}"
    if gate and any(finding.suite == "schema" for finding in gate.findings):
        return (
            f"{name} does not have the dataset's columns and types, so no model can read it;"
            f" {remedy}"
        )
    return None


def gate_of(standing: LoadRecord, dataset: Dataset, store: ObjectStore) -> GateResult | None:
    """What the gate found in a refused load, if its result is still in quarantine."""
    key = keys.quarantine_reasons(dataset.id, standing.load_id)
    kept = documents.find(Outcome, store, key)
    return GateResult.read(kept.details, key) if kept and kept.details else None
