"""A plan as people read it: a table of 80 columns, in a terminal and in a task's log."""

from collections.abc import Sequence
from datetime import timedelta
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table

from shortdrama.backfill.plan import STAGED, Plan, PlannedWindow, Skipped

WIDTH = 80
SHOWN_COUNTRIES = 4


def printed(*parts: Table | str, width: int = WIDTH) -> str:
    """Tables and lines as plain text of that width, without colours."""
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False)
    for part in parts:
        console.print(part, markup=False)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())


def shown_plan(plan: Plan) -> str:
    """The plan: what is pulled on which day, what is skipped and why, and what it costs."""
    asked = plan.asked
    days = f"{asked.window}, {asked.window.days} days"
    parts: list[Table | str] = [
        f"{asked.dataset}  {days}, {countries(asked.countries)}",
        f"policy: {asked.policy}; reason: {asked.reason}",
    ]
    if plan.windows:
        parts.append(_windows(plan.windows))
    if plan.skipped:
        parts.append(_skipped(plan.skipped))
    return printed(*parts, *_totals(plan))


def countries(codes: Sequence[str]) -> str:
    """Country codes in a few words."""
    if not codes:
        return "all countries"
    if len(codes) <= SHOWN_COUNTRIES:
        return " ".join(codes)
    return f"{len(codes)} countries"


def duration(seconds: float) -> str:
    """A length of time in its two largest units."""
    whole = timedelta(seconds=round(seconds))
    hours, rest = divmod(whole.seconds, 3600)
    minutes, left = divmod(rest, 60)
    named = [(whole.days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    largest = next((place for place, (count, _) in enumerate(named) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in named[largest : largest + 2] if count) or (
        "0 s"
    )


def _windows(windows: Sequence[PlannedWindow]) -> Table:
    table = Table("window", "days", "countries", "calls", "pulled on (UTC)", box=box.SIMPLE_HEAD)
    for column in (table.columns[1], table.columns[3]):
        column.justify = "right"
    for one in windows:
        on = str(one.from_day)
        if one.to_day != one.from_day:
            on += f" to {one.to_day:%m-%d}"
        calls = "?" if one.calls is None else f"{one.calls:,}"
        row = (str(one.window), str(one.window.days), countries(one.countries), calls, on)
        table.add_row(*row)
    return table


def _skipped(skipped: Sequence[Skipped]) -> Table:
    table = Table("skipped", "days", "countries", "why", box=box.SIMPLE_HEAD)
    table.columns[1].justify = "right"
    for one in skipped:
        table.add_row(str(one.window), str(one.window.days), countries(one.countries), one.why)
    return table


def _totals(plan: Plan) -> list[str]:
    if not plan.windows:
        whose = "this backfill has" if _is_resumed(plan) else "accepted loads cover"
        return [f"nothing is left to pull: {whose} all of it"]
    lines = [f"calls: {plan.calls:,} in {len(plan.windows)} windows"]
    budget = plan.budget
    if budget.limit is None:
        lines.append("quota: no answer of the last week has said one")
    else:
        lines.append(
            f"quota: {plan.calls_left:,} of {budget.limit:,} calls are left for it today"
            f" ({budget.used:,} used, {budget.reserved:,} kept for the daily schedule);"
            f" it resets at {plan.resets_at:%Y-%m-%d %H:%M} UTC"
        )
        if plan.last_day > plan.today:
            lines.append(f"it goes on by itself after each reset, until {plan.last_day}")
    rows = "unknown" if plan.rows is None else f"about {plan.rows:,}"
    time = "unknown" if plan.seconds is None else f"about {duration(plan.seconds)}"
    lines.append(f"expected: rows {rows}; time {time}, without waiting for a reset")
    return lines


def _is_resumed(plan: Plan) -> bool:
    return any(one.why == STAGED for one in plan.skipped)
