"""How the whole pipeline is: one typed model, from which the command and the page are made. Pure.

Nothing here comes from Airflow: it is all derived from what the lake has.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from shortdrama.core import schedules
from shortdrama.core.windows import Window
from shortdrama.datasets.model import Api, Dataset
from shortdrama.health.overview.backfills import BackfillStatus
from shortdrama.health.overview.coverage import DayState, Stretch, due_on, span, stretches
from shortdrama.health.overview.facts import LoadFact, accepted
from shortdrama.ingest.quota import Quota
from shortdrama.lake.marker import LakeKind
from shortdrama.reports.periods import IsoWeek, last_due_week, week_due_on
from shortdrama.warehouse.snapshots.pointer import Hold

USUAL_LOADS = 20
"""The days between so many newest days with an accepted load say what is usual."""
LEAST_INTERVALS = 2
LATE_FACTOR = 2

Trouble = Literal["unreadable", "never", "refused", "stale", "late", "gap"]
"""What is wrong with a dataset, the worst first."""


MartGate = Literal["published", "passed", "refused", "waiting", "no loads", "unknown"]


class RefusedLoad(BaseModel):
    """A load that was refused after the last accepted one. `about` is its window or file."""

    model_config = ConfigDict(frozen=True)

    load_id: str
    at: datetime
    about: str
    reason: str


class DatasetStatus(BaseModel):
    """A dataset as its ledger says. `as_of` is the newest business date that is accepted.

    `is_daily`: a schedule brings it, not a person. `has_past`: its missing days can still be
    pulled; otherwise a gap is shown, but nobody can do anything about it. `usual_days` are the days
    that usually pass between days with an accepted load; None if there are too few loads to say.
    `next_run_at` is None while no schedule runs. `unreadable` says why the ledger cannot be read;
    then nothing else is known.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    title: str
    dag_id: str
    is_daily: bool
    has_past: bool
    loads: int = 0
    as_of: date | None = None
    behind_days: int | None = None
    stale_after_days: int
    said_at: datetime | None = None
    accepted_at: datetime | None = None
    age_days: int | None = None
    usual_days: float | None = None
    stretches: tuple[Stretch, ...] = ()
    verdict: Literal["accepted", "refused"] | None = None
    verdict_at: datetime | None = None
    refused_since: tuple[RefusedLoad, ...] = ()
    next_run_at: datetime | None = None
    unreadable: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What is wrong, the worst first; empty if all is well."""
        return tuple(self._troubles())

    def _troubles(self) -> Iterator[Trouble]:
        if self.unreadable:
            yield "unreadable"
            return
        if not self.loads:
            yield "never"
        if self.refused_since:
            yield "refused"
        if self.behind_days is not None and self.behind_days > self.stale_after_days:
            yield "stale"
        if self.usual_days and (self.age_days or 0) > LATE_FACTOR * self.usual_days:
            yield "late"
        if self.has_past and self.days("gap"):
            yield "gap"

    def windows(self, *states: DayState) -> tuple[Window, ...]:
        """The days in these states, oldest first, each contiguous window once."""
        joined: list[Window] = []
        for stretch in self.stretches:
            if stretch.state not in states:
                continue
            window = stretch.window
            if joined and joined[-1].end + timedelta(days=1) == window.start:
                window = Window(start=joined.pop().start, end=window.end)
            joined.append(window)
        return tuple(joined)

    def days(self, *states: DayState) -> int:
        """How many days are in these states."""
        return sum(window.days for window in self.windows(*states))


class MartsStatus(BaseModel):
    """What readers have, and what the mart gate says of the loads that are accepted now.

    `build` is the id of the build that the accepted loads make. Its gate is `published` if readers
    have that build, `waiting` if it was not judged yet, `unknown` if a ledger cannot be read;
    `reason` is the first thing that the gate found.
    """

    model_config = ConfigDict(frozen=True)

    snapshot_id: str | None = None
    created_at: datetime | None = None
    hold: Hold | None = None
    build: str | None = None
    gate: MartGate = "unknown"
    reason: str = ""


class QuotaStatus(Quota):
    """A source's calls of the current UTC day; `left` of them may be made before `resets_at`."""

    left: int
    resets_at: datetime


class NextReport(BaseModel):
    """The brief that comes next: `is_due` if it should be sent now.

    `missing` are the days of its week that the headline dataset does not cover: with one of them
    the brief is withheld.
    """

    model_config = ConfigDict(frozen=True)

    period: str
    due_on: date
    is_due: bool
    missing: tuple[Window, ...]

    def __str__(self) -> str:
        said = f"weekly brief {self.period}, due {'since' if self.is_due else 'on'} {self.due_on}"
        if self.is_due and self.missing:
            said += f"; withheld without {', '.join(map(span, self.missing))}"
        return said


