"""Airflow's own backfill of the estimates, one run per day, and the build that follows."""

from collections.abc import Callable
from datetime import date

from shortdrama.core.errors import Failure
from shortdrama_local.embedded.airflow import SCHEDULER
from shortdrama_local.embedded.airflow_api import AirflowApi
from shortdrama_local.embedded.machine import this_machine
from shortdrama_local.embedded.states import is_running

DAG = "ingest_appfigures"
MOST_DAYS = 100


class BackfillRefused(Failure):
    """The backfill cannot be started."""


def backfill(first: date, last: date, say: Callable[[str], None]) -> None:
    """Pull every day of a span again, then build and publish once.

    Raises BackfillRefused without a running stack, RunFailed when a day or the build fails.
    """
    if last < first:
        raise BackfillRefused(f"the backfill ends on {last}, before it starts on {first}")
    if (last - first).days >= MOST_DAYS:
        raise BackfillRefused(
            f"{first}..{last} would be more than {MOST_DAYS} runs of one day each. Trigger"
            " ingest_appfigures with start and end instead: a call is priced per country, not per"
            " day"
        )
    if not is_running(SCHEDULER.name):
        raise BackfillRefused("Airflow does not run on this machine; start it with `make up`")
    airflow = AirflowApi(this_machine())
    if not airflow.has_schedule(DAG):
        raise BackfillRefused(
            "Airflow cannot backfill with a frozen clock; start it without `--clock`"
        )
    airflow.wait_for_dags({DAG, "market_marts"})
    for dag_id in (DAG, "market_marts"):
        airflow.unpause(dag_id)
    airflow.backfill(DAG, first, last)
    for run in airflow.backfill_runs(DAG, first, last):
        airflow.expect_success(run, say)
    airflow.expect_success(airflow.trigger("market_marts"), say)
