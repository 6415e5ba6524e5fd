"""What there is in TikTok Minis, which leaders are in it, and at what prices."""

from datetime import date
from decimal import Decimal
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, first, read

WORLD = ["World", "ZZ"]
"""The world has one name; snapshots made before it had have the vendor's code here."""
PRESS = "TK Observer"
"""Who says most of what we know of Minis; see dim_vendor."""
Status = Literal["present", "absent", "unknown"]


class Catalogue(Frozen):
    """Minis as a month's last list of them shows it; prices are what consumers pay."""

    month_start_on: date
    as_of_on: date
    drama_apps: int | None
    game_apps: int | None
    leaders_present: int
    leaders_absent: int
    leaders_unknown: int
    unlock_price_low_usd: Decimal | None
    unlock_price_high_usd: Decimal | None
    unlock_price_has_lower_bound: bool | None
    monthly_price_low_usd: Decimal | None
    monthly_price_high_usd: Decimal | None
    discount_low_ratio: Decimal | None
    discount_high_ratio: Decimal | None


class Leader(Frozen):
    """Whether a leading app is in Minis; `class` is said of apps like it, not proven for it."""

    leader: str
    status: Status
    certainty: str | None


class Search(Frozen):
    """How searches for Minis grew in a window, as the press says it."""

    window_start_on: date
    window_end_on: date
    growth_pct: Decimal
    growth_is_lower_bound: bool | None
    in_top_100: bool | None
    published_on: date
    compared_with: str | None = None
    """With which time, in English."""


class Minis(Frozen):
    """The newest list, the one before it, and the leaders at the newest."""

    now: Catalogue
    before: Catalogue | None
    leaders: tuple[Leader, ...]

    def those(self, status: Status) -> tuple[str, ...]:
        """The leaders of a status, by name."""
        return tuple(leader.leader for leader in self.leaders if leader.status == status)

    @property
    def is_certain(self) -> bool:
        """Whether no absence is only said of a class of apps."""
        return not any(
            leader.status == "absent" and leader.certainty == "class" for leader in self.leaders
        )


def minis(connection: DuckDBPyConnection, until: date) -> Minis | None:
    """The newest worldwide list that was out on a day; None if there is none."""
    found = read(
        connection,
        Catalogue,
        """
        select
            month_start_on, as_of_on, drama_apps, game_apps,
            leaders_present, leaders_absent, leaders_unknown,
            unlock_price_low_usd, unlock_price_high_usd, unlock_price_has_lower_bound,
            monthly_price_low_usd, monthly_price_high_usd, discount_low_ratio, discount_high_ratio
        from marts.rpt_minis_landscape
        where list_contains($market, market) and as_of_on <= $until
        order by month_start_on desc
        limit 2
        """,
        market=WORLD,
        until=until,
    )
    if not found:
        return None
    leaders = read(
        connection,
        Leader,
        """
        select leader, status, certainty
        from marts.rpt_minis_leaders
        where month_start_on = $month and route = 'minis'
        order by leader
        """,
        month=found[0].month_start_on,
    )
    return Minis(now=found[0], before=found[1] if len(found) > 1 else None, leaders=leaders)


def search(connection: DuckDBPyConnection, until: date) -> Search | None:
    """The newest worldwide statement about searches for Minis that was out on a day."""
    return first(
        read(
            connection,
            Search,
            """
            select
                window_start_on, window_end_on, growth_pct, growth_is_lower_bound, in_top_100,
                published_on, compared_with
            from marts.fct_minis_search_interest
            where list_contains($market, market)
                and growth_pct is not null and published_on <= $until
            order by window_end_on desc, published_on desc, subject
            limit 1
            """,
            market=WORLD,
            until=until,
        )
    )
