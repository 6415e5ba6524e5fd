"""Pulls a span of days again: planned against the quota, staged, and published as a whole.

Trigger it with its form. `begin` refuses what cannot be done before any call, and its log shows the
plan; with `dry_run` that is all. Then the windows of today are pulled in the source's pool. Their
loads are staged: no reader sees them, and no build starts because of them. `finish` decides what
follows, and its log shows how far the backfill is, as `shortdrama backfill show ID` does:
- everything is pulled: it is staged for review (see `backfill_decision`), or published at once by
  the next run of `market_marts`.
- the quota is used up, or the plan goes on tomorrow: the backfill is **paused**. The run ends well,
  and `backfill_continue` goes on after the reset.
- a window has no good load: the backfill is **failed**.

Triggering it again with the same form goes on: only what is missing is pulled, and the answers of
the last seven days are used. `shortdrama backfill cancel ID`, or the DAG `backfill_decision`, stops
it before its next pull. Two backfills of one dataset cannot be open at once.

**A task is red**
- `begin`: the message says what cannot be done and what to ask for instead.
- `pull`, `conform`, `gate`: as in `ingest_appfigures`. When the cause is gone, trigger the same
  form again.
- `finish`: the message names the windows without a good load; or the marts could not be staged, as
  in `market_marts`. Nothing is published. Trigger the same form again.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from shortdrama.orchestration import forms
from shortdrama.orchestration.alerts import UNATTENDED, backfill_failed
from shortdrama.orchestration.assets import ACCEPTED_LOADS, DATASET_ASSETS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.loads import load_through
from shortdrama.orchestration.pausing import asked_by

KEY = "backfill_id"
DATE = {"type": "string", "format": "date"}


@dag(
    schedule=None,
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=["manual", "operator_triggered"],
    doc_md=__doc__,
    tags=["ingest", "backfill"],
    dagrun_timeout=timedelta(hours=12),
    params={
        "dataset": Param(
            type="string",
            enum=list(forms.datasets()),
            values_display=forms.datasets(),
            description="What to pull again. Other datasets have no past that can be pulled.",
        ),
        "start": Param(**DATE, description="First business date, included"),
        "end": Param(**DATE, description="Last business date, included; yesterday or earlier"),
        "countries": Param(
            [],
            type=["null", "array"],
            items={"type": "string"},
            examples=forms.countries(),
            description="None chosen: all that the source is asked for every day. ZZ is the world",
        ),
        "policy": Param(
            "missing",
            type="string",
            enum=["missing", "all"],
            values_display={
                "missing": "only days without an accepted load",
                "all": "all days again",
            },
            description="Which of these days to pull",
        ),
        "because": Param(**forms.FILLED, description="Why. It is kept, and others will read it"),
        "publication": Param(
            "stage",
            type="string",
            enum=["stage", "publish"],
            values_display={
                "stage": "stage for review: a person promotes or discards it",
                "publish": "publish at once",
            },
            description="What happens when everything is pulled",
        ),
        "dry_run": Param(
            False, type="boolean", description="Only show the plan: nothing is asked or written"
        ),
    },
    **UNATTENDED,
)
def backfill() -> None:
    """Begin or go on, pull what is due today, and decide what follows."""

    @task.short_circuit(on_failure_callback=backfill_failed)
    @classed()
    def begin() -> str | None:
        """The backfill's id; after a dry run nothing follows."""
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.backfills import begun

        context, store = get_current_context(), ObjectStore.of(settings().s3)
        backfill_id = begun(context["params"], asked_by(), settings(), store, print)
        context["ti"].xcom_push(key=KEY, value=backfill_id)
        return backfill_id

    @task
    @classed()
    def due(pool: str, backfill_id: str) -> list[dict[str, Any]]:
        """The pulls of today that belong into the pool; a task has one pool for all its runs."""
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.backfills import due_in

        requests = due_in(pool, backfill_id, ObjectStore.of(settings().s3))
        return [request.model_dump(mode="json") for request in requests]

    @task(
        trigger_rule="all_done",
        outlets=[ACCEPTED_LOADS],
        on_failure_callback=backfill_failed,
        # It waits while market_marts has the private warehouse open.
        retries=5,
        retry_delay=timedelta(minutes=2),
        retry_exponential_backoff=True,
    )
    @classed()
    def finish(backfill_id: str | None, *, outlet_events: Any = None) -> None:
        """Publish, stage, pause or fail; one signal for all loads starts one build."""
        from shortdrama.backfill.run import BackfillIncomplete
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.backfills import finished

        if backfill_id is None:
            raise BackfillIncomplete("nothing has begun; the log of `begin` says why")
        store = ObjectStore.of(settings().s3)
        dataset = finished(backfill_id, asked_by(), settings(), store, print)
        if dataset:
            outlet_events[ACCEPTED_LOADS].add(DATASET_ASSETS[dataset])

    begun = begin()
    loads = [load_through(pool).expand(request=due(pool, begun)) for pool in forms.pools()]  # type: ignore[arg-type]
    loads >> finish(begun)  # type: ignore[arg-type,operator]


backfill()
