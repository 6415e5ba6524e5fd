"""Which countries moved the market of a period, and by how much."""

from decimal import Decimal
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.market import COMPLETE, Market
from shortdrama.reports.facts.rows import Frozen, read
from shortdrama.reports.facts.scope import MARKET


class Country(Frozen):
    """A country outside mainland China in a period; growth compares the same apps."""

    country_code: str
    revenue_usd: Decimal
    previous_usd: Decimal | None
    universe_change_usd: Decimal | None
    share_pct: Decimal | None
    growth_pct: Decimal | None
    downloads: int

    @property
    def change_usd(self) -> Decimal | None:
        """Change of its revenue, without apps that our list added or removed."""
        if self.previous_usd is None or self.growth_pct is None:
            return None
        return self.revenue_usd - self.previous_usd - (self.universe_change_usd or 0)


def countries(
    connection: DuckDBPyConnection, kind: Literal["weekly", "monthly"], now: Market
) -> tuple[Country, ...]:
    """The asked countries that are complete in the period, the largest revenue first."""
    return read(
        connection,
        Country,
        f"""
        select
            here.geography as country_code, here.revenue_usd,
            earlier.revenue_usd as previous_usd,
            here.universe_change_revenue_usd as universe_change_usd,
            here.revenue_share_pct as share_pct, here.revenue_growth_pct as growth_pct,
            here.downloads
        from marts.rpt_market_size_{kind} as here
        left join marts.rpt_market_size_{kind} as earlier
            on (earlier.vendor, earlier.revenue_basis, earlier.geography, earlier.period_label)
                = (here.vendor, here.revenue_basis, here.geography, $before)
            and earlier.completeness_ratio = 1 and earlier.maturity = 'settled'
        where (here.vendor, here.revenue_basis) = ($vendor, $basis)
            and here.geography_level = 'country'
            and here.geography <> 'CN'
            and here.period_label = $label
            and here.{COMPLETE.replace(" and ", " and here.")}
        order by here.revenue_usd desc, here.geography
        """,  # noqa: S608 - names of our own
        vendor=MARKET["vendor"],
        basis=MARKET["basis"],
        label=now.now.label,
        before=now.before.label if now.before else None,
    )


def by_change(rows: tuple[Country, ...]) -> tuple[tuple[Country, Decimal], ...]:
    """Countries with a known change above or below zero, the largest first, in either direction."""
    changes = ((row, row.change_usd) for row in rows)
    known = [(row, change) for row, change in changes if change]
    return tuple(sorted(known, key=lambda pair: (-abs(pair[1]), pair[0].country_code)))
