"""What happens among the hashtags: some go viral, new ones come."""

from datetime import date, timedelta

import numpy as np
import pytest

from shortdrama_local.simulator.hashtags import (
    DAYS_BETWEEN_PLOTS,
    FIRST_PLOT,
    LEAST_DAILY_VIEWS,
    TAG_NAMED,
    TAGS,
    VIRAL_TIMES,
    chart,
    history,
)

END = date(2026, 2, 25)
"""The last day of the demo."""


def weeks(tag, today=END):
    """Views of the last two weeks that are told, the older first."""
    views = [day.views or 0 for day in history(tag, "US", today)]
    return sum(views[-14:-7]), sum(views[-7:])


def test_the_demos_week_has_a_breakout_of_a_drama_tag():
    before, last = weeks(TAG_NAMED["flickreels"])
    assert last > 1_000_000
    assert last > 2.5 * before


def test_most_tags_are_not_viral_and_those_that_are_calm_down():
    """Over a year: the best week of a tag is far above its usual one, and is not its last."""
    days = [END - timedelta(days=7 * n) for n in range(52)][::-1]
    usual = [np.array([weeks(tag, day)[1] for day in days]) for tag in TAGS[:11]]
    growth = [views / np.median(views) for views in usual]
    viral_weeks = sum(int((one > 1.8).sum()) for one in growth)
    assert 0.02 < viral_weeks / (52 * 11) < 0.25
    assert max(one.max() for one in growth) < 1.5 * (1 + VIRAL_TIMES[1])


@pytest.mark.parametrize("country", ["US", "ID", "BR"])
def test_between_the_demos_days_one_tag_enters_the_chart(country):
    before, after = (
        {standing.tag.name for standing in chart(country, 7, day, 200)}
        for day in (date(2026, 1, 28), END)
    )
    assert after - before == {"swappedtwins"}


def test_a_plots_tag_begins_on_its_day_and_fades():
    tag = TAG_NAMED["swappedtwins"]
    place = (tag.started - FIRST_PLOT).days / DAYS_BETWEEN_PLOTS
    assert place == int(place)
    said = [day.day for day in history(tag, "US", END) if (day.views or 0) >= LEAST_DAILY_VIEWS]
    assert said[0] == tag.started + timedelta(days=1)
    early, late = (weeks(tag, tag.started + timedelta(days=n))[1] for n in (20, 300))
    assert late < early
