"""Goes on with paused backfills, and notes what published ones have changed.

It runs every quarter of an hour and when marts were published:
- A **paused** backfill whose quota has been reset gets a new run of `backfill`, with the same form.
  Each pause starts one run only. Failed and cancelled ones wait for a person.
- A backfill that nobody goes on with is noted as failed: no run of `backfill` is active, and its
  own was killed or stopped, or has failed in `begin` after a pause. If its loads count already, it
  is noted as completed.
- A backfill that was published at once is compared with the snapshot before it, when its loads are
  in the current one. `shortdrama backfill show ID` shows the result, and so does the log of
  `compare`.

**A task is red**
- `look`, `compare`: the message says what could not be read. Clear it, or wait for the next run.
- `go_on`: Airflow has not taken the run. Trigger `backfill` with the same form, which goes on.

Clearing any task is safe.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import AssetOrTimeSchedule, dag, get_current_context, task

from shortdrama.orchestration.alerts import BACKFILL, UNATTENDED
from shortdrama.orchestration.assets import PUBLISHED_MARTS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.pausing import BY_ITSELF
from shortdrama.orchestration.schedule import NOT_BY_DAY, often


class Trigger(TriggerDagRunOperator):
    """Passes the form on as it is: a reason may have braces, and is no template."""

    template_fields = ()


@dag(
    schedule=(
        AssetOrTimeSchedule(timetable=quarter, assets=PUBLISHED_MARTS)
        if (quarter := often())
        else PUBLISHED_MARTS
    ),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NOT_BY_DAY,
    doc_md=__doc__,
    tags=["ingest", "backfill"],
    dagrun_timeout=timedelta(hours=1),
    **UNATTENDED,
)
def backfill_continue() -> None:
    """Look at all backfills, and trigger those that may go on."""

    @task
    @classed()
    def look() -> list[dict[str, Any]]:
        """The runs to trigger: their ids and forms."""
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.backfills import note_deserted, to_go_on

        store, here = ObjectStore.of(settings().s3), get_current_context()["ti"]

        def was_run(run_id: str) -> bool:
            return bool(here.get_dr_count(dag_id=BACKFILL, run_ids=[run_id]))

        if not here.get_dr_count(dag_id=BACKFILL, states=["queued", "running"]):
            note_deserted(was_run, BY_ITSELF, settings(), store, print)
        return to_go_on(settings(), store)

    # A task of its own: a comparison that fails keeps no paused backfill from going on.
    @task
    @classed()
    def compare() -> None:
        """What published backfills have changed."""
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.backfills import note_published

        note_published(settings(), ObjectStore.of(settings().s3), print)

    compare()
    Trigger.partial(
        task_id="go_on",
        trigger_dag_id=BACKFILL,
        logical_date=None,
        skip_when_already_exists=True,
        openlineage_inject_parent_info=False,
    ).expand_kwargs(look())


backfill_continue()
