"""How much the hashtags of dramas and games are seen, country by country.

A post counts in each of its hashtags, and countries overlap in nothing else: neither is added up.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, read

MINIS_TAGS = ("tiktokminis", "minisgames", "minisshorts")
"""The hashtags of Minis themselves: both kinds together, games, dramas."""
FORMAT_TAG = "shortdrama"
"""The hashtag of the format, as the measure of what Minis could reach."""
HOME = "US"
"""Minis began in the US; another country leads a pulse only when the US has no hashtags."""


class Tag(Frozen):
    """A hashtag in a country on a day; None is what the source did not say."""

    hashtag_name: str
    kind: Literal["drama", "brand", "game", "other"]
    country_code: str
    posts: int | None
    views: int | None
    change_7d: int | None
    change_7d_pct: Decimal | None
    change_28d_pct: Decimal | None
    is_breakout: bool | None
    views_all_time: int | None
    chart_rank: int | None
    drama_views: int | None
    """Of the country, all drama hashtags together; only to choose the leading country."""

    @property
    def before(self) -> int | None:
        """Views in the seven days before."""
        if self.views is None or self.change_7d is None:
            return None
        return self.views - self.change_7d


class Tags(Frozen):
    """The watched hashtags of a day in all countries, the most views first."""

    on: date
    tags: tuple[Tag, ...]

    @property
    def home(self) -> str:
        """The country that the pulse is about first."""
        countries = {tag.country_code for tag in self.tags}
        if HOME in countries:
            return HOME
        loudest = max(self.tags, key=lambda tag: (tag.drama_views or 0, tag.country_code))
        return loudest.country_code

    @property
    def at_home(self) -> tuple[Tag, ...]:
        """The hashtags of that country."""
        return tuple(tag for tag in self.tags if tag.country_code == self.home)

    @property
    def movers(self) -> tuple[tuple[Tag, Decimal], ...]:
        """Hashtags with a known change over seven days, the largest first, in any country."""
        known = [
            (tag, tag.change_7d_pct)
            for tag in self.tags
            if tag.change_7d_pct is not None and tag.change_7d_pct != 0
        ]
        return tuple(
            sorted(
                known,
                key=lambda pair: (-abs(pair[1]), pair[0].country_code, pair[0].hashtag_name),
            )
        )

    def named(self, name: str) -> Tag | None:
        """A hashtag of the leading country by its name."""
        found = [tag for tag in self.at_home if tag.hashtag_name == name]
        return found[0] if found else None


def hashtags(connection: DuckDBPyConnection, on: date) -> Tags:
    """The hashtags of a day that name a drama, a drama app or games, or whose detail is pulled."""
    found = read(
        connection,
        Tag,
        """
        select
            momentum.hashtag_name, momentum.kind, momentum.country_code, momentum.posts,
            momentum.views, momentum.views_change_7d as change_7d,
            momentum.views_change_7d_pct as change_7d_pct,
            momentum.views_change_28d_pct as change_28d_pct,
            momentum.is_breakout, momentum.views_all_time, momentum.chart_rank,
            momentum.drama_views
        from marts.rpt_hashtag_momentum as momentum
        left join marts.dim_hashtag as tag using (hashtag_id)
        where momentum.as_of_on = $on
            and momentum.views is not null
            and (momentum.kind <> 'other' or coalesce(tag.is_watched, false))
        order by momentum.views desc, momentum.country_code, momentum.hashtag_name
        """,
        on=on,
    )
    return Tags(on=on, tags=found)
