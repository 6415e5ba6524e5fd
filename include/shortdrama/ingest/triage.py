"""Triage of a load: what its gate found, what was known before, and what can be done."""

from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import Dataset, Inbox
from shortdrama.gates.ranking import ranked
from shortdrama.gates.results import Finding, GateResult, Sample
from shortdrama.gates.triage import Compared, Judged, Step, Triage, compared
from shortdrama.ingest.answers import answers_before, find_answers
from shortdrama.ingest.decisions import gate_of, why_not_takeable
from shortdrama.ingest.history import load_history
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.store import ObjectStore

SAID = {
    "accepted": "is accepted",
    "quarantined": "was refused",
    "revoked": "was revoked",
    "staged": "is staged",
    "discarded": "was discarded",
}


def triage_of_load(load_id: str, settings: Settings, store: ObjectStore) -> Triage:
    """Everything known about a load that has a verdict; raises UnknownLoad."""
    history = load_history(load_id, store)
    first, standing = history[0], history[-1]
    dataset = dataset_named(standing.dataset)
    gate = gate_of(first, dataset, store) or _gate_on_record(first, store)
    findings = gate.findings if gate else ()
    refused = [finding for finding in findings if finding.severity == "critical"]
    name = f"{dataset.id} {standing.coverage.window}"
    return Triage(
        subject=load_id,
        name=name,
        title=f"{name} {SAID[standing.status]}",
        state=standing.status,
        facts=_facts(first, standing),
        reasons=() if refused else first.reasons,
        judged=_judged(findings, standing, dataset, settings, store),
        decisions=tuple(record.override for record in history if record.override),
        steps=_steps(standing, dataset, gate, store),
        answers=find_answers(dataset, load_id, store),
        answers_before=answers_before(standing, dataset, store),
    )


def _gate_on_record(first: LoadRecord, store: ObjectStore) -> GateResult | None:
    """What the gate found, from the outcomes of its day; also for a load that passed."""
    for outcome in outcomes_of(store, "gate", first.decided_at.date()):
        if outcome.subject == first.load_id and outcome.details:
            return GateResult.read(outcome.details, outcome.key)
    return None


def _facts(first: LoadRecord, standing: LoadRecord) -> dict[str, str]:
    countries = standing.coverage.countries
    return {
        "Load": standing.load_id,
        **({"File": standing.file_name} if standing.file_name else {}),
        "Rows": f"{standing.rows:,}",
        "Kept in": standing.key,
        "Asked for": f"{standing.coverage.window}"
        + (f", {len(countries)} countries: {' '.join(countries)}" if countries else ""),
        "Said by the source": f"{standing.said_at:%Y-%m-%d %H:%M} UTC",
        "Gated": f"{first.decided_at:%Y-%m-%d %H:%M} UTC",
        **({"Backfill": standing.backfill} if standing.backfill else {}),
    }


def _judged(
    findings: tuple[Finding, ...],
    standing: LoadRecord,
    dataset: Dataset,
    settings: Settings,
    store: ObjectStore,
) -> tuple[Judged, ...]:
    """The findings, the most telling first, each sample with the row that was said before."""
    ordered = ranked(findings, dataset.key)
    samples = list({str(sample): sample for one in ordered for sample in one.samples}.values())
    beside = {
        str(one.sample): one for one in _compared(samples, standing, dataset, settings, store)
    }
    return tuple(
        Judged(
            finding=finding,
            compared=tuple(beside[str(sample)] for sample in finding.samples),
            key=dataset.key,
        )
        for finding in ordered
    )


def _compared(
    samples: list[Sample],
    standing: LoadRecord,
    dataset: Dataset,
    settings: Settings,
    store: ObjectStore,
) -> tuple[Compared, ...]:
    # Imported here: DuckDB's extension takes a while, and most triages have no sample.
    from shortdrama.gates.previous import attach_previous, said_before
    from shortdrama.lake import duck

    if not samples:
        return ()
    accepted = LoadLedger(store, dataset.id).accepted()
    before = said_before(accepted, standing.load_id, standing.said_at, standing.coverage.provider)
    with duck.connect(settings.s3) as connection:
        attach_previous(connection, dataset, standing.coverage, before, store)
        return compared(connection, "previous", dataset.key, samples)


def _steps(
    standing: LoadRecord, dataset: Dataset, gate: GateResult | None, store: ObjectStore
) -> tuple[Step, ...]:
    load_id = standing.load_id
    replay = Step(
        when="We were wrong (a parser, a layout, an expectation): fix it, then make a new load from"
        " what was landed",
        command=f"shortdrama replay {load_id}",
    )
    if standing.status == "accepted":
        revoke = f'shortdrama load revoke {load_id} --because "…"'
        return (Step(when="It counts. If it should not, take it out again", command=revoke),)
    if standing.status == "staged":
        show = f"shortdrama backfill show {standing.backfill}"
        return (Step(when="It counts when its whole backfill does: look at that", command=show),)
    if standing.status == "discarded":
        again = f"shortdrama backfill show {standing.backfill}"
        return (
            Step(
                when="Discarding is final. To have its days after all, start the backfill again",
                command=again,
            ),
        )
    if standing.status == "revoked":
        return (Step(when="To accept it after all, gate it again", command=replay.command),)
    steps = [_pull_again(standing, dataset), replay]
    if why_not_takeable(standing, dataset, gate, store) is None:
        steps.append(
            Step(
                when="The figures are right: accept the load, with a reason. The reason is"
                " kept, and shown in the snapshot and in the report",
                command=f'shortdrama gate accept {load_id} --because "…"',
            )
        )
    return tuple(steps)


def _pull_again(standing: LoadRecord, dataset: Dataset) -> Step:
    if isinstance(dataset.arrives, Inbox):
        return Step(
            when="The file was wrong: drop a corrected one",
            command=f"shortdrama inbox put {dataset.source} FILE",
        )
    if standing.backfill is not None:
        return Step(
            when="The source was wrong: ask for the same backfill again. It pulls what is missing",
            command=f"shortdrama backfill show {standing.backfill}",
        )
    trigger = f"shortdrama airflow dags trigger {dataset.dag_id}"
    if dataset.arrives.trailing is None:
        return Step(
            when="The source was wrong: pull again. It only says how things are now",
            command=trigger,
        )
    window = standing.coverage.window
    return Step(
        when="The source was wrong: pull the window again",
        command=f'{trigger} \\\n  --conf \'{{"start": "{window.start}", "end": "{window.end}"}}\'',
    )
