"""What publishers say about years of the market, and what can be set beside it."""

from datetime import date
from decimal import Decimal
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, first, read

PUBLISHER = "Omdia"
Kind = Literal["actual", "estimate", "forecast"]


class Figure(Frozen):
    """What a publisher says about one year."""

    year: int
    value_usd: Decimal
    value_kind: Kind
    value_basis: str
    basis_evidence: str


class FastRatio(Frozen):
    """Microdrama revenue ÷ revenue of FAST channels, which may be from an older vintage."""

    year: int
    ratio: Decimal
    fast_published_on: date


class Vintage(Frozen):
    """The newest vintage of a publisher's forecast for the world, China included."""

    publisher: str
    published_on: date
    figures: tuple[Figure, ...]
    fast: FastRatio | None


class Context(Frozen):
    """A forecast of a year beside our run-rate; `reason` says why they cannot be compared."""

    publisher: str
    published_on: date
    geography: str
    year: int
    value_kind: Kind
    forecast_usd: Decimal
    our_months: int
    our_run_rate_usd: Decimal | None
    comparable: bool
    reason: str | None
    difference_pct: Decimal | None


class _Published(Figure):
    published_on: date


def newest_vintage(connection: DuckDBPyConnection, known_by: date) -> Vintage | None:
    """Omdia's newest vintage for the world that was out on a day; FAST may be from an older one."""
    scope = {"publisher": PUBLISHER, "geography": "World", "segment": "microdramas"}
    figures = read(
        connection,
        _Published,
        """
        select
            published_on, year, value as value_usd, value_kind, value_basis, basis_evidence
        from marts.fct_market_forecasts
        where (publisher, geography, segment) = ($publisher, $geography, $segment)
            and metric = 'revenue'
            and unit = 'USD'
            and published_on <= $known_by
        qualify published_on = max(published_on) over ()
        order by year
        """,
        **scope,
        known_by=known_by,
    )
    if not figures:
        return None
    ratio = read(
        connection,
        FastRatio,
        """
        select year, ratio_to_fast as ratio, fast_published_on
        from marts.rpt_forecast_revisions
        where (publisher, geography, segment) = ($publisher, $geography, $segment)
            and metric = 'revenue'
            and ratio_to_fast is not null
            and published_on = $published_on
        order by year desc
        limit 1
        """,
        **scope,
        published_on=figures[0].published_on,
    )
    return Vintage(
        publisher=PUBLISHER,
        published_on=figures[0].published_on,
        figures=tuple(Figure.model_validate(figure) for figure in figures),
        fast=first(ratio),
    )


def context(
    connection: DuckDBPyConnection, geographies: tuple[str, ...], known_by: date
) -> tuple[Context, ...]:
    """The newest vintages about microdramas that were out on a day, by geography and year."""
    return read(
        connection,
        Context,
        """
        select
            publisher, published_on, geography, year, value_kind, forecast_usd,
            our_months, our_run_rate_usd, comparable, reason, difference_pct
        from marts.rpt_forecast_context
        where segment = 'microdramas'
            and is_newest_vintage
            and list_contains($geographies, geography)
            and published_on <= $known_by
        order by list_position($geographies, geography), year, publisher
        """,
        geographies=list(geographies),
        known_by=known_by,
    )
