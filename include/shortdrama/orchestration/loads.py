"""The task group that every ingest DAG maps over its pull requests."""

from datetime import timedelta
from typing import Any

from airflow.sdk import task, task_group

from shortdrama.datasets.model import DEFAULT_POOL
from shortdrama.orchestration.alerts import working_on
from shortdrama.orchestration.assets import ACCEPTED_LOADS, DATASET_ASSETS
from shortdrama.orchestration.errors import classed

NAMED = "{{ about }}"
"""Mapped tasks are shown by dataset and window, not by a number."""


@task(
    map_index_template=NAMED,
    # The pull ends by itself, with a reason, after `pull_seconds` of the source's settings.
    execution_timeout=timedelta(hours=1),
    retries=3,
    retry_delay=timedelta(minutes=2),
    retry_exponential_backoff=True,
)
@classed()
def pull(request: dict[str, Any]) -> str:
    """Fetch into landing; a retry asks only for what the first attempt did not land."""
    from shortdrama.core.settings import settings
    from shortdrama.ingest import pull as loads_pull
    from shortdrama.lake.store import ObjectStore
    from shortdrama.sources.connector import PullRequest

    asked = PullRequest.model_validate(request)
    working_on(str(asked))
    return loads_pull.pull(asked, settings(), ObjectStore.of(settings().s3), print)


@task(map_index_template=NAMED)
@classed()
def conform(pull_key: str) -> str:
    """Turn the landed answers into one typed Parquet object, the candidate."""
    from shortdrama.core.settings import settings
    from shortdrama.ingest.admit import conform_or_quarantine
    from shortdrama.lake.landing import read_pull
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    landed = read_pull(store, pull_key)
    working_on(f"{landed.dataset} {landed.coverage.window}")
    conform_or_quarantine(landed, settings(), store)
    return pull_key


@task(map_index_template=NAMED, outlets=[ACCEPTED_LOADS])
@classed()
def gate(pull_key: str, *, outlet_events: Any = None) -> str:
    """Accept the candidate into the ledger, or quarantine it with reasons and fail.

    The load of a backfill is staged: no event, so that nothing is built before it is complete.
    """
    from shortdrama.core.settings import settings
    from shortdrama.ingest.admit import admit
    from shortdrama.lake.landing import read_pull
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    landed = read_pull(store, pull_key)
    working_on(f"{landed.dataset} {landed.coverage.window}")
    record = admit(landed, settings(), store)
    if record.status == "accepted":
        outlet_events[ACCEPTED_LOADS].add(DATASET_ASSETS[record.dataset])
    return record.load_id


def load_through(pool: str, group_id: str = "load") -> Any:
    """A task group: pull in a slot of the pool, conform and gate one request."""
    guarded = pull.override(pool=pool)

    @task_group(group_id=group_id)
    def load(request: dict[str, Any]) -> None:
        gate(conform(guarded(request)))  # type: ignore[arg-type]

    return load


load = load_through(DEFAULT_POOL)
"""For sources without a quota of calls."""
