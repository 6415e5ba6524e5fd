"""The plan of a backfill: what is pulled, what it costs, and on which days. Pure.

A slice is one day of one country. The windows of a plan hold exactly the slices that were asked for
and that no load has yet, each once.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.backfill.spans import ANY, by_window, covered_by, gaps
from shortdrama.core.errors import BackfillRefused
from shortdrama.core.windows import MAX_DAYS_PER_PULL, Window
from shortdrama.lake.records import Coverage

Policy = Literal["missing", "all"]
"""Whether only days without an accepted load are pulled, or all days again."""

COVERED = "an accepted load covers them"
STAGED = "this backfill has them already"

CallsOf = Callable[[Window, tuple[str, ...]], int | None]
"""How many calls a window costs for some countries; None if only the answers tell."""


class Asked(BaseModel):
    """What a person asks for. Empty `countries` are all that the source is asked for."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    window: Window
    countries: tuple[str, ...] = ()
    policy: Policy = "missing"
    reason: str


class Budget(BaseModel):
    """The source's calls per day (UTC), and what the daily schedule needs of them.

    `limit` is None while no answer has said one: then nothing is spread over days. `reserved` is
    what the schedule still needs today, `daily` what it needs on a day, `monthly` on the second day
    of a month, when it pulls more.
    """

    model_config = ConfigDict(frozen=True)

    used: int = 0
    limit: int | None = None
    reserved: int = 0
    daily: int = 0
    monthly: int = 0

    def left_on(self, day: date, today: date) -> int:
        """Calls that a backfill may make on a day; needs a limit."""
        if self.limit is None:
            raise ValueError("a budget without a limit has no days")
        if day == today:
            return max(0, self.limit - self.used - self.reserved)
        return max(0, self.limit - (self.monthly if day.day == 2 else self.daily))


class PlannedWindow(BaseModel):
    """One window to pull, and the days (UTC) on which its calls fall."""

    model_config = ConfigDict(frozen=True)

    window: Window
    countries: tuple[str, ...]
    calls: int | None
    from_day: date
    to_day: date


class Skipped(BaseModel):
    """Days that were asked for and are not pulled."""

    model_config = ConfigDict(frozen=True)

    window: Window
    countries: tuple[str, ...]
    why: str


class Plan(BaseModel):
    """What a backfill will do. `rows` and `seconds` are expected; None if nobody knows.

    `asked.countries` are those that are really asked for, never empty for a dataset with countries.
    """

    model_config = ConfigDict(frozen=True)

    asked: Asked
    today: date
    budget: Budget
    windows: tuple[PlannedWindow, ...]
    skipped: tuple[Skipped, ...]
    rows: int | None = None
    seconds: float | None = None

    def as_json(self) -> str:
        """The plan for machines, with its sums."""
        sums = {
            "calls": self.calls,
            "calls_left": self.calls_left,
            "last_day": str(self.last_day),
            "resets_at": self.resets_at.isoformat(),
        }
        return json.dumps({**self.model_dump(mode="json"), **sums})

    @property
    def calls(self) -> int:
        """The calls of all windows, as far as they are known."""
        return sum(window.calls or 0 for window in self.windows)

    @property
    def calls_left(self) -> int | None:
        """What is left of today's quota for this backfill, before it begins."""
        if self.budget.limit is None:
            return None
        return self.budget.left_on(self.today, self.today)

    @property
    def last_day(self) -> date:
        """The day on which the last call falls."""
        return max((window.to_day for window in self.windows), default=self.today)

    @property
    def resets_at(self) -> datetime:
        """When the quota starts again."""
        return datetime.combine(self.today + timedelta(days=1), time(), UTC)


@dataclass(frozen=True)
class Known:
    """What the lake and the source's connector say, for a plan.

    `countries` are all that the source is asked for, empty if it cannot be asked by country.
    `accepted` are the coverages of loads that count, `staged` those that this backfill has.
    `rows_per_slice` and `seconds_per_slice` are of earlier loads.
    """

    today: date
    countries: tuple[str, ...]
    budget: Budget
    calls_of: CallsOf
    accepted: Sequence[Coverage] = ()
    staged: Sequence[Coverage] = ()
    rows_per_slice: float | None = None
    seconds_per_slice: float | None = None
    max_days: int = MAX_DAYS_PER_PULL


