"""Triage: what a person needs to judge a gate's verdict, as text for a screen or a mail."""

import textwrap
from collections.abc import Iterator, Sequence

import duckdb
from pydantic import BaseModel, ConfigDict

from shortdrama.gates.answered import summary
from shortdrama.gates.results import SHAPE, Finding, Sample
from shortdrama.lake.answers import Answers
from shortdrama.lake.overrides import Override

FINDINGS_IN_A_LETTER = 3
ROWS_IN_A_LETTER = 3


class Compared(BaseModel):
    """A failing row, and the same row as it was before, if there was one.

    `has_previous` is false when the row cannot be looked up: part of its key is missing, or there
    is nothing to look it up in.
    """

    model_config = ConfigDict(frozen=True)

    sample: Sample
    previous: Sample | None = None
    has_previous: bool = False


class Judged(BaseModel):
    """A finding, its samples compared with the rows before."""

    model_config = ConfigDict(frozen=True)

    finding: Finding
    compared: tuple[Compared, ...] = ()
    key: tuple[str, ...] = ()


class Step(BaseModel):
    """Something that can be done: when to do it, and the command."""

    model_config = ConfigDict(frozen=True)

    when: str
    command: str


class Triage(BaseModel):
    """A verdict and what to do about it. `reasons` are used if there are no findings.

    `subject` is its id, `name` what people call it. `answers` are those of a load from an API,
    `answers_before` those of the load before it that was asked for as many days.
    """

    model_config = ConfigDict(frozen=True)

    subject: str
    name: str
    title: str
    state: str
    facts: dict[str, str]
    reasons: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()
    decisions: tuple[Override, ...] = ()
    steps: tuple[Step, ...] = ()
    answers: Answers | None = None
    answers_before: Answers | None = None

    @property
    def critical(self) -> tuple[Finding, ...]:
        """The findings that refuse."""
        return tuple(one.finding for one in self.judged if one.finding.severity == "critical")

    @property
    def reason(self) -> str:
        """The first reason, short enough for a subject line."""
        return self.critical[0].short if self.critical else next(iter(self.reasons), "")


def compared(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    key: Sequence[str],
    samples: Sequence[Sample],
) -> tuple[Compared, ...]:
    """Each sample, and the row of `relation` with the same key, in the sample's columns."""
    # Imported here: pandas takes a second.
    from shortdrama.gates.frames import json_safe

    whole = [sample for sample in samples if key and set(key) <= sample.keys()]
    if not whole:
        return tuple(Compared(sample=sample) for sample in samples)
    named, same = ", ".join(key), " and ".join(f"theirs.{name} = ours.{name}" for name in key)
    connection.execute(
        f"create or replace temp table ours as select {named} from {relation} limit 0"  # noqa: S608
    )
    marks = ", ".join("?" for _ in key)
    for sample in whole:
        connection.execute(f"insert into ours values ({marks})", [sample[name] for name in key])  # noqa: S608
    cursor = connection.execute(
        f"select distinct theirs.* from {relation} as theirs join ours on {same}"  # noqa: S608
    )
    names = [column[0] for column in cursor.description or []]
    rows = [json_safe(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    previous = {tuple(row[name] for name in key): row for row in rows}

    def beside(sample: Sample) -> Compared:
        if sample not in whole:
            return Compared(sample=sample)
        row = previous.get(tuple(sample[name] for name in key))
        kept = {name: row[name] for name in sample if name in row} if row else None
        return Compared(sample=sample, previous=kept, has_previous=True)

    return tuple(map(beside, samples))


def page(triage: Triage, width: int) -> str:
    """The whole triage as plain text, wrapped at a width."""
    lines: list[str] = []
    for indent, text in _lines(triage):
        if indent is None:
            lines.append(text)
            continue
        hanging = " " * (indent + 2 if text.startswith("- ") else indent)
        lines += textwrap.wrap(
            text,
            width,
            initial_indent=" " * indent,
            subsequent_indent=hanging,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines) + "\n"


def letter(triage: Triage) -> str:
    """The triage as a mail, with its first findings only. A phone wraps the lines best."""
    few = [
        one.model_copy(update={"compared": one.compared[:ROWS_IN_A_LETTER]})
        for one in triage.judged[:FINDINGS_IN_A_LETTER]
    ]
    short = triage.model_copy(update={"judged": tuple(few)})
    lines = _lines(short, left_out=triage.judged[FINDINGS_IN_A_LETTER:])
    return "".join(f"{' ' * (indent or 0)}{text}\n" for indent, text in lines)


def _lines(triage: Triage, left_out: Sequence[Judged] = ()) -> Iterator[tuple[int | None, str]]:
    """Indent and text of each line; None for a command, which is never wrapped."""
    yield 0, triage.title
    yield 0, ""
    for name, value in triage.facts.items():
        yield 0, f"{name}: {value}"
    if triage.answers:
        yield 0, ""
        yield 0, "What was asked and answered"
        yield from ((3, line) for line in summary(triage.answers, triage.answers_before))
    for reason in triage.reasons:
        yield 0, ""
        yield 0, reason
    for number, one in enumerate(triage.judged, start=1):
        yield 0, ""
        yield from _finding(number, one)
    if left_out:
        refused = sum(one.finding.severity == "critical" for one in left_out)
        yield 0, ""
        yield 0, f"Left out here: {refused} critical and {len(left_out) - refused} warning(s). All:"
        yield None, f"    shortdrama gate show {triage.subject}"
    if triage.decisions:
        yield 0, ""
        yield 0, "Decided by people"
    for decision in triage.decisions:
        yield 0, f"- {decision.kind.replace('_', ' ')} {decision.text}"
    if triage.steps:
        yield 0, ""
        yield 0, "What to do"
    for step in triage.steps:
        yield 0, f"- {step.when}"
        for line in step.command.splitlines():
            yield None, f"    {line}"


def _finding(number: int, one: Judged) -> Iterator[tuple[int | None, str]]:
    finding = one.finding
    yield 0, f"{number}. {finding.severity}: {finding.short}"
    if finding.suite != SHAPE or finding.severity != "critical":
        yield 3, f"{finding.suite}, {finding.name}"
        yield 3, finding.reason
    for row in one.compared:
        yield 3, f"- {_row(row, one.key)}"


def _row(row: Compared, key: tuple[str, ...]) -> str:
    named = [f"{name} {value}" for name, value in row.sample.items() if name in key]
    values = [
        f"{name} {value}{_before(row, name)}"
        for name, value in row.sample.items()
        if name not in key
    ]
    absent = " (no such row before)" if row.has_previous and row.previous is None else ""
    return ": ".join(filter(None, (", ".join(named), ", ".join(values)))) + absent


def _before(row: Compared, name: str) -> str:
    if row.previous is None or name not in row.previous:
        return ""
    return f" (before: {row.previous[name]})"
