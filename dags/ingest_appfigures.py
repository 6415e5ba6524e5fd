"""Pulls Appfigures: products, and estimates and ranks by country and day.

**Daily at 00:00 UTC** it pulls the trailing 35 days again (on a month's first day 400), because the
vendor restates; one call for estimates per country and window, whatever its length. Pulls take
turns in the pool `appfigures`. Ranks are asked for the products of the newest accepted load: a
lake's very first run may try again after two minutes, when the products are in.

**By hand**: trigger with `start` and `end`. A long span is split into windows of 92 days.
**Airflow's backfill** pulls each run's own day; prefer one hand-triggered window, it costs the same
calls once and not once a day.

**A task is red**
- `pull`: the message says what the vendor answered, the log what was planned and used. Quota: leave
  it, tomorrow's window covers the day. Token or plan: mend it, then clear the task; parts younger
  than 24 hours are not asked again.
- `conform`: an answer has another shape; it lies in quarantine. The connector needs mending.
- `gate`: the load is in quarantine with the expectation that refused it. Marts stay at the last
  accepted load; the next good load heals it.

Clearing any task is safe: a load that was decided stays as it was decided.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.loads import load_through
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
    """Load the products, then what is asked of them, window by window."""
    products = load_through(PRODUCTS.pool, "load_products")(
        request={"dataset": PRODUCTS.id, "run_key": "{{ run_id }}"}
    )

    # After the products, because ranks are asked for by product; but whatever became of them.
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
    # A run whose products failed is a failed run, although the rest went on.
    products >> requests
    [products, load_through(PRODUCTS.pool).expand(request=requests)] >> complete()


ingest_appfigures()
