"""Outcomes: a record that a step succeeded, was refused or failed. SQL can read them all."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import Field

from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore

KEPT_OUTCOMES = 2000

Kind = Literal["pull", "conform", "gate", "build", "publish", "rollback", "release", "gc", "send"]


class Outcome(Document):
    """How a step ended. `subject` is what it was about: a load, a build, an edition.

    `details` of a gate are its GateResult (`gates/results.py`), passed or refused: `subject`,
    `judged`, `suites`, `rows`, `what_to_do` and `findings`, each finding with `suite`,
    `expectation`, `column`, `severity`, `unexpected`, `checked`, `expected`, `observed`, `samples`,
    `reason`. A gate of a load has a `dataset`; a gate of marts has none, and its `subject` is the
    build's fingerprint. If an answer could not be made into rows, the only finding has the suite
    `shape`.

    A build reads outcomes in SQL (`warehouse/build/ops_sources.py`): if you change their form, that
    SQL must read both forms.
    """

    schema_version: Literal[1] = 1
    kind: Kind
    status: Literal["succeeded", "refused", "failed"]
    subject: str
    dataset: str | None = None
    business_window: str | None = None
    message: str = ""
    ended_at: datetime
    details: dict[str, Any] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """Derived from the content: the same outcome recorded twice is one record."""
        content = self.model_dump_json(exclude={"schema_version"})
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        return keys.outcome(self.kind, self.ended_at, digest)


def record_outcome(store: ObjectStore, outcome: Outcome) -> None:
    """Write the outcome into `ops/`."""
    documents.put(outcome, store, outcome.key)


def record_failure(store: ObjectStore, outcome: Outcome) -> None:
    """Write the outcome if the lake answers: an error that is on its way must not get lost."""
    with suppress(BotoCoreError, ClientError):
        record_outcome(store, outcome)


def outcomes_of(store: ObjectStore, kind: Kind, day: date) -> Iterator[Outcome]:
    """The outcomes of a kind that ended on a day, unordered. It is slow: use it only for people."""
    for key in store.list(keys.outcomes(kind, day)):
        yield _outcome(store, key)


@lru_cache(KEPT_OUTCOMES)
def _outcome(store: ObjectStore, key: str) -> Outcome:
    """An outcome never changes, so a process reads it once."""
    return documents.get(Outcome, store, key)
