"""Removes snapshots that nobody needs, and what killed publishes left in the lake.

A replaced snapshot stays for 14 days. The current one, the one before it, and those that an edition
cites stay for good. `shortdrama gc --dry-run` says what would go.

**A task is red**
- `collect_garbage`: the message names what could not be read; nothing after it was removed. Clear
  it: it is safe to run twice and to kill.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.schedule import daily


@dag(
    schedule=daily(),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["marts"],
    dagrun_timeout=timedelta(hours=1),
    **UNATTENDED,
)
def housekeeping() -> None:
    """Collect the garbage of the published snapshots."""

    @task(retry_delay=timedelta(minutes=5))
    @classed()
    def collect_garbage() -> str:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.reports.archive import cited_snapshots
        from shortdrama.warehouse.publish.garbage import collect_garbage as collect

        store = ObjectStore.of(settings().s3)
        return str(collect(store, settings().clock, cited_snapshots(store)))

    collect_garbage()


housekeeping()
