"""What the market asks of each app in each country in a month: two fitted matrices.

Margins first (apps, countries), then proportional fitting. Apps and countries with published shares
get them; apps named in `leaders` have the share that they have there, drifting; the rest of the
market is the tail's, by a power law. Now and then a small app has a viral month.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shortdrama_local.simulator.apps import App
from shortdrama_local.simulator.calibration import (
    JULY_2025,
    Calibration,
    Metric,
    fit,
    share_at,
)
from shortdrama_local.simulator.countries import (
    AFFINITY,
    CHINA_INDEX,
    COUNTRIES,
    EX_CHINA,
)
from shortdrama_local.simulator.hashing import centred, key_of, uniform
from shortdrama_local.simulator.months import days_in, first_day, month_of

Floats = NDArray[np.float64]

LEAST_OF_AN_APP: dict[Metric, float] = {"downloads": 400.0, "revenue": 150.0}
"""What the smallest active app has in a month: enough to stay above zero after rounding."""

CHINA_SIZE: dict[Metric, float] = {"downloads": 0.12, "revenue": 0.06}
"""The mainland's App Store against the world without it (invented: nothing is published)."""

TAIL_OFFSET = 15.0
"""Flattens the head of the tail's power law, so that no generated app outgrows the leaders."""

RAMP_MONTHS = 4
"""A new app reaches its place in this many months."""


LEADER_DRIFT, LEADER_PERIOD = 0.08, 11
"""How far a leader's share moves up and down where nothing is published, and in how many months."""

VIRAL = 1 / 60
"""In what part of its months a small app goes viral."""

VIRAL_PEAK: dict[Metric, float] = {"downloads": 8.0, "revenue": 3.0}
"""How many times its usual size it then has; what is above that halves with each month after."""

VIRAL_MONTHS = 4
SMALL_FROM_RANK = 30
"""Larger apps of the tail do not go viral, so that none of them outgrows the leaders."""

COUNTRY_DRIFT = 0.02
"""A country without published shares gains or loses up to this part of its share a month."""

DRIFT_MONTHS = 24
"""No country drifts further than this many months take it."""


