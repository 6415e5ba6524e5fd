"""Builds, gates and publishes the marts: the only writer.

It runs when a load was accepted or a person has decided about a gate, and every hour in case an
event was lost or a build failed. It reads from the lake what there is to do. With nothing new it
skips. While a rollback holds publishing it skips too, and says who holds it and why; after the
release the next run builds. Only one run at a time.

**A task is red**
- `build`: the message has dbt's errors, or the loads whose objects are not what was accepted.
  Nothing was published. A damaged private warehouse is not an error: it is built from nothing.
- `gate`: an expectation on a mart fails; the message names it. The published snapshot stays.
  `shortdrama gate show BUILD` says what to do.
- `publish`: clear it. Until its last step (one pointer) readers keep the old snapshot.
- `iceberg`: clear it. The snapshot is published; only engines that read Iceberg wait for it. It
  also runs when nothing was published, in case the current snapshot lacks what it writes.
- `market_page`: readers have the snapshot and the reports; only its page with charts is missing.
  The next run makes it, within the hour.

A build rewrites the months that loads touched since the last build; the log of `build` begins with
what it rewrites and why. Clearing any task is safe. To build again although nothing is new, trigger
with `force`; to reuse nothing from the private warehouse, with `full_refresh`. If the results equal
the current snapshot, that snapshot stays; if they differ, they are published.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import AssetAny, AssetOrTimeSchedule, Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.assets import DATASET_ASSETS, GATE_DECISIONS, PUBLISHED_MARTS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.schedule import NOT_BY_DAY, hourly

LOADS = AssetAny(*DATASET_ASSETS.values(), GATE_DECISIONS)


@dag(
    schedule=AssetOrTimeSchedule(timetable=hour, assets=LOADS) if (hour := hourly()) else LOADS,
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NOT_BY_DAY,
    doc_md=__doc__,
    tags=["marts"],
    dagrun_timeout=timedelta(hours=3),
    params={
        "force": Param(False, type="boolean", description="Build even if nothing is new"),
        "full_refresh": Param(
            False, type="boolean", description="Reuse nothing of the private warehouse"
        ),
    },
    **UNATTENDED,
)
def market_marts() -> None:
    """One build, from the accepted loads to a published snapshot."""

    @task(retries=1)
    @classed()
    def build() -> str:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.errors import classed
        from shortdrama.warehouse.build.build import build as build_marts
        from shortdrama.warehouse.build.inputs import read_inputs
        from shortdrama.warehouse.publish.hold import PublishingHeld, refuse_if_held
        from shortdrama.warehouse.publish.publish import is_published

        store = ObjectStore.of(settings().s3)
        try:
            refuse_if_held(store)
        except PublishingHeld as error:
            raise AirflowSkipException(str(error)) from error
        inputs = read_inputs(store)
        if inputs.is_empty:
            raise AirflowSkipException("no load is accepted yet")
        asked = get_current_context()["params"]
        if is_published(inputs, store) and not (asked["force"] or asked["full_refresh"]):
            raise AirflowSkipException("the current snapshot has all accepted loads")
        with classed():
            build_marts(inputs, settings(), store, print, full_refresh=asked["full_refresh"])
        return inputs.fingerprint

    @task
    @classed()
    def gate(fingerprint: str) -> str:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.warehouse.build.inputs import kept_inputs
        from shortdrama.warehouse.decide.audit import audit

        store = ObjectStore.of(settings().s3)
        print(audit(kept_inputs(fingerprint, store), settings(), store, print).summary())
        return fingerprint

    @task(outlets=[PUBLISHED_MARTS])
    @classed()
    def publish(fingerprint: str) -> str:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.warehouse.build.inputs import kept_inputs
        from shortdrama.warehouse.publish.hold import PublishingHeld
        from shortdrama.warehouse.publish.publish import publish as publish_snapshot

        store = ObjectStore.of(settings().s3)
        try:
            manifest = publish_snapshot(kept_inputs(fingerprint, store), settings(), store, print)
        except PublishingHeld as error:  # rolled back while this run was building
            raise AirflowSkipException(str(error)) from error
        return manifest.snapshot_id

    @task(retries=1, trigger_rule="none_failed")
    @classed()
    def iceberg() -> None:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.warehouse.publish.iceberg import write_iceberg
        from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest

        store = ObjectStore.of(settings().s3)
        if current_snapshot_id(store) is None:
            raise AirflowSkipException("nothing is published yet")
        write_iceberg(read_manifest(store), settings(), store, print)

    @task
    @classed()
    def market_page() -> list[str]:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.market_page.archive import make_pages
        from shortdrama.warehouse.snapshots.manifest import NothingPublished

        try:
            return make_pages(settings(), ObjectStore.of(settings().s3), print)
        except NothingPublished as error:
            raise AirflowSkipException(str(error)) from error

    published = publish(gate(build()))
    published >> iceberg()
    # A teardown: it runs last in any case, and no page decides how the run ends.
    published >> market_page().as_teardown()


market_marts()