def plan(asked: Asked, known: Known) -> Plan:
    """The plan of a backfill whose input was checked (`asking.checked`).

    A resumed backfill is planned in the same way: its staged loads are in `known`. Raises
    BackfillRefused if the quota leaves no call for it on any day.
    """
    countries = asked.countries or known.countries or (ANY,)
    done = {one: covered_by(known.staged, asked.window, one) for one in countries}
    counted = {
        one: _less(covered_by(known.accepted, asked.window, one), done[one])
        for one in countries
        if asked.policy == "missing"
    }
    rest = {one: _less([asked.window], [*done[one], *counted.get(one, ())]) for one in countries}
    parts = {
        one: [part for gap in own for part in gap.split(known.max_days)]
        for one, own in rest.items()
    }
    costs = [
        (window, shared, known.calls_of(window, shared)) for window, shared in by_window(parts)
    ]
    slices = sum(window.days * max(1, len(shared)) for window, shared, _ in costs)
    return Plan(
        asked=asked.model_copy(update={"countries": tuple(filter(None, countries))}),
        today=known.today,
        budget=known.budget,
        windows=tuple(_spread(costs, known.budget, known.today)),
        skipped=(*_skipped(done, STAGED), *_skipped(counted, COVERED)),
        rows=_times(known.rows_per_slice, slices),
        seconds=known.seconds_per_slice and known.seconds_per_slice * slices,
    )


def spread_again(made: Plan, left: Sequence[PlannedWindow], budget: Budget, today: date) -> Plan:
    """The plan with the windows that are left spread over the days from today.

    The windows themselves stay, so that answers which were landed for them are used. Raises
    BackfillRefused like `plan`.
    """
    costs = [(one.window, one.countries, one.calls) for one in left]
    again = {(one.window, one.countries): one for one in _spread(costs, budget, today)}
    return made.model_copy(
        update={
            "budget": budget,
            "today": today,
            "windows": tuple(again.get((one.window, one.countries), one) for one in made.windows),
        }
    )


def left_of(made: Plan, left: Sequence[PlannedWindow]) -> Plan:
    """The rest of a plan of which only the windows in `left` are not pulled yet."""
    names = {(one.window, one.countries) for one in left}
    rest = [one for one in made.windows if (one.window, one.countries) in names]
    done = [one for one in made.windows if (one.window, one.countries) not in names]
    share = sum(map(slices_of, rest)) / sum(map(slices_of, made.windows))
    skipped = (Skipped(window=one.window, countries=one.countries, why=STAGED) for one in done)
    return made.model_copy(
        update={
            "windows": tuple(rest),
            "skipped": (*made.skipped, *skipped),
            "rows": made.rows and round(made.rows * share),
            "seconds": made.seconds and made.seconds * share,
        }
    )


def slices_of(planned: PlannedWindow) -> int:
    """How many slices a window has; of a dataset without countries, its days."""
    return planned.window.days * max(1, len(planned.countries))


def _less(windows: Iterable[Window], taken: Iterable[Window]) -> list[Window]:
    """What is left of the windows."""
    away = [Coverage(window=window) for window in taken]
    return [part for window in windows for part in gaps(window, covered_by(away, window, ANY))]


def _skipped(windows: dict[str, list[Window]], why: str) -> list[Skipped]:
    return [
        Skipped(window=window, countries=shared, why=why) for window, shared in by_window(windows)
    ]


def _times(each: float | None, count: int) -> int | None:
    return None if each is None else round(each * count)


def _spread(
    costs: Sequence[tuple[Window, tuple[str, ...], int | None]], budget: Budget, today: date
) -> Iterator[PlannedWindow]:
    """The windows with their days, oldest first.

    A window that fits into one day's quota is not split over two days: a load is as old as its
    oldest answer. Raises BackfillRefused if there is no day with a free call.
    """
    day = today
    left = 0 if budget.limit is None else budget.left_on(today, today)
    for window, countries, calls in costs:
        first = day
        if budget.limit is not None and calls is not None:
            if calls > left:
                whole = _day_with(calls, budget, day, today)
                if whole or left == 0:
                    first, left = whole or _next_day(budget, day, today)
                    day = first
            need = calls
            while need > left:
                need -= left
                day, left = _next_day(budget, day, today)
            left -= need
        yield PlannedWindow(
            window=window, countries=countries, calls=calls, from_day=first, to_day=day
        )


def _day_with(calls: int, budget: Budget, day: date, today: date) -> tuple[date, int] | None:
    """The next day with so many free calls, and how many it has; None if no day has them.

    Most days are alike, so two are enough.
    """
    for ahead in (1, 2):
        following = day + timedelta(days=ahead)
        if (left := budget.left_on(following, today)) >= calls:
            return following, left
    return None


def _next_day(budget: Budget, day: date, today: date) -> tuple[date, int]:
    """The next day with a free call, and how many; raises BackfillRefused."""
    if found := _day_with(1, budget, day, today):
        return found
    raise BackfillRefused(
        f"no call is left for a backfill on any day: the account may make {budget.limit} calls a"
        f" day, and the daily schedule needs {budget.daily}. Raise the plan at the vendor, or"
        " schedule fewer countries"
    )
