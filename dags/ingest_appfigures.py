"""Pulls Appfigures: products, and estimates and ranks by country and day.

**Daily at 00:00 UTC** it pulls the trailing 35 days again (400 days for a month's first day),
because the vendor restates. It makes one call for estimates per country and window, however long
the window is. The pool `appfigures` lets one pull run at a time. Ranks are pulled for the products
of the newest accepted load: in a new lake the first run may try again after two minutes, when
products are accepted. `announce` comes last and starts one build for all that was accepted, also
if a load was refused.

**By hand**: trigger with `start` and `end`. A long span is split into windows of 92 days.
A long history is better pulled by the DAG `backfill`: planned against the quota, and published as a
whole. **Airflow's backfill** pulls each run's own day, and costs as many calls for a day as one
window by hand costs once.

**A task is red**
- `pull`: the message says what the vendor answered, the log how many calls were planned and used.
  Quota: do nothing, tomorrow's window covers the day. Token or plan: correct it, then clear the
  task; parts younger than 24 hours are not asked for again.
- `conform`: an answer has another shape; it is in quarantine. Fix the connector, then replay the
  load.
- `gate`: the load is in quarantine with the expectation that refused it. Marts stay at the last
  accepted load until the next good load.

Clearing any task is safe: a load that has a verdict keeps it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.loads import ends_with_one_signal, load_through
from shortdrama.orchestration.schedule import daily

DATE = {"type": ["null", "string"], "format": "date"}


@dag(
    schedule=daily(),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["ingest"],
    dagrun_timeout=timedelta(hours=6),
    params={
        "start": Param(None, **DATE, description="First business date, e.g. 2025-04-01"),
        "end": Param(None, **DATE, description="Last business date, e.g. 2025-06-30"),
    },
    **UNATTENDED,
)
def ingest_appfigures() -> None:
    """Load the products, then estimates and ranks, window by window."""
    products = load_through(PRODUCTS.pool, "load_products")(
        request={"dataset": PRODUCTS.id, "run_key": "{{ run_id }}"}
    )

    # After the products, because ranks are pulled by product; but also if the products failed.
    @task(trigger_rule="all_done")
    @classed()
    def plan() -> list[dict[str, Any]]:
        from shortdrama.core.settings import settings
        from shortdrama.orchestration.requests import dated_requests

        context = get_current_context()
        run = context["dag_run"]
        return dated_requests(
            PRODUCTS.source,
            run.run_id,
            run.run_type,
            run.data_interval_start,
            context["params"],
            settings().clock.today(),
        )

    @task
    def complete() -> None:
        """Nothing failed."""

    requests = plan()
    products >> requests
    dated = load_through(PRODUCTS.pool).expand(request=requests)
    # If the products failed, the run counts as failed, although the rest went on.
    [products, dated] >> complete()
    ends_with_one_signal(products, dated)


ingest_appfigures()
