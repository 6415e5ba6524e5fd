"""What a pull will cost, before anything is asked."""

from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import Connector, Planned, PullRequest
from shortdrama.sources.modules import module_of


def planned_calls(request: PullRequest, settings: Settings, store: ObjectStore) -> int | None:
    """How many calls a pull makes if no earlier attempt has landed any and none is repeated.

    None for a source that says only in its answers how many there are (pages) or that costs none.
    Asks no source. Raises SourceError when the request cannot be planned.
    """
    module = module_of(dataset_named(request.dataset))
    return count_calls(module.connector(settings, store), request)


def count_calls(connector: Connector, request: PullRequest) -> int | None:
    """As `planned_calls`, of a connector that will then be asked to pull."""
    return len(connector.calls(request)) if isinstance(connector, Planned) else None
