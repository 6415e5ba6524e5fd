"""What a pull will cost, before it asks for anything."""

from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import Connector, Planned, PullRequest
from shortdrama.sources.modules import module_of


def planned_calls(request: PullRequest, settings: Settings, store: ObjectStore) -> int | None:
    """How many calls a pull makes if no earlier attempt landed answers and no call is repeated.

    None if only the answers say how many calls are needed (pages), or if calls cost nothing. Does
    not ask the source. Raises SourceError when the request cannot be planned.
    """
    module = module_of(dataset_named(request.dataset))
    return count_calls(module.connector(settings, store), request)


def count_calls(connector: Connector, request: PullRequest) -> int | None:
    """Like `planned_calls`, for a connector that will then pull."""
    return len(connector.calls(request)) if isinstance(connector, Planned) else None
