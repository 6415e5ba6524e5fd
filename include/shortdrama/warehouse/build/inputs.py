"""What a build reads: the accepted loads of every dataset, named by a fingerprint."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import BuildFailed
from shortdrama.core.settings import REPOSITORY
from shortdrama.datasets import DATASETS
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.ledger import LoadLedger, LoadRecord, accepted_of
from shortdrama.lake.overrides import Override
from shortdrama.lake.records import staged_of
from shortdrama.lake.store import ObjectStore
from shortdrama.lake.warned import Warned, structured

CODE = (
    ("dbt_project", ("*.sql", "*.yml", "*.csv")),
    ("expectations", ("marts.json", "marts.profile.sql")),
    ("expectations/marts", ("*.json", "*.sql")),
)


class DatasetState(BaseModel):
    """The state of a dataset. `as_of` is the newest business date of its accepted loads.

    `said_at` and `accepted_at` are of the loads that no backfill has pulled, if there are any.
    """

    model_config = ConfigDict(frozen=True)

    as_of: str | None
    said_at: datetime | None
    accepted_at: datetime | None
    load_ids: tuple[str, ...]
    refused_since: tuple[str, ...]
    """Reasons of the loads that were refused after the last accepted load."""


def _from_version_1(inputs: dict[str, Any]) -> dict[str, Any]:
    """Form 1 grew over time: the oldest ones have no decisions, and a warning is only its text."""
    accepted = {
        dataset: [
            {**record, "warnings": structured(record.get("warnings", []))} for record in records
        ]
        for dataset, records in inputs["accepted"].items()
    }
    return {"overrides": [], **inputs, "accepted": accepted}


class BuildInputs(Document):
    """Everything that decides the rows of a build, and what people decided about its loads.

    `overrides` are the decisions in force: loads that count although their gate refused them, and
    loads that were revoked. `backfill` is the backfill whose staged loads are read as if they were
    accepted; None for an ordinary build.
    """

    upgrades = (_from_version_1,)
    schema_version: Literal[2] = 2
    accepted: dict[str, tuple[LoadRecord, ...]]
    refused_since: dict[str, tuple[str, ...]]
    code: str
    overrides: tuple[Override, ...] = ()
    backfill: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no dataset has an accepted load yet."""
        return not any(self.accepted.values())

    @property
    def fingerprint(self) -> str:
        """Equal for builds that give the same rows and carry the same decisions."""
        loads = (record.load_id for records in self.accepted.values() for record in records)
        return fingerprint(self.code, loads, self.overrides, self.backfill)

    def load_warnings(self) -> tuple[Warned, ...]:
        """The gate's warnings about each dataset's newest load, which has its newest days."""
        newest = (
            max(records, key=lambda record: (record.said_at, record.seq))
            for records in self.accepted.values()
            if records
        )
        return tuple(
            warning.model_copy(
                update={"text": f"{record.dataset} {record.coverage.window}: {warning.text}"}
            )
            for record in newest
            for warning in record.warnings
        )

    def states(self) -> dict[str, DatasetState]:
        """Each dataset's state, for the snapshot's manifest and for people."""
        return {
            dataset_id: _state(records, self.refused_since[dataset_id])
            for dataset_id, records in self.accepted.items()
        }


def read_inputs(store: ObjectStore, backfill: str | None = None) -> BuildInputs:
    """The inputs as the ledgers have them now; with the staged loads of one backfill, if named."""
    ledgers = {dataset.id: LoadLedger(store, dataset.id).newest() for dataset in DATASETS.values()}
    return BuildInputs(
        accepted={
            name: (*accepted_of(newest), *(staged_of(newest, backfill) if backfill else ()))
            for name, newest in ledgers.items()
        },
        refused_since={name: _refused_since(newest) for name, newest in ledgers.items()},
        code=code_digest(),
        overrides=tuple(
            record.override
            for newest in ledgers.values()
            for record in newest
            if record.override is not None and _is_seen(record, backfill)
        ),
        backfill=backfill,
    )


def fingerprint(
    code: str,
    load_ids: Iterable[str],
    overrides: Iterable[Override],
    backfill: str | None = None,
) -> str:
    """The fingerprint of a build: its code, its loads and the decisions, dataset by dataset.

    `backfill` is the one whose staged loads it reads.
    """
    decisions = (override.model_dump_json() for override in overrides)
    staged = [f"staged by {backfill}"] if backfill else []
    return hashlib.sha256("\n".join([code, *load_ids, *decisions, *staged]).encode()).hexdigest()


def _is_seen(record: LoadRecord, backfill: str | None) -> bool:
    """Whether a decision about the load concerns a build: not if another backfill has staged it."""
    if record.status == "staged":
        return record.backfill == backfill
    return record.status != "discarded"


def keep_inputs(inputs: BuildInputs, store: ObjectStore) -> None:
    """Keep what a build is made of in the lake, so that any worker finds it."""
    documents.put(inputs, store, keys.build_inputs(inputs.fingerprint))


def kept_inputs(fingerprint: str, store: ObjectStore) -> BuildInputs:
    """What the build with that fingerprint was made of; raises BuildFailed if there was none."""
    inputs = documents.find(BuildInputs, store, keys.build_inputs(fingerprint))
    if inputs is None:
        raise BuildFailed(
            f"nothing was built with the fingerprint {fingerprint[:12]}; clear the task `build` of"
            " market_marts"
        )
    return inputs


def next_like(fingerprint: str, store: ObjectStore) -> BuildInputs:
    """What would be built now in place of a build: for a staged one, with the same backfill."""
    kept = documents.find(BuildInputs, store, keys.build_inputs(fingerprint))
    return read_inputs(store, kept.backfill if kept else None)


def code_digest() -> str:
    """A digest of the models, seeds and mart gates: if they change, it is another build."""
    digest = hashlib.sha256()
    for folder, patterns in CODE:
        paths = {path for pattern in patterns for path in (REPOSITORY / folder).rglob(pattern)}
        for path in sorted(paths):
            if "target" not in path.parts:
                digest.update(path.relative_to(REPOSITORY).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _refused_since(newest: list[LoadRecord]) -> tuple[str, ...]:
    """A load is ordered by its gate's verdict, whatever a person decided about it later.

    Loads of backfills do not count: they say nothing about how fresh a dataset is.
    """
    reasons: list[str] = []
    for record in newest:
        if record.backfill is not None:
            continue
        if record.status == "accepted":
            reasons.clear()
        elif record.status == "quarantined":
            reasons.extend(record.reasons)
    return tuple(reasons)


def _state(records: tuple[LoadRecord, ...], refused_since: tuple[str, ...]) -> DatasetState:
    # A promotion says nothing about the schedule, unless there are no other loads.
    regular = [record for record in records if record.backfill is None] or records
    return DatasetState(
        as_of=max((str(record.coverage.window.end) for record in records), default=None),
        said_at=max((record.said_at for record in regular), default=None),
        accepted_at=max((record.decided_at for record in regular), default=None),
        load_ids=tuple(record.load_id for record in records),
        refused_since=refused_since,
    )
