"""Pull: one attempt to fetch one dataset for one window into landing."""

from collections.abc import Callable
from time import monotonic

from shortdrama.core.settings import Settings, without_secrets
from shortdrama.datasets import dataset_named
from shortdrama.ingest.failures import understanding
from shortdrama.ingest.plan import count_calls
from shortdrama.lake.landing import Landing
from shortdrama.lake.outcomes import Outcome, record_failure, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.modules import module_of


def pull(
    request: PullRequest,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None] = lambda _: None,
) -> str:
    """Land the answers to a request; the key of its `.pull.json`.

    A second attempt of the same run asks only for what the first did not land. `say` gets a line
    with the planned and the used calls. Raises SourceError, or an error of the lake or the
    machine, after it was recorded.
    """
    dataset = dataset_named(request.dataset)
    clock = settings.clock
    landing = Landing(store, dataset.id, request.pull_id, clock, request.reuse_for)
    outcome = Outcome(
        kind="pull",
        status="succeeded",
        subject=request.pull_id,
        dataset=dataset.id,
        business_window=str(request.window) if request.window else None,
        ended_at=clock.now(),
    )
    planned: int | None = None
    began = monotonic()
    try:
        with understanding(str(request)):
            connector = module_of(dataset).connector(settings, store)
            planned = count_calls(connector, request)
            coverage, parts = connector.pull(request, landing)
    except BaseException as error:  # also when Airflow or a person stops it
        failed = {
            "status": "failed",
            "message": without_secrets(str(error) or type(error).__name__, settings),
            "ended_at": clock.now(),
            "details": _cost(request, planned, landing, say, monotonic() - began),
        }
        record_failure(store, outcome.model_copy(update=failed))
        raise
    seconds = monotonic() - began
    key = landing.finish(coverage, parts, request.backfill)
    details = {"pull": key, "parts": len(parts), **_cost(request, planned, landing, say, seconds)}
    record_outcome(store, outcome.model_copy(update={"details": details}))
    return key


def _cost(
    request: PullRequest,
    planned: int | None,
    landing: Landing,
    say: Callable[[str], None],
    seconds: float,
) -> dict[str, float | None]:
    """What the attempt has cost, for the outcome; also passed to `say`."""
    cost = landing.cost
    said = f"{request}: {cost.used} calls used"
    if planned is not None:
        said += f" of {planned} planned"
    if cost.reused:
        said += f", {cost.reused} answers reused"
    if cost.usage is not None:
        said += f"; the account has used {cost.usage} of {cost.limit} calls today"
    if cost.credits_spent is not None:
        said += f"; {cost.credits_spent} credits spent"
        if cost.credits_left is not None:
            said += f", {cost.credits_left} left"
    say(said)
    return {
        "planned_calls": planned,
        "used_calls": cost.used,
        "reused_parts": cost.reused,
        "answered_calls": cost.endings["answered"],
        "empty_calls": cost.endings["empty"],
        "refused_calls": cost.endings["refused"],
        "refusals": cost.refusals,
        "seconds": round(seconds, 3),
        "quota_limit": cost.limit,
        "quota_usage": cost.usage,
        "credits_spent": cost.credits_spent,
        "credits_left": cost.credits_left,
    }
