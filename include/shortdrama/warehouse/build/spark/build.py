"""What a build does on Spark between its plan and its marts in the private DuckDB file."""

from collections.abc import Callable

import duckdb

from shortdrama.core.settings import Settings, home
from shortdrama.lake import duck
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built
from shortdrama.warehouse.build.dbt import dbt_in, run_dbt
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.manifest import descriptions, month_columns
from shortdrama.warehouse.build.spark.handover import PRODUCTS, comment, take_over
from shortdrama.warehouse.build.spark.run import build_on_spark, last_built
from shortdrama.warehouse.build.spark.sources import lay_out
from shortdrama.warehouse.build.touched import Plan

BESIDE = "+int_listed_products resource_type:seed"
"""What DuckDB makes itself: a view that is read to plan a build, with the views that it is made of,
and the reviewed lists, which the gate of the marts reads."""


def goes_on(connection: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Whether the cluster's tables are of the same build as the open warehouse.

    They are not if the cluster lost them, or if a build ended between the two.
    """
    before = built.last_inputs(connection)
    return before is None or before.fingerprint == last_built(settings)


def make_sources(
    connection: duckdb.DuckDBPyConnection,
    inputs: BuildInputs,
    plan: Plan,
    settings: Settings,
    store: ObjectStore,
) -> list[str]:
    """Put what the build reads where Spark's workers see it; what statements make its tables."""
    folder = settings.warehouse.spark.sources or home() / settings.warehouse_folder / "sources"
    return lay_out(connection, inputs, plan, store, folder)


def build_and_take_over(
    settings: Settings,
    inputs: BuildInputs,
    plan: Plan,
    statements: list[str],
    say: Callable[[str], None],
) -> None:
    """Build on Spark and put its marts into the private warehouse. Raises BuildFailed."""
    tables = build_on_spark(
        settings, statements, plan, inputs.fingerprint, ["marts", PRODUCTS], say
    )
    if plan.is_full_refresh:
        with dbt_in(f"{settings.warehouse_folder}/views"):
            run_dbt(settings, plan, lambda _: None, only=BESIDE)
    with duck.connect(path=settings.warehouse_path) as connection:
        take_over(connection, tables, plan, month_columns())
        if plan.is_full_refresh:
            comment(connection, descriptions())
    say(f"{len(tables)} tables were taken over from Spark")
