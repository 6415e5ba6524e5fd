"""Build: the private warehouse is given its sources and dbt builds the marts in it."""

from collections.abc import Callable

from shortdrama.core.errors import BuildFailed
from shortdrama.core.settings import Settings
from shortdrama.lake import duck
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built, ops_sources
from shortdrama.warehouse.build.dbt import run_dbt
from shortdrama.warehouse.build.inputs import BuildInputs, keep_inputs
from shortdrama.warehouse.build.manifest import month_columns
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.warehouse_file import open_or_start_anew


def build(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
    *,
    full_refresh: bool = False,
) -> None:
    """Bring the private warehouse to the inputs; `full_refresh` forgets what it holds.

    dbt's output goes to `say`, line by line. The inputs are kept in the lake under their
    fingerprint, by which the gate and the publisher find them. Raises BuildFailed with dbt's own
    errors.
    """
    path = settings.warehouse_path
    path.parent.mkdir(parents=True, exist_ok=True)
    open_or_start_anew(path)
    with duck.connect(settings.s3, path) as connection:
        plan = prepare(connection, inputs, store, full_refresh=full_refresh)
        ops_sources.fill(connection, store, settings.clock.today())
    say(str(plan))
    keep_inputs(inputs, store)
    outcome = Outcome(
        kind="build",
        status="succeeded",
        subject=inputs.fingerprint,
        ended_at=settings.clock.now(),
    )
    try:
        run_dbt(settings, plan, say)
    except BuildFailed as error:
        failed = outcome.model_copy(update={"status": "failed", "message": str(error)})
        record_outcome(store, failed)
        raise
    with duck.connect(path=path) as connection:
        built.finish(connection, inputs, plan, month_columns())
    record_outcome(store, outcome)
