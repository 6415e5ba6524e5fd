"""How much of a source's quota and credits is used, as its own answers said in the pulls."""

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from shortdrama.datasets import dataset_named
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.store import ObjectStore

LOOKED_BACK_DAYS = 7
"""How far back the cost of a dataset's calls is looked for."""


class Quota(BaseModel):
    """Calls of the account by all its users. The day is UTC.

    `credits_spent` are the paid credits that our own pulls of the day cost, `credits_left` those
    that the account has left; None where the source says nothing of credits.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    used: int
    limit: int
    credits_spent: int | None = None
    credits_left: int | None = None

    def __str__(self) -> str:
        said = f"{self.source}: {self.used} of {self.limit} calls used today"
        if self.credits_spent is not None:
            said += f"; {self.credits_spent} credits spent by our pulls"
        if self.credits_left is not None:
            said += f", {self.credits_left} credits left"
        return said


class Credits(BaseModel):
    """What the newest pull of a dataset cost in credits, and what the account has left."""

    model_config = ConfigDict(frozen=True)

    said_on: date
    calls: int
    spent: int
    left: int | None

    def of(self, calls: int) -> int:
        """What so many calls would cost at the same price, rounded up."""
        return -(-self.spent * calls // self.calls)


def quotas_of(store: ObjectStore, day: date) -> list[Quota]:
    """The newest usage of each source whose answers gave one on that day.

    It only grows within a day, so the newest is the highest.
    """
    newest: dict[str, Quota] = {}
    spent: dict[str, int] = {}
    for outcome in outcomes_of(store, "pull", day):
        if outcome.dataset is None:
            continue
        source = dataset_named(outcome.dataset).source
        if (cost := outcome.details.get("credits_spent")) is not None:
            spent[source] = spent.get(source, 0) + cost
        limit, used = (outcome.details.get(name) for name in ("quota_limit", "quota_usage"))
        if limit is None or used is None:
            continue
        if source not in newest or newest[source].used < used:
            left = outcome.details.get("credits_left")
            newest[source] = Quota(source=source, used=used, limit=limit, credits_left=left)
    return [
        newest[source].model_copy(update={"credits_spent": spent.get(source)})
        for source in sorted(newest)
    ]


def credits_of(store: ObjectStore, dataset_id: str, today: date) -> Credits | None:
    """What the newest pull of the dataset within a week cost in credits, if its source says so."""
    for days in range(LOOKED_BACK_DAYS):
        pulls = [
            outcome
            for outcome in outcomes_of(store, "pull", today - timedelta(days=days))
            if outcome.dataset == dataset_id
            and outcome.details.get("used_calls")
            and outcome.details.get("credits_spent") is not None
        ]
        if pulls:
            newest = max(pulls, key=lambda outcome: outcome.ended_at)
            return Credits(
                said_on=newest.ended_at.date(),
                calls=newest.details["used_calls"],
                spent=newest.details["credits_spent"],
                left=newest.details.get("credits_left"),
            )
    return None