@dataclass(frozen=True)
class Demand:
    """Fits a month's app × country matrices (all apps of the catalogue, all countries)."""

    apps: tuple[App, ...]
    calibration: Calibration

    def monthly(self, metric: Metric, month: int) -> Floats:
        """Expected downloads or USD of the month, zero where an app is not active."""
        total = self.calibration.total(metric, month)
        matrix = np.zeros((len(self.apps), len(COUNTRIES)))
        live = self._live_fraction(month)
        overseas = np.flatnonzero((live > 0) & ~self._china_only)
        if overseas.size:
            matrix[overseas, :CHINA_INDEX] = fit(
                self._prior(metric)[overseas],
                self._app_margins(metric, month, live)[overseas],
                self._country_margins(metric, month),
            )
        matrix[:, CHINA_INDEX] = self._china_column(live) * total * CHINA_SIZE[metric]
        return matrix

    @cached_property
    def _china_only(self) -> NDArray[np.bool_]:
        return np.array([app.is_china_only for app in self.apps])

    @cached_property
    def _keys(self) -> NDArray[np.uint64]:
        return np.array([app.key for app in self.apps], dtype=np.uint64)

    @cached_property
    def _tail_weights(self) -> Floats:
        """The power law over generated apps; zero for leaders."""
        ranks = [np.inf if app.rank is None else app.rank for app in self.apps]
        return np.asarray((np.array(ranks) + TAIL_OFFSET) ** -2.0)

    @cached_property
    def _released(self) -> NDArray[np.int64]:
        return np.array([month_of(app.released_on) for app in self.apps])

    @cached_property
    def _presence(self) -> NDArray[np.bool_]:
        """Which ex-China countries an app is in: leaders everywhere, small apps in few."""
        ranks = np.array([0.0 if app.rank is None else app.rank for app in self.apps])
        reach = np.clip(len(EX_CHINA) * (1 - ranks / 260) ** 2.5, 4, len(EX_CHINA))
        reach[[app.leader is not None for app in self.apps]] = len(EX_CHINA)
        weights = self._affinity * np.sqrt([c.downloads * c.revenue for c in EX_CHINA])
        draw = np.log(weights) - np.log(-np.log(uniform(*self._grid(11)) + 1e-12))
        place = (-draw).argsort(axis=1).argsort(axis=1)
        return np.asarray(place < reach[:, None])

    @cached_property
    def _affinity(self) -> Floats:
        return np.array(
            [[AFFINITY[app.focus].get(c.region, 1.0) for c in EX_CHINA] for app in self.apps]
        )

    def _prior(self, metric: Metric) -> Floats:
        weights = np.array([getattr(country, metric) for country in EX_CHINA])
        noise = np.exp(0.8 * centred(*self._grid(12)))
        return np.asarray(self._presence * self._affinity * weights * noise)

    def _grid(self, purpose: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64], int]:
        countries = np.array([key_of(country.code) for country in EX_CHINA], dtype=np.uint64)
        return self._keys[:, None], countries[None, :], purpose

    def _live_fraction(self, month: int) -> Floats:
        """How much of the month each app is active (0 to 1)."""
        start, days = first_day(month), days_in(month)
        first = np.array([(app.released_on - start).days for app in self.apps])
        last = np.array(
            [days if app.withdrawn_on is None else (app.withdrawn_on - start).days
             for app in self.apps]
        )  # fmt: skip
        overlap = np.minimum(last + 1, days) - np.maximum(first, 0)
        return np.asarray(np.clip(overlap, 0, None) / days)

    def _app_margins(self, metric: Metric, month: int, live: Floats) -> Floats:
        total = self.calibration.total(metric, month)
        margins = self._leader_shares(metric, month) * total * live
        drift = 0.3 * np.sin(2 * np.pi * (month / 9 + uniform(self._keys, 13)))
        tail = self._tail_weights * live * np.exp(drift) * ~self._china_only
        if metric == "downloads":  # ad-funded apps: many downloads, little revenue
            tail = tail**0.9 * np.exp(1.2 * centred(self._keys, 14))
        tail *= self._ramp(month) * self._viral(metric, month)
        margins += tail / tail.sum() * (total - margins.sum())
        least = LEAST_OF_AN_APP[metric] * ((live > 0) & ~self._china_only)
        raised = np.maximum(margins, least)
        # The few that were raised to the least are paid for by the tail's large ones.
        payers = tail > np.median(tail[tail > 0])
        raised[payers] *= 1 - (raised.sum() - total) / raised[payers].sum()
        return np.asarray(raised)

    def _leader_shares(self, metric: Metric, month: int) -> Floats:
        published = self.calibration.app_shares(metric)
        july = self.calibration.total(metric, JULY_2025)
        shares = np.zeros(len(self.apps))
        for app in self.apps:
            if app.leader is None:
                continue
            value = getattr(app.leader, metric)
            anchors = published[app.name] if value is None else {JULY_2025: value / july}
            drift = 1.0 if value is None else _leader_drift(app, month)
            shares[app.index] = share_at(anchors, month) * drift
        return np.asarray(shares * self._ramp(month))

    def _viral(self, metric: Metric, month: int) -> Floats:
        """How many times its usual size each app has, because it is viral or was so lately."""
        ranks = np.array([0.0 if app.rank is None else app.rank for app in self.apps])
        ago = np.arange(VIRAL_MONTHS)
        struck = uniform(self._keys[:, None], month - ago, 15) < VIRAL
        above = (VIRAL_PEAK[metric] - 1) * (struck * 0.5**ago).sum(axis=1)
        return np.asarray(np.where(ranks > SMALL_FROM_RANK, 1 + above, 1.0))

    def _ramp(self, month: int) -> Floats:
        return np.asarray(np.clip((month - self._released + 1) / RAMP_MONTHS, 0, 1))

    def _country_margins(self, metric: Metric, month: int) -> Floats:
        published = self.calibration.country_shares(metric)
        shares = np.array([getattr(country, metric) for country in EX_CHINA])
        pinned = np.array([country.code in published for country in EX_CHINA])
        shares[pinned] = [
            share_at(published[c.code], month) for c in EX_CHINA if c.code in published
        ]
        elapsed = np.clip(month - JULY_2025, -DRIFT_MONTHS, DRIFT_MONTHS)
        keys = np.array([key_of(country.code) for country in EX_CHINA], dtype=np.uint64)
        shares *= np.where(
            pinned, 1, np.exp(COUNTRY_DRIFT * centred(keys, key_of(metric)) * elapsed)
        )
        shares[~pinned] *= (1 - shares[pinned].sum()) / shares[~pinned].sum()
        return np.asarray(shares * self.calibration.total(metric, month))

    def _china_column(self, live: Floats) -> Floats:
        sells = np.array([app.sells_in_china for app in self.apps])
        weights = self._tail_weights * live * sells
        return np.asarray(weights / max(weights.sum(), 1e-12))


def _leader_drift(app: App, month: int) -> float:
    """1 in July 2025, from which the leader's share is known."""
    phase = float(uniform(app.key, 16)[0])
    waves = np.sin(2 * np.pi * (np.array([month, JULY_2025]) / LEADER_PERIOD + phase))
    return float(np.exp(LEADER_DRIFT * (waves[0] - waves[1])))
