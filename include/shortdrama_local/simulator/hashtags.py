"""Hashtags: how their views grow, and the charts and curves that follow.

Published, and kept to: #shortdrama had 72.7bn views by mid-2024; the tags of TikTok Minis together
have tens of millions by 5 January 2026, far below the tags of ReelShort. Everything else is
invented. The tags of Minis are too small for the chart of 100; they have a detail page all the
same.

A tag's all-time views grow by a power of its age; a country's daily views are its share of that
day's growth, by weekday, with noise and waves. Now and then a tag goes viral for two weeks, which
its all-time views do not show. Every three weeks a plot that short dramas repeat gets a tag of its
own, which fades from its first day on. TikTok API for Business says the daily views themselves,
those of the newest two days a little too low at first.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shortdrama_local.simulator.countries import EX_CHINA
from shortdrama_local.simulator.hashing import centred, key_of, uniform

CHART_SIZE = 100
DAYS_MISSING = 2
STEP_DAYS = {1: 1, 7: 1, 30: 1, 120: 7}
"""Windows in days, and the days per step of their curve."""

HISTORY_DAYS = 30
LEAST_DAILY_VIEWS = 1_000
"""Fewer views of a day are not said."""

TOLD_AT_FIRST = (0.94, 0.98)
"""What part of its views the newest day is said to have, and the day before it (invented)."""

COUNTRY_NAMES = {country.code: country.name for country in EX_CHINA}
"""Countries that have charts."""

VIRAL_EVERY_DAYS, VIRAL = 28, 1 / 12
"""In each span of so many days, which part of the tags goes viral."""

VIRAL_TIMES = (2.0, 8.0)
"""At its height a viral tag has between so many and so many times its usual views more."""

RISE_DAYS, FADE_DAYS = 3, 6

VIRAL_PURPOSES = (73, 74, 75)
"""For the hashing: so chosen that a drama tag goes viral in the week that the demo ends with."""

_WEEKDAYS = np.array([0.96, 0.95, 0.96, 0.98, 1.02, 1.08, 1.05])
_WEIGHTS = {c.code: (c.downloads * c.revenue) ** 0.5 for c in EX_CHINA}


@dataclass(frozen=True)
class Hashtag:
    """A tag: all-time `views` on the `anchor` day, growing since `started` by a power of age."""

    name: str
    views: float
    anchor: date
    started: date
    power: float
    industry: str | None = None

    @property
    def id(self) -> str:
        """The tag's id, digits only."""
        return str(key_of(f"hashtag {self.name}") % 10**10)

    @property
    def key(self) -> int:
        """The tag's key for hashing."""
        return key_of(self.name)


def _drama(name: str, views: float, anchor: str, started: str, power: float) -> Hashtag:
    dates = date.fromisoformat(anchor), date.fromisoformat(started)
    return Hashtag(name, views, *dates, power, industry="News & Entertainment")


DRAMA_TAGS = (
    _drama("shortdrama", 72.7e9, "2024-07-01", "2019-06-01", 2.6),
    _drama("reelshort", 14.0e9, "2025-09-30", "2022-08-01", 1.7),
    _drama("dramabox", 9.5e9, "2025-09-30", "2023-04-01", 1.7),
    _drama("minidrama", 6.2e9, "2025-09-30", "2021-03-01", 2.2),
    _drama("microdrama", 3.1e9, "2025-09-30", "2021-09-01", 2.8),
    _drama("goodshort", 1.9e9, "2025-09-30", "2023-09-01", 1.6),
    _drama("shortmax", 1.6e9, "2025-09-30", "2023-09-01", 1.6),
    _drama("netshort", 1.5e9, "2025-09-30", "2024-08-01", 1.7),
    _drama("dramawave", 1.2e9, "2025-09-30", "2024-10-01", 1.7),
    _drama("flickreels", 0.7e9, "2025-09-30", "2024-04-01", 1.6),
    _drama("verticaldrama", 0.5e9, "2025-09-30", "2022-01-01", 2.4),
    _drama("tiktokminis", 14.0e6, "2026-01-05", "2025-05-15", 1.2),
    _drama("minisgames", 9.0e6, "2026-01-05", "2025-05-15", 1.2),
    _drama("minisshorts", 6.0e6, "2026-01-05", "2025-05-15", 1.2),
)

