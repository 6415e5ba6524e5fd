"""The document of a backfill in the lake: what was asked and planned, and how far it is.

Which of its loads are staged or refused is not in it: the ledger says that.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.backfill.changes import Changes
from shortdrama.backfill.plan import Asked, Plan
from shortdrama.core.errors import BackfillRefused
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.overrides import Filled
from shortdrama.lake.store import Conflict, ObjectStore

State = Literal[
    "planned",
    "running",
    "paused",
    "failed",
    "cancelled",
    "staged",
    "completed",
    "promoted",
    "discarded",
]
"""`paused`: the quota is used up, and it goes on at `paused_until`. `staged`: everything is pulled,
and a person looks at the staged snapshot. The last three are final."""

NAMED = re.compile(re.escape(keys.BACKFILLS) + r".+-[0-9]+\.json")
"""Whatever else somebody has put into the zone is no backfill."""

FINAL: frozenset[State] = frozenset({"completed", "promoted", "discarded"})


class Step(BaseModel):
    """A change of state: by whom, when (UTC), and why, if there is a reason."""

    model_config = ConfigDict(frozen=True)

    state: State
    at: datetime
    by: Filled
    because: str = ""


class Reviewed(BaseModel):
    """The staged snapshot that a person looks at, and a digest of its backfilled slices."""

    model_config = ConfigDict(frozen=True)

    snapshot_id: str
    digest: str
    slices: dict[str, str]
    """By mart, a digest of the rows that belong to the backfill."""


class Backfill(Document):
    """A backfill. `is_reviewed`: a person looks at it before it is published.

    `before` is the snapshot that was current when it began. `reviewed` is what a person looks at,
    and `newer` what came instead because other loads changed the same days. `changes` is what
    differs from the snapshot before, in the newest of them.
    """

    schema_version: Literal[1] = 1
    backfill_id: str
    asked: Asked
    is_reviewed: bool
    plan: Plan
    steps: tuple[Step, ...]
    paused_until: datetime | None = None
    before: str | None = None
    reviewed: Reviewed | None = None
    newer: Reviewed | None = None
    changes: Changes | None = None

    @property
    def state(self) -> State:
        """The newest state."""
        return self.steps[-1].state

    @property
    def is_open(self) -> bool:
        """Whether it can still go on."""
        return self.state not in FINAL

    def at(self, step: Step, **changes: Any) -> "Backfill":
        """The document after a step; it is paused no longer, unless `changes` say until when."""
        update = {"paused_until": None, **changes, "steps": (*self.steps, step)}
        return self.model_copy(update=update)


def read_backfill(backfill_id: str, store: ObjectStore) -> Backfill:
    """The document of a backfill; raises BackfillRefused if there is none."""
    found = documents.find(Backfill, store, keys.backfill(backfill_id))
    if found is None:
        raise BackfillRefused(
            f"there is no backfill {backfill_id!r}; `shortdrama backfill list` lists them"
        )
    return found


def all_backfills(store: ObjectStore) -> list[Backfill]:
    """All backfills, newest first. It lists the zone: only for people and housekeeping."""
    found = _documents(keys.BACKFILLS, store)
    # Under a frozen clock all have begun at the same moment.
    return sorted(found, key=lambda one: (one.steps[0].at, _number(one)), reverse=True)


def staged_snapshots(store: ObjectStore) -> dict[str, list[str]]:
    """The staged snapshots that open backfills still need, each with its backfill."""
    return {
        staged.snapshot_id: [f"backfill {one.backfill_id}"]
        for one in all_backfills(store)
        for staged in (one.reviewed, one.newer)
        if staged is not None and one.is_open
    }


def update(
    backfill_id: str, store: ObjectStore, change: Callable[[Backfill], Backfill]
) -> Backfill:
    """Change the document by compare-and-swap; raises BackfillRefused if there is none."""
    read_backfill(backfill_id, store)

    def changed(found: Backfill | None) -> Backfill:
        if found is None:
            raise BackfillRefused(f"the document of backfill {backfill_id} is gone")
        return change(found)

    return documents.update(Backfill, store, keys.backfill(backfill_id), changed)


def create(dataset: str, store: ObjectStore, make: Callable[[str], Backfill]) -> Backfill:
    """Write a new document under the dataset's next number; `make` gets its id.

    Only one of several writers gets a number, so the others see its backfill. Raises
    BackfillRefused while another backfill of the dataset is open.
    """
    while True:
        earlier = check_none_open(dataset, store)
        made = make(f"{dataset}-{max((_number(one) for one in earlier), default=0) + 1}")
        try:
            store.compare_and_swap(keys.backfill(made.backfill_id), made.body, None)
        except Conflict:
            continue
        return made


def check_none_open(dataset: str, store: ObjectStore) -> list[Backfill]:
    """All backfills of a dataset, oldest first; raises BackfillRefused if one of them is open."""
    earlier = of_dataset(dataset, store)
    for one in earlier:
        if one.is_open:
            raise BackfillRefused(
                f"backfill {one.backfill_id} of {dataset} is {one.state} since"
                f" {one.steps[-1].at:%Y-%m-%d %H:%M} UTC ({one.asked.window}), and two of one"
                " dataset cannot be open. To go on with it, ask for the same again; to drop"
                f' it: `shortdrama backfill discard {one.backfill_id} --because "…"`'
            )
    return earlier


def newest_ids(store: ObjectStore) -> list[str]:
    """The newest backfill of each dataset; no other one can be open. It lists the zone."""
    newest: dict[str, int] = {}
    for key in _named(keys.BACKFILLS, store):
        dataset, number = _parts(key)
        newest[dataset] = max(number, newest.get(dataset, 0))
    return [f"{dataset}-{newest[dataset]}" for dataset in sorted(newest)]


def of_dataset(dataset: str, store: ObjectStore) -> list[Backfill]:
    """All backfills of a dataset, oldest first."""
    prefix = keys.backfill(f"{dataset}-").removesuffix(".json")
    return sorted(_documents(prefix, store), key=_number)


def _documents(prefix: str, store: ObjectStore) -> list[Backfill]:
    return [documents.get(Backfill, store, key) for key in _named(prefix, store)]


def _named(prefix: str, store: ObjectStore) -> list[str]:
    """The keys of the backfills below a prefix."""
    return [key for key in store.list(prefix) if NAMED.fullmatch(key)]


def _number(one: Backfill) -> int:
    return _parts(one.backfill_id)[1]


def _parts(name: str) -> tuple[str, int]:
    """The dataset and the number in a backfill's id or key."""
    dataset, _, number = name.removeprefix(keys.BACKFILLS).removesuffix(".json").rpartition("-")
    return dataset, int(number)
