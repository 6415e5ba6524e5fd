"""Promotes, discards or cancels a backfill, with the reason.

It runs only by hand. `backfill` is its id, e.g. `appfigures.estimates-1`. `decision`:
- `promote`: a staged backfill counts from now on, all of it at once, and one build publishes it. If
  other loads have changed its days since somebody looked at it, nothing is promoted; the message
  names the difference and the `digest` with which it is promoted as it is now.
- `discard`: nothing of it will ever count. That is final.
- `cancel`: it stops before its next pull. Triggering `backfill` with the same form goes on.

`because` is kept with the name of the person who triggered this. The command line does the same:
`shortdrama backfill promote`, `discard` and `cancel`.

**A task is red**
- `decide`: the message says why this decision is not possible, and what to do. Nothing was changed.

Clearing is safe: the same decision again changes nothing.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from shortdrama.orchestration.alerts import ATTENDED
from shortdrama.orchestration.assets import ACCEPTED_LOADS, DATASET_ASSETS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.forms import FILLED


@dag(
    schedule=None,
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=["manual"],
    doc_md=__doc__,
    tags=["gates", "backfill"],
    dagrun_timeout=timedelta(hours=3),
    params={
        "decision": Param(
            type="string",
            enum=["promote", "discard", "cancel"],
            values_display={
                "promote": "promote: all of it counts",
                "discard": "discard: nothing of it will ever count",
                "cancel": "cancel: stop it before its next pull",
            },
        ),
        "backfill": Param(**FILLED, description="Its id, e.g. appfigures.estimates-1"),
        "because": Param(**FILLED, description="Why. It is kept, and others will read it"),
        "digest": Param(
            None,
            type=["null", "string"],
            description="Only to promote days that have changed since somebody looked at them",
        ),
    },
    **ATTENDED,
)
def backfill_decision() -> None:
    """One decision about one backfill."""

    # A promotion builds, and market_marts may have the private warehouse open.
    @task(outlets=[ACCEPTED_LOADS], retries=5, retry_delay=timedelta(minutes=1))
    @classed()
    def decide(*, outlet_events: Any = None) -> None:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.orchestration.backfills import decided

        context = get_current_context()
        dataset = decided(
            context["params"],
            context["dag_run"].triggering_user_name,
            settings(),
            ObjectStore.of(settings().s3),
            print,
        )
        if dataset:
            outlet_events[ACCEPTED_LOADS].add(DATASET_ASSETS[dataset])

    decide()


backfill_decision()
