"""A backfill as people read it, at 80 columns: how far it is, and what it changed."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table

from shortdrama.backfill.changes import Changes
from shortdrama.backfill.record import Backfill
from shortdrama.backfill.run import WindowState
from shortdrama.backfill.shown import WIDTH, countries, printed
from shortdrama.gates.triage import Step
from shortdrama.warehouse.compare.words import move_words

NOT_YET = "not yet"
LONGEST_COMMAND = WIDTH - 6
"""`shortdrama status` indents it twice, and two more characters say that it goes on."""


def page(backfill: Backfill, windows: Sequence[WindowState]) -> str:
    """The whole page of a backfill."""
    parts: list[Table | str] = [
        *_heading(backfill),
        _steps(backfill),
        _windows(windows),
        *notes(backfill),
        *commands([*_refused(windows), *next_steps(backfill)]),
    ]
    if backfill.changes is not None:
        parts += _changes(backfill.changes)
    return printed(*parts)


def document(backfill: Backfill, windows: Sequence[WindowState]) -> dict[str, Any]:
    """The same for machines."""
    loads = [one.model_dump(mode="json") for one in windows]
    return {**backfill.model_dump(mode="json"), "state": backfill.state, "loads": loads}


def listed(backfills: Sequence[Backfill]) -> str:
    """A line or two for each backfill, newest first."""
    if not backfills:
        return "there is no backfill"
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("backfill", no_wrap=True, overflow="fold")
    table.add_column("state")
    table.add_column("since (UTC)", no_wrap=True)
    table.add_column("days", overflow="fold")
    for one in backfills:
        since = f"{one.steps[-1].at:%Y-%m-%d %H:%M}"
        table.add_row(one.backfill_id, one.state, since, str(one.asked.window))
    return printed(table)


def _heading(backfill: Backfill) -> list[str]:
    asked = backfill.asked
    end = "staged for review" if backfill.is_reviewed else "published at once"
    return [
        f"backfill {backfill.backfill_id} is {backfill.state}; at its end it is {end}",
        f"{asked.window}, {asked.window.days} days, {countries(asked.countries)}, {asked.policy}",
        f"reason: {asked.reason}",
    ]


def _steps(backfill: Backfill) -> Table:
    table = Table("state", "at (UTC)", "by", "because", box=box.SIMPLE_HEAD)
    for step in backfill.steps:
        table.add_row(step.state, f"{step.at:%Y-%m-%d %H:%M}", step.by, step.because)
    return table


def _windows(windows: Sequence[WindowState]) -> Table:
    table = Table("window", "countries", "calls", "load", "rows", box=box.SIMPLE_HEAD)
    for column in (table.columns[2], table.columns[4]):
        column.justify = "right"
    for one in windows:
        planned = one.planned
        rows = "" if one.rows is None else f"{one.rows:,}"
        calls = "?" if planned.calls is None else f"{planned.calls:,}"
        shown = countries(planned.countries)
        table.add_row(str(planned.window), shown, calls, one.status or NOT_YET, rows)
    return table


def notes(backfill: Backfill) -> list[str]:
    """What it waits for, or what has become of it."""
    if backfill.paused_until is not None:
        until = f"{backfill.paused_until:%Y-%m-%d %H:%M} UTC"
        return [f"it waits for quota and goes on by itself at {until}"]
    if backfill.state == "completed":
        return ["all its loads count; the next snapshot of market_marts has them"]
    return []


def next_steps(backfill: Backfill) -> list[Step]:
    """What a person can do, with the commands."""
    name, because = backfill.backfill_id, '--because "..."'
    drop = Step(when="to drop it", command=f"shortdrama backfill discard {name} {because}")
    if backfill.state == "staged" and backfill.reviewed is not None:
        newest = backfill.newer or backfill.reviewed
        given = f" --digest {newest.digest}" if backfill.newer else ""
        promote = f"shortdrama backfill promote {name} {because}{given}"
        return [
            Step(
                when="to look at what is staged",
                command=f'shortdrama sql --snapshot {newest.snapshot_id} "..."',
            ),
            Step(when="to publish it", command=promote),
            drop,
        ]
    if backfill.state in ("planned", "running", "paused"):
        cancel = f"shortdrama backfill cancel {name} {because}"
        return [Step(when="to cancel it", command=cancel)]
    return [_again(backfill), drop] if backfill.is_open else []


def _again(backfill: Backfill) -> Step:
    """Exactly the same: in other words it would be another backfill, and that is refused."""
    asked = backfill.asked
    options = [
        f"--from {asked.window.start}",
        f"--to {asked.window.end}",
        *(["--all"] if asked.policy == "all" else []),
        *([] if backfill.is_reviewed else ["--publish"]),
        *([f"--countries {','.join(asked.countries)}"] if asked.countries else []),
    ]
    return Step(
        when="to go on, ask for the same again: what is landed and staged is used",
        command=f"shortdrama backfill {asked.dataset} {' '.join(options)}",
    )


def commands(steps: Sequence[Step]) -> list[str]:
    """Each step, and its command on a line of its own, to be copied."""
    return [line for step in steps for line in (f"{step.when}:", *_copied(step.command))]


def _copied(command: str) -> list[str]:
    """A command that is too long for a line goes on in the next one, also for a shell."""
    first, *options = command.split(" --")
    lines = [first]
    for option in options:
        if len(f"{lines[-1]} --{option}") <= LONGEST_COMMAND:
            lines[-1] += f" --{option}"
        else:
            lines.append(f"  --{option}")
    *cut, last = lines
    return [*(f"  {line} \\" for line in cut), f"  {last}"]


def _refused(windows: Sequence[WindowState]) -> list[Step]:
    return [
        Step(
            when=f"{one.planned.window} was refused; to see why",
            command=f"shortdrama gate show {one.load_id}",
        )
        for one in windows
        if one.status == "quarantined"
    ]


def _changes(changes: Changes) -> list[Table | str]:
    if not changes.marts:
        return [f"no mart differs from {changes.before}"]
    table = Table("mart", "month", "added", "removed", "changed", box=box.SIMPLE_HEAD)
    for column in table.columns[2:]:
        column.justify = "right"
    for mart in changes.marts:
        for month in mart.months:
            on = f"{month.month_on:%Y-%m}" if month.month_on else ""
            counts = (f"{count:,}" for count in (month.added, month.removed, month.changed))
            table.add_row(mart.mart, on, *counts)
    lines: list[Table | str] = [f"rows that differ from {changes.before}", table]
    if changes.moves:
        lines.append("largest moves")
    for one in changes.moves:
        row = ", ".join(str(value) for value in one.move.row.values())
        lines += [f"  {one.mart}: {row}"[:WIDTH], f"    {move_words(one.move)}"]
    return lines
