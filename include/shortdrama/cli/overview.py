"""The overview as text that fits a terminal of 80 columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from shortdrama.health.overview.coverage import DayState
    from shortdrama.health.overview.model import DatasetStatus, MartsStatus, Overview

SHOWN_SPANS = 3
"""Of a kind, the newest ones; `--json` and the page have all."""
COLOURS = {"gap": "yellow", "late": "yellow", "stale": "yellow"}
MARTS = {
    "published": "readers have all accepted loads",
    "passed": "the next build passed its gate and is not published yet",
    "refused": "the next build was REFUSED by its gate; the last snapshot stays",
    "waiting": "accepted loads are waiting to be built",
    "no loads": "no load is accepted yet",
    "unknown": "a ledger cannot be read, so the next build is not known",
}


def table(overview: "Overview") -> Table:
    """A row per dataset: what is wrong, how new it is, and how much is missing or refused."""
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in ("dataset", "state", "as of", "loaded (usual)"):
        found.add_column(name, no_wrap=True)
    for name in ("gaps", "refused"):
        found.add_column(name, justify="right", no_wrap=True)
    for status in overview.datasets:
        worst = status.troubles[0] if status.troubles else "ok"
        colour = "green" if worst == "ok" else COLOURS.get(worst, "red")
        found.add_row(
            status.dataset,
            f"[{colour}]{worst}[/{colour}]",
            str(status.as_of or "never"),
            _age(status),
            f"{gaps} d" if (gaps := status.days("gap")) else "",
            str(len(status.refused_since) or ""),
        )
    return found


def coverage(overview: "Overview") -> Iterator[str]:
    """The days of each dataset by state; the newest spans of each."""
    from shortdrama.health.overview.coverage import span

    for status in overview.datasets:
        if status.unreadable:
            yield f"[bold]{status.dataset}[/bold] {escape(status.unreadable)}"
        elif status.stretches:
            yield f"[bold]{status.dataset}[/bold]"
            yield _line("covered", [*map(span, status.windows("covered", "provisional"))])
            yield from _of_state("provisional", status)
            yield from _of_state("gap", status)
            yield from _of_state("refused", status)


def refusals(overview: "Overview") -> Iterator[str]:
    """Why loads were refused after the last accepted one, and what shows more."""
    for status in overview.datasets:
        if status.refused_since:
            yield ""
            yield f"[bold]{status.dataset}[/bold] stays at its last accepted load; refused since:"
        for refused in status.refused_since[-SHOWN_SPANS:]:
            yield f"- {escape(refused.reason)}"
            yield f"  shortdrama gate show {escape(refused.load_id)}"


def backfills(overview: "Overview") -> Iterator[str]:
    """The open backfills: state, days, progress, and what a person can do."""
    from shortdrama.backfill.page import commands

    for one in overview.backfills:
        yield ""
        known = one.known
        if known is None:
            yield f"backfill [bold]{one.backfill_id}[/bold] {escape(one.unreadable or '')}"
            continue
        yield (
            f"backfill [bold]{one.backfill_id}[/bold] is {known.state} since"
            f" {known.since:%m-%d %H:%M} UTC"
        )
        yield f"  {known.window}: {', '.join(known.progress.counts)}"
        for line in (*known.notes, *commands(known.next_steps)):
            yield f"  {escape(line)}"


def lines(overview: "Overview") -> Iterator[str]:
    """Snapshot, hold, gate, quotas, the next report and the next runs."""
    yield from _marts(overview.marts)
    for quota in overview.quotas:
        yield f"{quota}; {quota.left} left until {quota.resets_at:%m-%d %H:%M} UTC"
    yield f"next report: {overview.report}"
    runs = {status.dag_id: status.next_run_at for status in overview.datasets}
    planned = [f"{dag} {at:%m-%d %H:%M}" for dag, at in runs.items() if at]
    said = ", ".join(planned) + " UTC" if planned else "none, the clock is frozen"
    yield f"next loads, unless paused: {said}"


def _marts(marts: "MartsStatus") -> Iterator[str]:
    yield f"published snapshot: {marts.snapshot_id or 'none yet'}"
    if marts.hold:
        yield f"publishing is {escape(str(marts.hold))}"
    about = f"marts: {MARTS[marts.gate]}"
    if marts.gate == "refused":
        about += f": {escape(marts.reason)}. See: shortdrama gate show {marts.build}"
    yield about


def _age(status: "DatasetStatus") -> str:
    if status.age_days is None:
        return ""
    age = f"{status.age_days} d ago" if status.age_days else "today"
    return age + (f" ({status.usual_days:g} d)" if status.usual_days else "")


def _of_state(state: "DayState", status: "DatasetStatus") -> Iterator[str]:
    found = [str(stretch) for stretch in status.stretches if stretch.state == state]
    if found:
        yield _line(state, found)


def _line(name: str, spans: list[str]) -> str:
    """The newest spans, and how many earlier ones there are."""
    earlier = len(spans) - SHOWN_SPANS
    said = escape(", ".join(spans[-SHOWN_SPANS:])) or "nothing"
    return f"  {name:<11} {said}" + (f" and {earlier} earlier" if earlier > 0 else "")
