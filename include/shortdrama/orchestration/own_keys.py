"""Which keys to the lake a task uses: those of its DAG's work, where the settings have them."""

from airflow.sdk import Context

from shortdrama.core.settings import Work, work_as

WORKS: dict[str, Work] = {"market_marts": "transform", "market_reports": "reports"}
"""Backfills, decisions and housekeeping touch all zones, so they use the keys of everybody."""


def use_own_keys(context: Context) -> None:
    """Called when a task begins, in its own process, which ends with it."""
    dag_id = context["ti"].dag_id
    work: Work | None = "ingest" if dag_id.startswith("ingest_") else WORKS.get(dag_id)
    if work:
        work_as(work)
