"""Audit: the gate between the private warehouse and publishing."""

from collections.abc import Callable

from shortdrama.core.errors import MartsRefused
from shortdrama.core.settings import Settings
from shortdrama.gates.published import Published
from shortdrama.gates.results import GateResult
from shortdrama.lake import documents, duck, keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built, contents
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.warehouse_file import healing
from shortdrama.warehouse.decide.overrides import build_id, in_spite, mart_overrides
from shortdrama.warehouse.snapshots.manifest import VIEWS_FILE, current_snapshot_id, read_manifest


def audit(
    inputs: BuildInputs, settings: Settings, store: ObjectStore, say: Callable[[str], None]
) -> GateResult:
    """Gate the marts that were built from the inputs and record the verdict.

    The recorded verdict and the outcome's details are what the gate found; the returned result is
    what is left of it after people's overrides. A damaged warehouse is built again first, and `say`
    gets a line about it. Raises MartsRefused when the result is red.
    """
    result = healing(
        settings.warehouse_path,
        lambda: _judge(inputs, settings, store),
        say,
        rebuild=lambda: build(inputs, settings, store, say),
    )
    left = in_spite(result, mart_overrides(inputs.fingerprint, store))
    documents.put(result, store, keys.mart_gate(inputs.fingerprint))
    record_outcome(
        store,
        Outcome(
            kind="gate",
            status="refused" if left.refused else "succeeded",
            subject=inputs.fingerprint,
            message=left.summary(),
            ended_at=settings.clock.now(),
            details=result.model_dump(mode="json"),
        ),
    )
    if left.refused:
        raise MartsRefused(left.summary(), inputs.fingerprint)
    return left


def _judge(inputs: BuildInputs, settings: Settings, store: ObjectStore) -> GateResult:
    # Imported here: Great Expectations takes seconds to import.
    from shortdrama.gates.mart_gate import MartContext, audit_marts

    context = MartContext(
        lake_kind=lake_kind(store),
        loaded=frozenset(name for name, records in inputs.accepted.items() if records),
        built_on=settings.clock.today(),
        published=published(inputs, store),
    )
    with duck.connect(settings.s3, settings.warehouse_path, read_only=True) as connection:
        built.check_holds(connection, inputs)
        result = audit_marts(connection, build_id(inputs.fingerprint), context)
        judged = contents.results(contents.noted(connection))
    return result.model_copy(update={"judged": judged})


def published(inputs: BuildInputs, store: ObjectStore) -> Published | None:
    """The parts of the current snapshot that a build of these inputs is compared with."""
    if current_snapshot_id(store) is None:
        return None
    manifest = read_manifest(store)
    return Published(
        views=store.uri(keys.snapshot(manifest.snapshot_id, VIEWS_FILE)),
        rows={mart: sum(file.rows for file in files) for mart, files in manifest.marts.items()},
        withdrawn=tuple(
            record
            for name, state in manifest.datasets.items()
            for load_id in state.load_ids
            if load_id not in {record.load_id for record in inputs.accepted[name]}
            if (record := LoadLedger(store, name).find(load_id))
        ),
    )


def verdict(inputs: BuildInputs, results: str, store: ObjectStore) -> GateResult:
    """The recorded verdict on these results of a build (`contents.results`), after overrides.

    Raises MartsRefused when there is none or it is red.
    """
    result = documents.find(GateResult, store, keys.mart_gate(inputs.fingerprint))
    if result is None or result.judged != results:
        raise MartsRefused(
            "the marts of this build were not gated; clear the task `gate` of market_marts",
            inputs.fingerprint,
        )
    left = in_spite(result, mart_overrides(inputs.fingerprint, store))
    if left.refused:
        raise MartsRefused(left.summary(), inputs.fingerprint)
    return left
