"""How much of a month's revenue few apps take."""

from decimal import Decimal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, read
from shortdrama.reports.facts.scope import MARKET


class Shares(Frozen):
    """Concentration among apps in a month; None without revenue."""

    label: str
    earning_apps: int
    hhi: Decimal | None
    concentration_band: str | None
    cr3_pct: Decimal | None
    cr5_pct: Decimal | None
    cr10_pct: Decimal | None


class Concentration(Frozen):
    """A month and the month just before; shares of apps alone, so they are sums."""

    now: Shares
    before: Shares | None


def concentration(
    connection: DuckDBPyConnection, label: str, before: str | None
) -> Concentration | None:
    """The concentration of the market outside mainland China; None without revenue."""
    found = read(
        connection,
        Shares,
        """
        select
            period_label as label, earning_apps, hhi, concentration_band, cr3_pct, cr5_pct, cr10_pct
        from marts.rpt_market_concentration_monthly
        where (vendor, revenue_basis, geography) = ($vendor, $basis, $geography)
            and completeness_ratio = 1 and maturity = 'settled'
            and period_label in ($label, $before)
        """,
        **MARKET,
        label=label,
        before=before,
    )
    months = {month.label: month for month in found}
    now = months.get(label)
    if now is None or now.hhi is None:
        return None
    return Concentration(now=now, before=months.get(before or ""))
