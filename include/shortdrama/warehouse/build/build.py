"""Build: give the private warehouse its sources and let dbt build the marts in it."""

from collections.abc import Callable

from shortdrama.core.errors import Failure
from shortdrama.core.settings import Settings
from shortdrama.lake import duck
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built, ops_sources
from shortdrama.warehouse.build.dbt import run_dbt
from shortdrama.warehouse.build.inputs import BuildInputs, keep_inputs
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.build.raw_check import RawCheck
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.spark import build as spark
from shortdrama.warehouse.build.spark.environment import check_ready
from shortdrama.warehouse.build.warehouse_file import healing, open_or_start_over


def build(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
    *,
    full_refresh: bool = False,
) -> None:
    """Bring the private warehouse up to date with the inputs; `full_refresh` reuses nothing.

    dbt's output goes to `say`, line by line. The inputs are kept in the lake under their
    fingerprint, so that the gate and the publisher find them. A damaged warehouse, even if found in
    the middle of dbt's run, is thrown away and built from nothing. Raises BuildFailed with dbt's
    own errors, LoadsDamaged if an object that it reads is not what was accepted.
    """
    keep_inputs(inputs, store)
    outcome = Outcome(
        kind="build",
        status="succeeded",
        subject=inputs.fingerprint,
        ended_at=settings.clock.now(),
    )
    try:
        healing(
            settings.warehouse_path,
            lambda: _build(inputs, settings, store, say, full_refresh=full_refresh),
            say,
        )
    except Failure as error:
        failed = outcome.model_copy(update={"status": "failed", "message": str(error)})
        record_outcome(store, failed)
        raise
    record_outcome(store, outcome)


def _build(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
    *,
    full_refresh: bool,
) -> None:
    path = settings.warehouse_path
    on_spark = settings.warehouse.engine == "spark"
    if on_spark:
        check_ready(settings.warehouse.spark)
    open_or_start_over(path, say)
    statements: list[str] = []
    with duck.connect(settings.s3, path) as connection:
        if on_spark and not spark.goes_on(connection, settings):
            say("the tables on Spark are not of the last build here, so all is built")
            full_refresh = True
        raw = RawCheck(connection, store)
        with raw.explaining():
            plan = prepare(connection, inputs, store, raw.check, full_refresh=full_refresh)
        ops_sources.fill(connection, store, settings.clock.today())
        if on_spark:
            with raw.explaining():
                statements = spark.make_sources(connection, inputs, plan, settings, store)
    say(str(plan))
    with raw.explaining():
        if on_spark:
            spark.build_and_take_over(settings, inputs, plan, statements, say)
        else:
            run_dbt(settings, plan, say)
    raw.check_again()
    with duck.connect(path=path) as connection:
        built.finish(connection, inputs, plan, built_marts(), month_columns())
