"""How much of a source's daily quota is used, as its own answers said in the pulls of the day."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from shortdrama.datasets import dataset_named
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.store import ObjectStore


class Quota(BaseModel):
    """Calls of the account by all its users. The day is UTC."""

    model_config = ConfigDict(frozen=True)

    source: str
    used: int
    limit: int

    def __str__(self) -> str:
        return f"{self.source}: {self.used} of {self.limit} calls used today"


def quotas_of(store: ObjectStore, day: date) -> list[Quota]:
    """The newest usage of each source whose answers gave one on that day.

    It only grows within a day, so the newest is the highest.
    """
    newest: dict[str, Quota] = {}
    for outcome in outcomes_of(store, "pull", day):
        limit, used = (outcome.details.get(name) for name in ("quota_limit", "quota_usage"))
        if outcome.dataset is None or limit is None or used is None:
            continue
        source = dataset_named(outcome.dataset).source
        if source not in newest or newest[source].used < used:
            newest[source] = Quota(source=source, used=used, limit=limit)
    return [newest[source] for source in sorted(newest)]
