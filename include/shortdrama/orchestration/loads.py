"""The task group that every ingest DAG maps over its pull requests."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from airflow.sdk import task, task_group

from shortdrama.datasets.model import DEFAULT_POOL
from shortdrama.orchestration.alerts import working_on
from shortdrama.orchestration.assets import ACCEPTED_LOADS, DATASET_ASSETS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.pausing import pausing, unless_discarded

INGEST = "ingest"
"""The queue of tasks that need no private warehouse. Only CeleryExecutor has workers for queues."""
NAMED = "{{ about }}"
"""Mapped tasks are shown by dataset and window, not by a number."""


@task(
    queue=INGEST,
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
    store = ObjectStore.of(settings().s3)
    with pausing(asked.backfill, settings(), store):
        return loads_pull.pull(asked, settings(), store, print)


@task(queue=INGEST, map_index_template=NAMED)
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
    with unless_discarded(landed.backfill, store):
        conform_or_quarantine(landed, settings(), store)
    return pull_key


@task(queue=INGEST, map_index_template=NAMED)
@classed()
def gate(pull_key: str) -> str:
    """Accept the candidate into the ledger, or quarantine it with reasons and fail.

    The load of a backfill is staged. Returns the load's id.
    """
    from shortdrama.core.settings import settings
    from shortdrama.ingest.admit import admit
    from shortdrama.lake.landing import read_pull
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    landed = read_pull(store, pull_key)
    working_on(f"{landed.dataset} {landed.coverage.window}")
    with unless_discarded(landed.backfill, store):
        return admit(landed, settings(), store).load_id


@task(trigger_rule="all_done", outlets=[ACCEPTED_LOADS])
@classed()
def announce(*gated: str | Iterable[str] | None, outlet_events: Any = None) -> list[str]:
    """Signal once that the run has accepted loads; returns their datasets.

    If a gate's signal started a build, the loads after it would need another one. `gated` are ids
    of loads: of one gate, of a mapped one, or none where all failed. If this task is killed, the
    hourly run of `market_marts` builds what was accepted.
    """
    from shortdrama.core.settings import settings
    from shortdrama.ingest.history import load_history
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    loads = [load_history(load_id, store)[-1] for each in gated for load_id in _listed(each)]
    datasets = sorted({load.dataset for load in loads if load.status == "accepted"})
    for dataset in datasets:
        outlet_events[ACCEPTED_LOADS].add(DATASET_ASSETS[dataset])
    return datasets


def ends_with_one_signal(*gated: Any) -> None:
    """End a run with one signal for all its accepted loads.

    As a teardown, the signal comes last in any case, and the loads alone decide how the run ends.
    """
    announce(*gated).as_teardown()


def _listed(gated: str | Iterable[str] | None) -> list[str]:
    """Airflow passes a mapped task that ran once as one value, not as a list."""
    return [gated] if isinstance(gated, str) else list(gated or ())


def load_through(pool: str, group_id: str = "load") -> Any:
    """A task group: pull in a slot of the pool, conform and gate one request; the load's id."""
    guarded = pull.override(pool=pool)

    @task_group(group_id=group_id)
    def load(request: dict[str, Any]) -> Any:
        return gate(conform(guarded(request)))  # type: ignore[arg-type]

    return load


load = load_through(DEFAULT_POOL)
"""For sources without a quota of calls."""
