"""Hashtags in the shape of TikTok API for Business: entries of the list, and details.

Daily views below a thousand are null. Places and their changes are texts, counts are numbers.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from shortdrama_local.simulator.hashtags import (
    Hashtag,
    Standing,
    all_time_views,
    audience_ages,
    chart,
    history,
    last_told,
    standing,
    top_countries,
    views_per_post,
)

LONGEST_LIST = 200
AGES = {3: "18-24", 4: "25-34", 5: "35+"}

Answer = dict[str, Any]


@lru_cache(maxsize=64)
def popular(country: str, days: int, today: date) -> list[Answer]:
    """The list: the tags with most views, each with its change since the window before."""
    before = {
        standing.tag.name: rank
        for rank, standing in enumerate(
            chart(country, days, today - timedelta(days=days), LONGEST_LIST), start=1
        )
    }
    return [
        {
            **_common(standing, country, today),
            "rank_position": str(rank),
            "rank_change": _change(rank, before.get(standing.tag.name)),
        }
        for rank, standing in enumerate(chart(country, days, today, LONGEST_LIST), start=1)
    ]


def detail(tag: Hashtag, country: str, days: int, today: date) -> Answer:
    """The detail: no place in the list, but the audience's ages."""
    ages = [{"age": AGES[level], "percentage": score / 100} for level, score in audience_ages(tag)]
    return {
        **_common(standing(tag, country, days, today), country, today),
        "hashtag_status": "ONLINE",
        "audience_insights": {"audience_ages": ages},
    }


def _change(rank: int, before: int | None) -> str:
    return "NEW" if before is None else str(before - rank)


def _common(standing: Standing, country: str, today: date) -> Answer:
    tag = standing.tag
    views_ever = all_time_views(tag, last_told(today))
    return {
        "hashtag_id": tag.id,
        "hashtag_name": tag.name,
        "views": standing.views,
        "posts": standing.posts,
        "views_global_lifetime": views_ever,
        "posts_global_lifetime": views_ever // views_per_post(tag),
        "top_country_list": top_countries(tag),
        "trending_history": [
            {
                "date": told.day.isoformat(),
                "rank_position_daily": None if told.rank is None else str(told.rank),
                "views_daily": told.views,
            }
            for told in history(tag, country, today)
        ],
    }
