"""Removes snapshots that nobody needs, and checks that all accepted loads are unchanged.

A replaced snapshot stays for 14 days. The current one, the one before it, and those that an edition
cites are never removed. `shortdrama gc --dry-run` lists what would be removed.

A build checks the loads that it reads; this DAG checks all loads, by a listing of raw/.

**A task is red**
- `check_loads`: objects in raw/ are not what was accepted; the message names every load with its
  object and says what to do. Published snapshots are not affected. Clear the task afterwards.
- `collect_garbage`: the message names what could not be read; nothing after it was removed. Correct
  that and clear the task; it can be run twice and killed safely.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.schedule import NOT_BY_DAY, daily


@dag(
    schedule=daily(),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NOT_BY_DAY,
    doc_md=__doc__,
    tags=["marts"],
    dagrun_timeout=timedelta(hours=1),
    **UNATTENDED,
)
def housekeeping() -> None:
    """Check the accepted loads; collect the garbage of the published snapshots."""

    @task(retry_delay=timedelta(minutes=5))
    @classed()
    def check_loads() -> str:
        from shortdrama.core.settings import settings
        from shortdrama.health.loads import accepted_loads
        from shortdrama.lake.store import ObjectStore

        compared = accepted_loads(ObjectStore.of(settings().s3))
        compared.refuse_damaged()
        return f"{len(compared.etags):,} accepted loads are in the lake as they were accepted"

    @task(retry_delay=timedelta(minutes=5))
    @classed()
    def collect_garbage() -> str:
        from shortdrama.backfill.record import staged_snapshots
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.reports.archive.editions import cited_snapshots
        from shortdrama.warehouse.publish.garbage import collect_garbage as collect

        store = ObjectStore.of(settings().s3)
        needed = cited_snapshots(store) | staged_snapshots(store)
        return str(collect(store, settings().clock, needed))

    check_loads()
    collect_garbage()


housekeeping()
