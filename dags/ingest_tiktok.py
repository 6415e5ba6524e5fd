"""Pulls TikTok's hashtag chart and the watched hashtags.

**Daily at 00:00 UTC** it pulls the figures of that moment. There are no past figures, so Airflow
refuses to backfill this DAG. A missed day stays missing.

**A task is red**: as in `ingest_appfigures`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task

from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.loads import ends_with_one_signal, load
from shortdrama.orchestration.schedule import NOT_BY_DAY, daily


@dag(
    schedule=daily(),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NOT_BY_DAY,
    doc_md=__doc__,
    tags=["ingest"],
    dagrun_timeout=timedelta(hours=2),
    **UNATTENDED,
)
def ingest_tiktok() -> None:
    """Load the chart and the watched hashtags."""

    @task
    @classed()
    def plan() -> list[dict[str, Any]]:
        from shortdrama.orchestration.requests import present_requests

        return present_requests("tiktok", get_current_context()["dag_run"].run_id)

    ends_with_one_signal(load.expand(request=plan()))


ingest_tiktok()
