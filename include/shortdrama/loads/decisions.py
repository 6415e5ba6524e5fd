"""What a person decides about a load: accept one that its gate refused, revoke one that counts."""

from shortdrama.config import Settings
from shortdrama.datasets import Dataset, dataset_named
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord, find_load
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome
from shortdrama.lake.overrides import DecisionRefused, Override, OverrideKind, said_why
from shortdrama.lake.store import NotFound, ObjectStore


def accept_load(
    load_id: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> LoadRecord:
    """Let a quarantined load count, in spite of its gate; its rows are copied to `raw/`.

    The same decision again changes nothing. Raises DecisionRefused for a load that is not in
    quarantine, that is sample on a real lake, or whose rows do not have the dataset's shape.
    """
    standing = _load(load_id, store)
    dataset = dataset_named(standing.dataset)
    override = _override("load_accepted", standing, because, by, settings)
    if standing.status != "quarantined":
        return LoadLedger(store, dataset).decide(_decided(standing, override))
    _check_takeable(standing, dataset, store)
    key = keys.raw(dataset, load_id, standing.said_at)
    store.copy(standing.key, key)
    return LoadLedger(store, dataset).decide(
        _decided(standing.model_copy(update={"key": key}), override)
    )


def revoke_load(
    load_id: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> LoadRecord:
    """Take an accepted load back out; its object stays in `raw/`, where nothing reads it.

    The same decision again changes nothing. Raises DecisionRefused for a load that does not count.
    """
    standing = _load(load_id, store)
    override = _override("load_revoked", standing, because, by, settings)
    revoked = _decided(standing, override)
    return LoadLedger(store, dataset_named(standing.dataset)).decide(
        revoked.model_copy(update={"reasons": (f"{load_id} was revoked {override.text}",)})
    )


def _load(load_id: str, store: ObjectStore) -> LoadRecord:
    record = find_load(load_id, store)
    if record is None:
        raise DecisionRefused(
            f"no ledger knows a load {load_id}; `shortdrama gate list` lists what was refused"
        )
    return record


def _override(
    kind: OverrideKind, load: LoadRecord, because: str, by: str, settings: Settings
) -> Override:
    return Override(
        kind=kind,
        subject=load.load_id,
        dataset=load.dataset,
        by=by,
        at=settings.clock.now(),
        because=said_why(because),
    )


def _decided(standing: LoadRecord, override: Override) -> LoadRecord:
    """The record of the decision: `decided_at` is when the load was let in or taken out."""
    status = "accepted" if override.kind == "load_accepted" else "revoked"
    return standing.model_copy(
        update={"status": status, "decided_at": override.at, "override": override}
    )


def _check_takeable(standing: LoadRecord, dataset: Dataset, store: ObjectStore) -> None:
    """Raise DecisionRefused for what no person can let in."""
    name = f"{dataset.id} load {standing.load_id}"
    if standing.is_sample and lake_kind(store) == "real":
        raise DecisionRefused(
            f"{name} is sample, and this lake is marked real: nobody can accept it. Point the"
            " source's base URL at the real service and pull again"
        )
    mend = (
        "mend the connector, layout or file that its reasons name, then make a new load of what"
        f" was landed: shortdrama replay {standing.load_id}"
    )
    if standing.key != keys.quarantined(dataset, standing.load_id):
        raise DecisionRefused(
            f"{name} has another shape than agreed and could not be made into rows, so there is"
            f" nothing to accept; {mend}"
        )
    if not store.exists(standing.key):
        raise DecisionRefused(f"the rows of {name} are gone from quarantine; {mend}")
    if any(finding["suite"] == "schema" for finding in _findings(standing, dataset, store)):
        raise DecisionRefused(
            f"{name} does not have the dataset's columns and types, so no model can read it; {mend}"
        )


def _findings(standing: LoadRecord, dataset: Dataset, store: ObjectStore) -> list[dict[str, str]]:
    try:
        reasons = store.get(keys.quarantine_reasons(dataset, standing.load_id))
    except NotFound:
        return []
    findings: list[dict[str, str]] = Outcome.model_validate_json(reasons).details.get(
        "findings", []
    )
    return findings