class Overview(BaseModel):
    """The pipeline at the instant `asked_at`, of its own clock."""

    model_config = ConfigDict(frozen=True)

    asked_at: datetime
    lake: LakeKind | None
    datasets: tuple[DatasetStatus, ...]
    quotas: tuple[QuotaStatus, ...]
    backfills: tuple[BackfillStatus, ...] = ()
    marts: MartsStatus
    report: NextReport


def dataset_status(
    dataset: Dataset, newest: Sequence[LoadFact], now: datetime, *, is_scheduled: bool
) -> DatasetStatus:
    """What the newest facts of a dataset's loads say, in the order of the gate's verdicts."""
    counting = accepted(newest)
    as_of = max((fact.end for fact in counting), default=None)
    # A backfill that counts since today says nothing about the schedule, unless it is all there is.
    regular = [fact for fact in counting if not fact.is_backfilled] or counting
    accepted_at = max((fact.decided_at for fact in regular), default=None)
    refused = _refused_since(newest)
    judged = [
        fact
        for fact in newest
        if fact.status in ("accepted", "quarantined") and not fact.is_backfilled
    ]
    return DatasetStatus(
        dataset=dataset.id,
        title=dataset.titles["en"],
        dag_id=dataset.dag_id,
        is_daily=isinstance(dataset.arrives, Api),
        has_past=dataset.has_past,
        loads=len(counting),
        as_of=as_of,
        behind_days=(now.date() - as_of).days if as_of else None,
        stale_after_days=dataset.stale_after_days,
        said_at=max((fact.said_at for fact in regular), default=None),
        accepted_at=accepted_at,
        age_days=(now.date() - accepted_at.date()).days if accepted_at else None,
        usual_days=_usual_days(regular),
        stretches=stretches(newest, dataset.settles_after_days, due_on(dataset, now)),
        verdict=("accepted" if judged[-1].status == "accepted" else "refused") if judged else None,
        verdict_at=judged[-1].decided_at if judged else None,
        refused_since=refused,
        next_run_at=_next_run_at(dataset, now) if is_scheduled else None,
    )


def next_report(due: str | None, today: date, headline: DatasetStatus) -> NextReport:
    """The brief of the week `due`; if none is due, that of the week after the last that was."""
    last = last_due_week(today)
    week = IsoWeek.parse(due) if due else IsoWeek.containing(last.window.end + timedelta(days=1))
    return NextReport(
        period=week.label,
        due_on=week_due_on(week),
        is_due=due is not None,
        missing=_missing(week.window, headline.windows("covered", "provisional")),
    )


def quota_status(quota: Quota, now: datetime) -> QuotaStatus:
    """What is left of a quota until it is reset."""
    return QuotaStatus(
        **quota.model_dump(),
        left=max(0, quota.limit - quota.used),
        resets_at=schedules.next_midnight(now),
    )


def _refused_since(newest: Sequence[LoadFact]) -> tuple[RefusedLoad, ...]:
    """A load is ordered by its gate's verdict, whatever a person decided about it later."""
    refused: list[RefusedLoad] = []
    for fact in newest:
        if fact.is_backfilled:
            continue
        if fact.status == "accepted":
            refused.clear()
        elif fact.status == "quarantined":
            refused.append(
                RefusedLoad(
                    load_id=fact.load_id,
                    at=fact.decided_at,
                    about=fact.about,
                    reason="\n".join(fact.reasons),
                )
            )
    return tuple(refused)


def _usual_days(counting: Sequence[LoadFact]) -> float | None:
    """Counted by day: many loads that are accepted at once say nothing of a schedule."""
    days = sorted({fact.decided_at.date() for fact in counting})[-USUAL_LOADS:]
    intervals = [(after - before).days for before, after in pairwise(days)]
    return median(intervals) if len(intervals) >= LEAST_INTERVALS else None


def _next_run_at(dataset: Dataset, now: datetime) -> datetime:
    is_daily = isinstance(dataset.arrives, Api)
    return schedules.next_midnight(now) if is_daily else schedules.next_hourly(now)


def _missing(week: Window, covered: Sequence[Window]) -> tuple[Window, ...]:
    """The parts of a week that no window covers."""
    missing: list[Window] = []
    start = week.start
    for window in covered:
        if window.end < start or window.start > week.end:
            continue
        if window.start > start:
            missing.append(Window(start=start, end=window.start - timedelta(days=1)))
        start = window.end + timedelta(days=1)
    if start <= week.end:
        missing.append(Window(start=start, end=week.end))
    return tuple(missing)
