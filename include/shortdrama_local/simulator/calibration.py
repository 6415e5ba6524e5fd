"""What the published figures pin: monthly totals, and shares of apps and countries.

Only rows of Appfigures and of reports in its scope count, monthly or quarterly, net or without a
basis, not doubtful. Gross figures and other vendors measure something else: blending them in would
make the sample agree with nobody.
"""

from collections.abc import Mapping
from csv import DictReader
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shortdrama_local.simulator.countries import CODES
from shortdrama_local.simulator.months import months_of_quarter, parse_month

Metric = Literal["downloads", "revenue"]
Floats = NDArray[np.float64]

VENDORS = frozenset({"Appfigures", "Appfigures-scope"})
MARKET_SCOPE = "overseas short-drama apps (outside China)"
WORLD_EX_CHINA = "World ex-China"

JULY_2025 = parse_month("2025-07")
JULY_DOWNLOADS_GROWTH = 0.2214
"""July 2025 downloads against June, stated by real-reel.com's July report (fact
`af-2025m07-downloads`). June is taken from it, because the June row itself is doubtful."""

ABOVE_LOWER_BOUND = 1.03
"""A figure published as "above X" is set this much above X; how much is invented."""

GROWTH_WITHIN_QUARTER = {"downloads": 1.015, "revenue": 1.015}
"""How months without a figure of their own divide what their quarter leaves (invented)."""

GROWTH_BEFORE = {"downloads": 1.06, "revenue": 1.13}
GROWTH_AFTER = {"downloads": 1.012, "revenue": 1.015}
"""Per month, outside the published quarters (invented)."""


@dataclass(frozen=True)
class Fact:
    """One published figure that the model takes in."""

    fact_id: str
    metric: str
    scope: str
    geography: str
    period_type: str
    period: str
    value: float
    is_lower_bound: bool

    @property
    def anchor(self) -> float:
        """The value to aim at; market totals are published as bounds but meant as totals."""
        is_bound = self.is_lower_bound and self.scope != MARKET_SCOPE
        return self.value * ABOVE_LOWER_BOUND if is_bound else self.value


def read_facts(path: Path) -> tuple[Fact, ...]:
    """The rows of `published_figures.csv` that the model is calibrated to."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Fact(
                fact_id=row["fact_id"],
                metric=row["metric"],
                scope=row["scope"],
                geography=row["geography"],
                period_type=row["period_type"],
                period=row["period"],
                value=float(row["value"]),
                is_lower_bound=row["is_lower_bound"] == "true",
            )
            for row in DictReader(file)
            if row["vendor"] in VENDORS
            and row["value_basis"] in ("net", "n/a")
            and row["certainty"] != "doubtful"
            and row["period_type"] in ("month", "quarter")
        )


class Calibration:
    """Monthly market totals and share anchors; revenue in USD net of store fees."""

    def __init__(self, facts: tuple[Fact, ...]) -> None:
        self._facts = facts
        self._totals = {metric: self._published_totals(metric) for metric in GROWTH_BEFORE}

    def total(self, metric: Metric, month: int) -> float:
        """The market of the month, world ex-China."""
        known = self._totals[metric]
        first, last = min(known), max(known)
        if month < first:
            return known[first] / GROWTH_BEFORE[metric] ** (first - month)
        if month > last:
            return float(known[last] * GROWTH_AFTER[metric] ** (month - last))
        return known[month]

    def app_shares(self, metric: Metric) -> dict[str, dict[int, float]]:
        """Published shares of the market: app name → month → share (0 to 1)."""
        return self._shares(metric, {f.scope: f.scope for f in self._world_facts(metric)})

    def country_shares(self, metric: Metric) -> dict[str, dict[int, float]]:
        """Published shares of the market: country code → month → share (0 to 1)."""
        return self._shares(metric, dict.fromkeys(CODES, MARKET_SCOPE))

    def active_apps(self) -> dict[str, int]:
        """Published numbers of active apps: period → apps."""
        return {f.period: int(f.value) for f in self._facts if f.metric == "apps"}

    def _world_facts(self, metric: Metric) -> list[Fact]:
        return [
            fact
            for fact in self._facts
            if fact.metric == metric
            and fact.geography == WORLD_EX_CHINA
            and fact.scope != MARKET_SCOPE
        ]

    def _shares(self, metric: Metric, scopes: Mapping[str, str]) -> dict[str, dict[int, float]]:
        shares: dict[str, dict[int, float]] = {}
        for fact in self._facts:
            subject = fact.scope if fact.geography == WORLD_EX_CHINA else fact.geography
            if fact.metric != metric or fact.period_type != "month":
                continue
            if scopes.get(subject) == fact.scope:
                month = parse_month(fact.period)
                shares.setdefault(subject, {})[month] = fact.anchor / self.total(metric, month)
        return shares

    def _published_totals(self, metric: str) -> dict[int, float]:
        totals = [
            f
            for f in self._facts
            if (f.metric, f.scope, f.geography) == (metric, MARKET_SCOPE, WORLD_EX_CHINA)
        ]
        months = {parse_month(f.period): f.anchor for f in totals if f.period_type == "month"}
        if metric == "downloads":
            months[JULY_2025 - 1] = months[JULY_2025] / (1 + JULY_DOWNLOADS_GROWTH)
        for quarter in (f for f in totals if f.period_type == "quarter"):
            open_months = [m for m in months_of_quarter(quarter.period) if m not in months]
            closed = sum(months.get(m, 0.0) for m in months_of_quarter(quarter.period))
            steps = [GROWTH_WITHIN_QUARTER[metric] ** m for m in range(len(open_months))]
            for month, step in zip(open_months, steps, strict=True):
                months[month] = (quarter.anchor - closed) * step / sum(steps)
        return months


@cache
def calibration(path: Path) -> Calibration:
    """The calibration to a file of published figures, read once."""
    return Calibration(read_facts(path))


def share_at(anchors: Mapping[int, float], month: int) -> float:
    """The share in a month: between anchors it moves evenly in logarithms, outside it stays."""
    known = sorted(anchors)
    logs = np.log([anchors[m] for m in known])
    return float(np.exp(np.interp(month, known, logs)))


def fit(prior: Floats, rows: Floats, columns: Floats) -> Floats:
    """Scale a non-negative matrix to row and column sums (iterative proportional fitting).

    Rows hold exactly, columns to one part in 100,000. Raises ArithmeticError if it cannot: the
    zeros of the prior then leave a row or column no room.
    """
    fitted = prior * (rows / prior.sum(axis=1))[:, None]
    for _ in range(500):
        fitted *= columns / fitted.sum(axis=0)
        fitted *= (rows / fitted.sum(axis=1))[:, None]
        if np.abs(fitted.sum(axis=0) / columns - 1).max() < 1e-5:
            return np.asarray(fitted)
    raise ArithmeticError("the margins do not fit the apps' countries; widen their countries")
