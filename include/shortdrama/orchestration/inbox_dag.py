"""The DAG of a source whose files people drop into its inbox: the same for every such source."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, dag, task

from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.loads import ends_with_one_signal, load
from shortdrama.orchestration.schedule import NOT_BY_DAY, hourly


def inbox_dag(source: str, doc: str | None) -> DAG:
    """`ingest_<source>`: looks hourly for new files and loads each. `doc` is its runbook."""

    @task
    @classed()
    def plan() -> list[dict[str, Any]]:
        """Pull requests for the files in the inbox that no verdict exists for yet."""
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.sources.inbox import due_files

        due = due_files(ObjectStore.of(settings().s3), source, settings().clock)
        return [request.model_dump(mode="json") for request in due]

    @dag(
        dag_id=f"ingest_{source}",
        schedule=hourly(),
        start_date=datetime(2025, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        allowed_run_types=NOT_BY_DAY,
        doc_md=doc,
        tags=["ingest"],
        dagrun_timeout=timedelta(hours=1),
        **UNATTENDED,
    )
    def ingest() -> None:
        """Load every new file."""
        ends_with_one_signal(load.expand(request=plan()))

    return ingest()
