"""Admit: the gate's verdict on a candidate, and the commit of a load: the append to the ledger."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from shortdrama.core.errors import LoadRefused, SchemaError
from shortdrama.core.settings import Settings, without_secrets
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import Dataset, Edition
from shortdrama.gates.results import SHAPE, Finding, GateResult
from shortdrama.ingest.answers import keep_answers
from shortdrama.ingest.conform import conform
from shortdrama.ingest.history import as_its_backfill
from shortdrama.lake import documents, keys
from shortdrama.lake.landing import Pull
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord, Overtaken
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.outcomes import Outcome, record_failure, record_outcome
from shortdrama.lake.reading import Reading
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.files.workbook import WorkbookRefused


def conform_or_quarantine(pull: Pull, settings: Settings, store: ObjectStore) -> str:
    """The candidate's key; an answer of another shape is quarantined as received.

    A load that already has a verdict needs no candidate. Raises LoadRefused for a wrong shape.
    """
    dataset = dataset_named(pull.dataset)
    decided = LoadLedger(store, dataset.id).find(pull.load_id)
    if decided is not None:
        return decided.key
    try:
        return conform(pull, settings.s3, store)
    except SchemaError as error:
        record = LoadRecord(
            load_id=pull.load_id,
            pull_id=pull.pull_id,
            dataset=dataset.id,
            status="quarantined",
            # Nothing could be conformed: the record points to the load's first landing part.
            key=pull.parts[0].key,
            sha256=pull.parts[0].sha256,
            rows=0,
            coverage=pull.coverage,
            said_at=pull.said_at,
            decided_at=settings.clock.now(),
            is_sample=pull.is_sample,
            reasons=(str(error),),
            file_name=pull.file_name,
            backfill=pull.backfill,
        )
        keep_answers(dataset, pull, store)
        stands = _decide(record, dataset, store, _another_shape(pull, error))
        raise LoadRefused(stands.reasons[0], stands.load_id) from error
    except BaseException as error:
        # It says nothing about the load: the next try may conform it.
        failed = Outcome(
            kind="conform",
            status="failed",
            subject=pull.load_id,
            dataset=dataset.id,
            business_window=str(pull.coverage.window),
            message=without_secrets(str(error) or type(error).__name__, settings),
            ended_at=settings.clock.now(),
        )
        record_failure(store, failed)
        raise


def admit(pull: Pull, settings: Settings, store: ObjectStore) -> LoadRecord:
    """Gate the candidate of a pull and commit the verdict; the ledger's record.

    The load of a backfill is staged instead of accepted, until the backfill has ended: then it ends
    as that has. It is compared with the same loads as any
    other: with those that count, because they are what it will replace.

    A load that already has a verdict keeps it. Raises LoadRefused with the reasons.
    """
    dataset = dataset_named(pull.dataset)
    ledger = LoadLedger(store, dataset.id)
    reading = documents.find(Reading, store, keys.reading(dataset.id, pull.load_id))
    if reading is not None:
        # A file is about what it says, whenever it came.
        pull = pull.model_copy(update={"coverage": Coverage(window=reading.window)})
    record = ledger.find(pull.load_id)
    if record is not None:
        # A killed step may have appended it and not looked at its backfill.
        record = as_its_backfill(record, store)
    while record is None:
        # Two files of one edition may be gated at the same moment: the second to commit is then
        # judged again, beside the first.
        with suppress(Overtaken):
            record = _judge(pull, reading, ledger.accepted(), settings, store)
    store.delete(keys.candidate(dataset.id, pull.load_id))
    if reading is not None:
        store.delete(keys.reading(dataset.id, pull.load_id))
    if record.status not in ("accepted", "staged"):
        raise LoadRefused("\n".join(record.reasons), record.load_id)
    return record


def _judge(
    pull: Pull,
    reading: Reading | None,
    accepted: Sequence[LoadRecord],
    settings: Settings,
    store: ObjectStore,
) -> LoadRecord:
    # Imported here: Great Expectations takes seconds to import.
    from shortdrama.gates.load_gate import audit_load

    dataset = dataset_named(pull.dataset)
    candidate = keys.candidate(dataset.id, pull.load_id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "candidate.parquet"
        store.download(candidate, path)
        result = audit_load(
            dataset,
            path,
            pull.load_id,
            pull.coverage,
            pull.said_at,
            accepted,
            store,
            settings.s3,
        )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        has_shape = not any(finding.suite == "schema" for finding in result.findings)
        keep_answers(dataset, pull, store, path if has_shape else None)
    if reading is not None:
        result = result.model_copy(update={"findings": (*result.findings, *_unread(reading))})
    reasons = _refusals(result, pull, store)
    key = (
        keys.quarantined(dataset.id, pull.load_id)
        if reasons
        else keys.raw(dataset.id, pull.load_id, pull.said_at)
    )
    store.copy(candidate, key)
    record = LoadRecord(
        load_id=pull.load_id,
        pull_id=pull.pull_id,
        dataset=dataset.id,
        status="quarantined" if reasons else "staged" if pull.backfill else "accepted",
        key=key,
        sha256=digest,
        etag=None if reasons else store.etag(key),
        rows=result.rows,
        coverage=pull.coverage,
        said_at=pull.said_at,
        decided_at=settings.clock.now(),
        is_sample=pull.is_sample,
        reasons=reasons,
        warnings=tuple(finding.warned(dataset.id) for finding in result.warnings),
        file_name=pull.file_name,
        layout=reading.layout if reading else None,
        vendor=reading.vendor if reading else None,
        backfill=pull.backfill,
    )
    # Loads by day are many and mostly of other days, so they do not wait for each other.
    compared_with = accepted if isinstance(dataset.follows, Edition) else None
    try:
        return _decide(record, dataset, store, result, compared_with)
    except Overtaken:
        store.delete(key)
        raise


def _unread(reading: Reading) -> tuple[Finding, ...]:
    """What was left out of a file, as warnings that travel with its figures."""
    return tuple(
        Finding(
            suite=SHAPE,
            expectation="read_whole",
            column=None,
            severity="warning",
            unexpected=1,
            checked=1,
            expected="every row, column and sheet to be visible",
            observed=note,
            reason="What nobody sees in a workbook is not published.",
            concern="completeness",
        )
        for note in reading.notes
    )


def _another_shape(pull: Pull, error: SchemaError) -> GateResult:
    """A gate's result for an answer that could not be made into rows: one finding per problem."""
    problems = error.problems if isinstance(error, WorkbookRefused) else (error,)
    return GateResult(
        subject=f"{pull.dataset} {pull.coverage.window}, load {pull.load_id},",
        suites=(SHAPE,),
        rows=0,
        findings=tuple(
            Finding(
                suite=SHAPE,
                expectation=SHAPE,
                column=None,
                severity="critical",
                unexpected=1,
                checked=1,
                expected="the agreed shape",
                observed=str(problem),
                reason="Only an answer of the agreed shape can be made into rows.",
            )
            for problem in problems
        ),
        what_to_do="fix the connector, the layout or the file, then replay the load",
    )


