"""How far the vendor moved its estimates after it had first said them."""

from datetime import date
from decimal import Decimal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, read
from shortdrama.reports.facts.scope import BASIS, VENDOR

MONTHS = 4
"""The month of the edition and the three before it."""


class Revision(Frozen):
    """The worldwide estimates of a month, mainland China included, first said and now."""

    month_start_on: date
    first_said_revenue_usd: Decimal
    newest_revenue_usd: Decimal
    revenue_revision_usd: Decimal
    revenue_revision_pct: Decimal | None
    downloads_revision_pct: Decimal | None


def revisions(connection: DuckDBPyConnection, month_start_on: date) -> tuple[Revision, ...]:
    """The last months up to the given one, the newest first."""
    return read(
        connection,
        Revision,
        """
        select
            month_start_on, first_said_revenue_usd, newest_revenue_usd, revenue_revision_usd,
            revenue_revision_pct, downloads_revision_pct
        from marts.rpt_estimate_revisions
        where (vendor, revenue_basis, geography_level) = ($vendor, $basis, 'world')
            and month_start_on <= $month
        order by month_start_on desc
        limit $months
        """,
        vendor=VENDOR,
        basis=BASIS,
        month=month_start_on,
        months=MONTHS,
    )
