"""How far a backfill is, in numbers. Pure."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from shortdrama.backfill.plan import Plan, slices_of
from shortdrama.backfill.run import PULLED, WindowState


class Progress(BaseModel):
    """What is pulled of a backfill, and how much there is.

    `calls` are those that were planned for the pulled windows; `all_calls` is None if only the
    answers tell how many there are. A slice is a day of a country. `refused` are windows whose
    newest load a gate has refused. `seconds` is how long the rest was expected to take when it was
    planned; None if nobody knows.
    """

    model_config = ConfigDict(frozen=True)

    windows: int
    all_windows: int
    refused: int
    rows: int
    calls: int
    all_calls: int | None
    slices: int
    all_slices: int
    seconds: float | None

    @property
    def counts(self) -> tuple[str, ...]:
        """Windows, rows and calls in words, and what was refused."""
        of_all = "" if self.all_calls is None else f"/{self.all_calls:,}"
        refused = (f"{self.refused} refused",) if self.refused else ()
        return (
            f"{self.windows}/{self.all_windows} windows",
            f"{self.rows:,} rows",
            f"{self.calls:,}{of_all} calls",
            *refused,
        )

    @property
    def is_pulled(self) -> bool:
        """Whether every window is there."""
        return self.windows == self.all_windows


def progress_of(plan: Plan, states: Sequence[WindowState]) -> Progress:
    """The progress of a backfill with this plan, from the states of its windows."""
    pulled = [one for one in states if one.status in PULLED]
    slices = sum(slices_of(one.planned) for one in pulled)
    all_slices = sum(map(slices_of, plan.windows))
    is_known = all(one.calls is not None for one in plan.windows)
    return Progress(
        windows=len(pulled),
        all_windows=len(plan.windows),
        refused=sum(one.status == "quarantined" for one in states),
        rows=sum(one.rows or 0 for one in pulled),
        calls=sum(one.planned.calls or 0 for one in pulled),
        all_calls=plan.calls if is_known else None,
        slices=slices,
        all_slices=all_slices,
        seconds=plan.seconds and plan.seconds * (1 - slices / all_slices),
    )


def seconds_left(now: Progress, before: Progress, elapsed: float) -> float | None:
    """How long the rest takes at the speed since `before`, `elapsed` seconds ago.

    Before anything was pulled, what was expected; None if nobody knows.
    """
    if now.slices > before.slices:
        return elapsed * (now.all_slices - now.slices) / (now.slices - before.slices)
    return now.seconds and max(0.0, now.seconds - elapsed)
