"""How a backfill goes, on a terminal: a bar, or a line for every change where there is none."""

from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from shortdrama.backfill.progress import seconds_left
from shortdrama.backfill.shown import duration

if TYPE_CHECKING:
    from shortdrama.backfill.progress import Progress as Pulled
    from shortdrama.health.backfills import Sight


class Shown:
    """Shows nothing, but knows what was seen."""

    backfill_id: str | None = None

    def __enter__(self) -> "Shown":
        return self

    def __exit__(self, *_: Any) -> None:
        """Leave the terminal as it was."""

    def show(self, seen: "Sight") -> None:
        """Take note of what was seen of the run."""
        if seen.backfill is not None:
            self.backfill_id = seen.backfill.backfill_id


class Lines(Shown):
    """A line for every change."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._said = ""

    def show(self, seen: "Sight") -> None:
        """Print a line unless it is the last one again."""
        super().show(seen)
        line = ", ".join(
            filter(None, (phase(seen), *(seen.progress.counts if seen.progress else ())))
        )
        if line != self._said:
            self._said = line
            self._out.print(line, highlight=False, soft_wrap=True)


class Live(Shown):
    """A bar of windows, rows, calls and the time left."""

    def __init__(self, out: Console) -> None:
        columns = [TextColumn(f"{{task.fields[{name}]}}") for name in ("counts", "left")]
        about = TextColumn("{task.description}")
        self._bar = Progress(about, BarColumn(bar_width=None), *columns, console=out, expand=True)
        self._task = self._bar.add_task("queued", total=None, counts="", left="")
        self._first: tuple[float, Pulled] | None = None

    def __enter__(self) -> "Live":
        self._bar.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.stop()

    def show(self, seen: "Sight") -> None:
        """Move the bar."""
        super().show(seen)
        now = seen.progress
        if now is None:
            self._bar.update(self._task, description=phase(seen))
            return
        self._first = self._first or (monotonic(), now)
        began, before = self._first
        left = seconds_left(now, before, monotonic() - began)
        self._bar.update(
            self._task,
            description=phase(seen),
            completed=now.slices,
            total=now.all_slices,
            counts=" ".join(now.counts),
            left="" if left is None or now.is_pulled else f"{duration(left)} left",
        )


def phase(seen: "Sight") -> str:
    """What happens now, in a word."""
    if seen.backfill is None or seen.progress is None:
        return seen.run_state
    if seen.backfill.state in ("planned", "running"):
        return "building" if seen.progress.is_pulled else "pulling"
    if seen.backfill.state == "failed" and not seen.is_over:
        return "retrying"
    return seen.backfill.state
