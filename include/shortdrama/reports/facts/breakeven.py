"""How many viewers or views a drama in Minis must find to earn its production cost."""

from decimal import Decimal
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen, read

Model = Literal["paid_unlock", "subscription", "ad_share"]


class Needed(Frozen):
    """What a revenue model needs: at best, in the base scenario, at worst.

    None: at that end a unit brings nothing, so that no number of them is enough.
    `moved_assumption` is the assumption whose range moves the result most.
    """

    revenue_model: Model
    best: int | None
    base: int | None
    worst: int | None
    moved_assumption: str | None
    cost_low_usd: Decimal
    cost_high_usd: Decimal


class Assumption(Frozen):
    """A number that break-even rests on, from low to high, and which ends somebody published."""

    assumption_id: str
    unit: Literal["USD", "ratio"]
    low: Decimal
    high: Decimal
    low_certainty: Literal["published", "assumption"]
    high_certainty: Literal["published", "assumption"]

    @property
    def certainty(self) -> Literal["published", "partly", "guessed"]:
        """How far others stand behind it."""
        published = (self.low_certainty, self.high_certainty).count("published")
        return {0: "guessed", 1: "partly", 2: "published"}[published]  # type: ignore[return-value]


def assumptions(connection: DuckDBPyConnection) -> tuple[Assumption, ...]:
    """What the models assume, by name."""
    return read(
        connection,
        Assumption,
        """
        select assumption_id, unit, low, high, low_certainty, high_certainty
        from marts.dim_monetisation_assumption
        order by assumption_id
        """,
    )


def breakeven(connection: DuckDBPyConnection) -> tuple[Needed, ...]:
    """The three models; all of it is arithmetic on assumptions and no measurement."""
    return read(
        connection,
        Needed,
        """
        select
            revenue_model,
            min(break_even_units) as best,
            max(case when scenario_id = revenue_model || '.base' then break_even_units end) as base,
            case when count(*) = count(break_even_units) then max(break_even_units) end as worst,
            max(case when sensitivity_rank = 1 then moved_assumption end) as moved_assumption,
            min(production_cost_usd) as cost_low_usd,
            max(production_cost_usd) as cost_high_usd
        from marts.rpt_monetisation_breakeven
        group by revenue_model
        order by list_position(['paid_unlock', 'subscription', 'ad_share'], revenue_model)
        """,
    )