def _refusals(result: GateResult, pull: Pull, store: ObjectStore) -> tuple[str, ...]:
    if pull.is_sample and lake_kind(store) == "real":
        return (
            f"{pull.dataset} load {pull.load_id} is sample, and this lake is marked real: point"
            " the source's base URL at the real service",
        )
    return (result.summary(),) if result.refused else ()


def _decide(
    record: LoadRecord,
    dataset: Dataset,
    store: ObjectStore,
    gate: GateResult,
    compared_with: Sequence[LoadRecord] | None = None,
) -> LoadRecord:
    """Reasons and outcome first, the ledger last: a killed step is decided again.

    A load that comes when its backfill has ended, ends as that has.
    """
    refused = record.status == "quarantined"
    outcome = Outcome(
        kind="gate",
        status="refused" if refused else "succeeded",
        subject=record.load_id,
        dataset=dataset.id,
        business_window=str(record.coverage.window),
        message="\n".join(record.reasons),
        ended_at=record.decided_at,
        details=gate.model_dump(mode="json"),
    )
    if refused:
        documents.put(outcome, store, keys.quarantine_reasons(dataset.id, record.load_id))
    record_outcome(store, outcome)
    return as_its_backfill(LoadLedger(store, dataset.id).append(record, compared_with), store)
