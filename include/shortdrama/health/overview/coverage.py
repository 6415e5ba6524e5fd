"""Which business dates the loads of a dataset cover, and which are missing. Pure.

Several loads cover the same day: the newest one decides it. A day is covered when accepted loads
cover it for all countries that the newest days have; what was never asked for cannot be missed.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from shortdrama.core.windows import Window
from shortdrama.datasets.model import Api, Dataset
from shortdrama.health.overview.facts import LoadFact

DayState = Literal["covered", "provisional", "gap", "refused"]
STATES: tuple[DayState, ...] = ("covered", "provisional", "gap", "refused")
NOTHING, COVERED, PROVISIONAL, GAP, REFUSED = range(5)

RUN_TAKES = timedelta(hours=6)
"""A daily run may take so long (its `dagrun_timeout`) before its day counts as missing."""
USUAL_DAYS = 7
"""The countries of so many newest days are those that every day should have."""

Days = NDArray[np.int32]


class Stretch(BaseModel):
    """Days that follow one another and are in the same state.

    A `provisional` day is covered too, but it was too young to be settled when the source said it.
    A `gap` should be covered and is not; a `refused` day neither, but a load of it was refused.
    `missing` are the countries without an accepted load, if others have one. `newer_refused`: the
    days are covered, but a newer load of them was refused.
    """

    model_config = ConfigDict(frozen=True)

    window: Window
    state: DayState
    missing: tuple[str, ...] = ()
    newer_refused: bool = False

    def __str__(self) -> str:
        said = span(self.window)
        if self.missing:
            said += f" (without {', '.join(self.missing)})"
        return said + (" (a newer load was refused)" if self.newer_refused else "")


def span(window: Window) -> str:
    """A window for people: a single day is written once."""
    return str(window) if window.days > 1 else str(window.start)


def due_on(dataset: Dataset, now: datetime) -> date | None:
    """The newest day that a dataset should have; None if none of its days can be missed.

    That is so if no schedule brings it, and for a lookup, of which only the newest load counts.
    """
    if not isinstance(dataset.arrives, Api) or dataset.is_lookup:
        return None
    ran_on = (now - RUN_TAKES).date()
    return ran_on - timedelta(days=1) if dataset.has_past else ran_on


def stretches(
    newest: Sequence[LoadFact], settles_after_days: int, due: date | None
) -> tuple[Stretch, ...]:
    """The days of a dataset by state, oldest first; days without a state are left out.

    `newest` are the newest facts of its loads, in the order of the gate's verdicts. `due` is the
    newest day that should be there; without it nothing is ever missing, because nobody knows when a
    file will arrive.
    """
    loads = [fact for fact in newest if fact.status in ("accepted", "quarantined")]
    if not loads:
        return ()
    last = max(fact.end for fact in loads)
    if due is not None and any(fact.status == "accepted" for fact in loads):
        last = max(last, due)
    board = _Board(min(fact.start for fact in loads), last)
    board.fill(loads)
    return tuple(board.stretches(settles_after_days, due))


class _Board:
    """A row of days per list of countries that loads asked for.

    `said` has the day (as an ordinal) on which the source said what is accepted, 0 where nothing
    is. `accepted` and `refused` have the place of the newest verdict in the ledger, 0 if none.
    """

    def __init__(self, first: date, last: date) -> None:
        self.first = first.toordinal()
        self.length = last.toordinal() - self.first + 1
        self.said: dict[tuple[str, ...], Days] = {}
        self.accepted = self._row()
        self.refused = self._row()

    def _row(self) -> Days:
        return np.zeros(self.length, dtype=np.int32)

    def fill(self, loads: Sequence[LoadFact]) -> None:
        """Note every load, equal windows once: what is newest in them is all that counts."""
        newest: dict[tuple[tuple[str, ...], date, date], int] = {}
        verdicts: dict[tuple[str, date, date], int] = {}
        for place, fact in enumerate(loads, start=1):
            verdicts[fact.status, fact.start, fact.end] = place
            if fact.status == "accepted":
                asked = fact.countries, fact.start, fact.end
                newest[asked] = max(newest.get(asked, 0), fact.said_at.toordinal())
        for (status, start, end), place in verdicts.items():
            row = self.accepted if status == "accepted" else self.refused
            self._raise(row, start, end, place)
        for (countries, start, end), said in newest.items():
            if countries not in self.said:
                self.said[countries] = self._row()
            self._raise(self.said[countries], start, end, said)

    def _raise(self, row: Days, start: date, end: date, value: int) -> None:
        days = row[start.toordinal() - self.first : end.toordinal() - self.first + 1]
        np.maximum(days, value, out=days)

    def _usual_countries(self) -> tuple[str, ...]:
        """The countries of the newest days; one empty name where a dataset has none."""
        newest = int(np.flatnonzero(self.accepted)[-1])
        days = slice(max(0, newest - USUAL_DAYS + 1), newest + 1)
        found = {
            country
            for countries, said in self.said.items()
            if said[days].any()
            for country in countries
        }
        return tuple(sorted(found)) or ("",)

    def _said_of(self, country: str) -> Days:
        """Of one country; a load that names no country covers them all."""
        row = self._row()
        for asked, said in self.said.items():
            if country in asked or not asked:
                np.maximum(row, said, out=row)
        return row

    def stretches(self, settles_after_days: int, due: date | None) -> Iterator[Stretch]:
        """The days by state, oldest first."""
        codes = self._row()
        countries: tuple[str, ...] = ("",)
        said = np.zeros((1, self.length), dtype=np.int32)
        if self.said:
            countries = self._usual_countries()
            said = np.stack([self._said_of(country) for country in countries])
            days = np.arange(self.first, self.first + self.length)
            covered = np.flatnonzero(self.accepted)
            if due is not None:
                codes[covered[0] : max(covered[-1], due.toordinal() - self.first) + 1] = GAP
            is_settled = said.min(axis=0) - days >= settles_after_days
            is_whole = (said > 0).all(axis=0)
            codes[covered] = GAP
            codes[is_whole] = np.where(is_settled, COVERED, PROVISIONAL)[is_whole]
        is_missing = (codes == NOTHING) | (codes == GAP)
        codes[is_missing & (self.refused > 0)] = REFUSED
        newer_refused = ~is_missing & (self.refused > self.accepted)
        for start, end in self._runs(codes, newer_refused, said == 0):
            if codes[start] == NOTHING:
                continue
            missing = tuple(
                name for name, row in zip(countries, said, strict=True) if not row[start]
            )
            yield Stretch(
                window=Window(
                    start=date.fromordinal(self.first + start),
                    end=date.fromordinal(self.first + end),
                ),
                state=STATES[codes[start] - 1],
                missing=missing if len(missing) < len(countries) else (),
                newer_refused=bool(newer_refused[start]),
            )

    def _runs(
        self, codes: Days, newer_refused: NDArray[np.bool_], lacks: NDArray[np.bool_]
    ) -> Iterator[tuple[int, int]]:
        """The first and last place of days that are equal in everything."""
        changes = (
            (codes[1:] != codes[:-1])
            | (newer_refused[1:] != newer_refused[:-1])
            | (lacks[:, 1:] != lacks[:, :-1]).any(axis=0)
        )
        starts = [0, *(np.flatnonzero(changes) + 1).tolist()]
        yield from zip(starts, [*(start - 1 for start in starts[1:]), self.length - 1], strict=True)
