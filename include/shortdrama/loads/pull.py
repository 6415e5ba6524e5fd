"""Pull: one attempt to fetch one dataset for one window into landing."""

from shortdrama.config import Settings
from shortdrama.datasets import dataset_named
from shortdrama.lake.landing import Landing
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.loads.connectors import connector_for
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.errors import SourceError


def pull(request: PullRequest, settings: Settings, store: ObjectStore) -> str:
    """Land the answers to a request; the key of its `.pull.json`.

    A second attempt of the same run asks only for what the first did not land. Raises SourceError,
    after the failure was recorded.
    """
    dataset = dataset_named(request.dataset)
    clock = settings.clock
    outcome = Outcome(
        kind="pull",
        status="succeeded",
        subject=request.pull_id,
        dataset=dataset.id,
        business_window=str(request.window) if request.window else None,
        ended_at=clock.now(),
    )
    landing = Landing(store, dataset, request.pull_id, clock)
    try:
        coverage, parts = connector_for(dataset, settings, store).pull(request, landing)
    except SourceError as error:
        failed = {"status": "failed", "message": str(error), "ended_at": clock.now()}
        record_outcome(store, outcome.model_copy(update=failed))
        raise
    key = landing.finish(coverage, parts)
    record_outcome(
        store, outcome.model_copy(update={"details": {"pull": key, "parts": len(parts)}})
    )
    return key
