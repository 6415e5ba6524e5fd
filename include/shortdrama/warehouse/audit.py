"""Audit: the gate between the private warehouse and publishing."""

from shortdrama.config import Settings
from shortdrama.gates.results import GateResult
from shortdrama.lake import duck, keys
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.warehouse.inputs import BuildInputs
from shortdrama.warehouse.refused import MartsRefused


def audit(inputs: BuildInputs, settings: Settings, store: ObjectStore) -> GateResult:
    """Gate the marts that were built from the inputs and record the verdict.

    Raises MartsRefused when it is red.
    """
    # Imported here: Great Expectations takes seconds to import.
    from shortdrama.gates.mart_gate import MartContext, audit_marts

    context = MartContext(
        lake_kind=lake_kind(store),
        loaded=frozenset(name for name, records in inputs.accepted.items() if records),
    )
    with duck.connect(path=settings.warehouse_path, read_only=True) as connection:
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