_OTHER_NAMES = """
fyp viral dance makeup football gym recipe cats dogs travel booktok fashion skincare anime kpop
gaming minecraft roblox cars wedding baby diy art nails hairstyle fitness yoga running cooking
baking coffee vegan streetfood asmr satisfying prank comedy standup lifehacks study college
teacher nurse military farming gardening fishing camping hiking skate surf snow basketball tennis
boxing f1 cricket worldcup olympics summer spring winter autumn beach halloween christmas newyear
valentine mothersday birthday graduation backtoschool festival concert guitar piano rap country
jazz movies horror kdrama bollywood telenovela reality celebrity news history science space tech
iphone android coding finance crypto realestate jobs motivation selfcare mentalhealth family
couples pets horses
"""


def _other(place: int, name: str) -> Hashtag:
    """An unrelated tag; the larger ones come first, by a power law."""
    started = date(2018, 1, 1) + timedelta(days=int(700 * float(uniform(key_of(name), 41)[0])))
    return Hashtag(
        name=name,
        views=2.5e12 * (place + 1.5) ** -1.6,
        anchor=date(2025, 9, 30),
        started=started,
        power=1.8,
        industry="Sports & Outdoor" if place % 3 == 0 else None,
    )


_PLOTS = """
contractmarriage secretbillionaire flashmarriage hiddenheiress fakefiance werewolfking mafiahusband
secondchancelove rebornrevenge substitutebride ceodaddy undercoverboss swappedtwins timetravelbride
runawaywife triplets alphaking nannyromance princeindisguise exhusbandregrets
"""
FIRST_PLOT, DAYS_BETWEEN_PLOTS = date(2025, 6, 2), 21


def _plot(place: int, name: str) -> Hashtag:
    """The tag of a plot: most seen when it is new."""
    started = FIRST_PLOT + timedelta(days=DAYS_BETWEEN_PLOTS * place)
    views = 60e6 + 340e6 * float(uniform(key_of(name), 49)[0])
    return Hashtag(name, views, started + timedelta(days=120), started, 0.8)


TAGS = (
    *DRAMA_TAGS,
    *(_plot(place, name) for place, name in enumerate(_PLOTS.split())),
    *(_other(place, name) for place, name in enumerate(_OTHER_NAMES.split())),
)
TAG_NAMED = {tag.name: tag for tag in TAGS}


@dataclass(frozen=True)
class Standing:
    """What one country sees of one tag in one window."""

    tag: Hashtag
    views: int
    curve: tuple[tuple[date, float], ...]

    @property
    def posts(self) -> int:
        """Posts of the window."""
        return self.views // views_per_post(self.tag)


@dataclass(frozen=True)
class Day:
    """What is said of a tag's day in a country: its views and its place, None if not said."""

    day: date
    views: int | None
    rank: int | None


def views_per_post(tag: Hashtag) -> int:
    """How often a post of the tag is seen."""
    return 2_000 + int(7_000 * float(uniform(tag.key, 42)[0]))


def all_time_views(tag: Hashtag, day: date) -> int:
    """Views anywhere since the tag began, up to a day."""
    age = max((day - tag.started).days, 0)
    return int(tag.views * (age / (tag.anchor - tag.started).days) ** tag.power)


def last_told(today: date) -> date:
    """The last day that charts and curves know of."""
    return today - timedelta(days=DAYS_MISSING + 1)


def standing(tag: Hashtag, country: str, window_days: int, today: date) -> Standing:
    """The tag's views in the window, and its curve: relative, 1 at its highest step."""
    last = last_told(today).toordinal()
    daily = _daily_views(tag, country, np.arange(last - window_days + 1, last + 1))
    step = STEP_DAYS[window_days]
    steps = daily[window_days % step :].reshape(-1, step).sum(axis=1)
    first = last - step * len(steps) + 1
    highest = max(float(steps.max()), 1.0)
    curve = tuple(
        (date.fromordinal(first + step * place), round(float(value) / highest, 2))
        for place, value in enumerate(steps)
    )
    return Standing(tag, int(daily.sum()), curve)


