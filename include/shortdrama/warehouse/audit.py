"""Audit: the gate between the private warehouse and publishing."""

from shortdrama.config import Settings
from shortdrama.datasets import dataset_named
from shortdrama.gates.published import Published
from shortdrama.gates.results import GateResult
from shortdrama.lake import duck, keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.warehouse.inputs import BuildInputs
from shortdrama.warehouse.refused import MartsRefused
from shortdrama.warehouse.snapshots import VIEWS_FILE, current_snapshot_id, read_manifest


def audit(inputs: BuildInputs, settings: Settings, store: ObjectStore) -> GateResult:
    """Gate the marts that were built from the inputs and record the verdict.

    Raises MartsRefused when it is red.
    """
    # Imported here: Great Expectations takes seconds to import.
    from shortdrama.gates.mart_gate import MartContext, audit_marts

    context = MartContext(
        lake_kind=lake_kind(store),
        loaded=frozenset(name for name, records in inputs.accepted.items() if records),
        built_on=settings.clock.today(),
        published=published(inputs, store),
    )
    with duck.connect(settings.s3, settings.warehouse_path, read_only=True) as connection:
        result = audit_marts(connection, inputs.fingerprint[:12], context)
    store.put(
        keys.mart_gate(inputs.fingerprint),
        result.model_dump_json(indent=1).encode(),
        content_type="application/json",
    )
    record_outcome(
        store,
        Outcome(
            kind="gate",
            status="refused" if result.refused else "succeeded",
            subject=inputs.fingerprint,
            message=result.summary(),
            ended_at=settings.clock.now(),
        ),
    )
    if result.refused:
        raise MartsRefused(result.summary())
    return result


def published(inputs: BuildInputs, store: ObjectStore) -> Published | None:
    """The current snapshot, as far as a build of these inputs is held against it."""
    if current_snapshot_id(store) is None:
        return None
    manifest = read_manifest(store)
    counts = {record.load_id for records in inputs.accepted.values() for record in records}
    withdrawn = tuple(
        record
        for name, state in manifest.datasets.items()
        if not counts.issuperset(state.load_ids)
        for record in {
            r.load_id: r for r in LoadLedger(store, dataset_named(name)).records()
        }.values()
        if record.load_id in state.load_ids and record.load_id not in counts
    )
    return Published(
        views=store.uri(keys.snapshot(manifest.snapshot_id, VIEWS_FILE)),
        rows={mart: sum(file.rows for file in files) for mart, files in manifest.marts.items()},
        withdrawn=withdrawn,
    )


def verdict(inputs: BuildInputs, store: ObjectStore) -> GateResult:
    """The recorded verdict; raises MartsRefused when there is none or it is red."""
    try:
        result = GateResult.model_validate_json(store.get(keys.mart_gate(inputs.fingerprint)))
    except NotFound:
        raise MartsRefused(
            "the marts of this build were not gated; clear the task `gate` of market_marts"
        ) from None
    if result.refused:
        raise MartsRefused(result.summary())
    return result
