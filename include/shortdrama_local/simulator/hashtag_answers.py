"""Hashtags in the shape of TikTok Creative Center: entries of the chart, and details.

`rank_diff_type` is as two public samples show it: 2 stands beside a `rank_diff` of 0.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from shortdrama_local.simulator.hashing import key_of
from shortdrama_local.simulator.hashtags import (
    COUNTRY_NAMES,
    DRAMA_TAGS,
    Hashtag,
    Standing,
    all_time_views,
    audience_ages,
    chart,
    last_told,
    standing,
    views_per_post,
)

UP, UNCHANGED, DOWN, NEW = 1, 2, 3, 4

Answer = dict[str, Any]


@lru_cache(maxsize=64)
def charted(country: str, period: int, today: date) -> list[Answer]:
    """The chart as the list shows it, with each tag's movement since the day before."""
    before = {
        standing.tag.name: rank
        for rank, standing in enumerate(
            chart(country, period, date.fromordinal(today.toordinal() - 1)), start=1
        )
    }
    return [
        {
            **_entry(standing, country),
            "rank": rank,
            **_movement(rank, before.get(standing.tag.name)),
        }
        for rank, standing in enumerate(chart(country, period, today), start=1)
    ]


def _movement(rank: int, before: int | None) -> Answer:
    if before is None:
        return {"rank_diff_type": NEW}
    kind = UNCHANGED if rank == before else UP if rank < before else DOWN
    return {"rank_diff": abs(before - rank), "rank_diff_type": kind}


def _entry(standing: Standing, country: str) -> Answer:
    tag = standing.tag
    entry: Answer = {
        "hashtag_id": tag.id,
        "hashtag_name": tag.name,
        "country_info": {"id": country, "value": COUNTRY_NAMES[country], "label": country},
        "is_promoted": False,
        "trend": [
            {"time": int(datetime.combine(day, time(), UTC).timestamp()), "value": value}
            for day, value in standing.curve
        ],
        "creators": [
            {
                "nick_name": f"{tag.name}_{key_of(tag.name + country) % 1000}",
                "avatar_url": f"https://avatars.invalid/{tag.id}.jpg",
            }
        ],
        "publish_cnt": standing.posts,
        "video_views": standing.views,
    }
    if tag.industry:
        number = 28_000_000_000 if tag.industry.startswith("Sports") else 23_000_000_000
        entry["industry_info"] = {"id": number, "value": tag.industry, "label": f"label_{number}"}
    return entry


def detail(tag: Hashtag, country: str, period: int, today: date) -> Answer:
    """The detail's `info`; rank is null for a tag that is not in the chart."""
    tags = charted(country, period, today)
    entry = next((e for e in tags if e["hashtag_name"] == tag.name), None)
    views_all = all_time_views(tag, last_told(today))
    return {
        **(entry or {**_entry(standing(tag, country, period, today), country), "rank": None}),
        "video_url": f"https://www.tiktok.com/tag/{tag.name}",
        "publish_cnt_all": views_all // views_per_post(tag),
        "video_views_all": views_all,
        "longevity": {
            "popular_days": min((last_told(today) - tag.started).days, period),
            "current_popularity": 0 if entry is None else 101 - entry["rank"],
        },
        "audience_ages": [
            {"age_level": level, "score": score} for level, score in audience_ages(tag)
        ],
        "audience_interests": [],
        "audience_countries": [],
        "related_hashtags": [
            {
                "hashtag_id": other.id,
                "hashtag_name": other.name,
                "video_url": f"https://www.tiktok.com/tag/{other.name}",
            }
            for other in DRAMA_TAGS[:4]
            if other.name != tag.name and tag in DRAMA_TAGS
        ],
        "related_items": [],
        "description": "",
    }