def chart(country: str, window_days: int, today: date, size: int = CHART_SIZE) -> list[Standing]:
    """The tags with most views of the window, most first."""
    standings = [standing(tag, country, window_days, today) for tag in TAGS]
    seen = [standing for standing in standings if standing.views]
    return sorted(seen, key=lambda standing: -standing.views)[:size]


def history(tag: Hashtag, country: str, today: date) -> list[Day]:
    """The tag's last 30 days as they are told today, oldest first."""
    last = last_told(today).toordinal()
    views, ranks = _told(country, last)
    place = TAGS.index(tag)
    return [
        Day(
            day=date.fromordinal(last - HISTORY_DAYS + 1 + day),
            views=count if count >= LEAST_DAILY_VIEWS else None,
            rank=rank if count >= LEAST_DAILY_VIEWS else None,
        )
        for day, (count, rank) in enumerate(zip(views[place], ranks[place], strict=True))
    ]


@lru_cache(maxsize=64)
def _told(country: str, last: int) -> tuple[list[list[int]], list[list[int]]]:
    """Views by tag and day of the history that ends on an ordinal, and each day's places."""
    days = np.arange(last - HISTORY_DAYS + 1, last + 1)
    views = np.stack([_daily_views(tag, country, days) for tag in TAGS])
    views[:, -1] *= TOLD_AT_FIRST[0]
    views[:, -2] *= TOLD_AT_FIRST[1]
    ranks = (-views).argsort(axis=0, kind="stable").argsort(axis=0) + 1
    return views.astype(np.int64).tolist(), ranks.tolist()


@lru_cache(maxsize=512)
def top_countries(tag: Hashtag) -> tuple[str, ...]:
    """The five countries in which the tag is seen most."""
    return tuple(
        sorted(_WEIGHTS, key=lambda country: -_WEIGHTS[country] * _taste(tag, country))[:5]
    )


def audience_ages(tag: Hashtag) -> list[tuple[int, int]]:
    """Age levels (3 is 18–24, 4 is 25–34, 5 is 35 and older) and their shares in percent."""
    younger, older = uniform(tag.key, 43, np.arange(2))
    first, last = 25 + int(20 * younger), 20 + int(20 * older)
    return [(3, first), (4, 100 - first - last), (5, last)]


def _daily_views(tag: Hashtag, country: str, days: NDArray[np.int64]) -> NDArray[np.float64]:
    start, span = tag.started.toordinal(), (tag.anchor - tag.started).days
    ages = np.maximum(np.concatenate([days[:1] - 1, days]) - start, 0) / span
    growth = np.diff(tag.views * ages**tag.power)
    share = _WEIGHTS[country] / sum(_WEIGHTS.values())
    wave = 1 + 0.35 * np.sin(days / 11 + 6.28 * uniform(tag.key, 45))
    noise = 1 + 0.25 * centred(tag.key, key_of(country), days)
    weekday = _WEEKDAYS[(days - 1) % 7]
    level = share * _taste(tag, country) * wave * noise * weekday * _viral(tag, days)
    return np.asarray(np.floor(growth * level))


def _viral(tag: Hashtag, days: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many times its usual views the tag has on each day.

    A wave begins before its span if it is high early in it, and fades in the next one.
    """
    span = days // VIRAL_EVERY_DAYS + np.array([[-1], [0], [1]])
    struck, place, height = (uniform(tag.key, span, purpose) for purpose in VIRAL_PURPOSES)
    since = days - (span + place) * VIRAL_EVERY_DAYS
    shape = np.clip(1 + since / RISE_DAYS, 0, 1) * np.exp(-np.maximum(since, 0) / FADE_DAYS)
    least, most = VIRAL_TIMES
    above = (struck < VIRAL) * (least + (most - least) * height) * shape
    return np.asarray(1 + above.sum(axis=0))


def _taste(tag: Hashtag, country: str) -> float:
    return float(np.exp(0.9 * centred(tag.key, key_of(country), 44))[0])
