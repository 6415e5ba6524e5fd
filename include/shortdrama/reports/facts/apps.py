"""Which apps moved the market of a period, and by how much."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.market import IN_MARKET, Market
from shortdrama.reports.facts.rows import Frozen, read
from shortdrama.reports.facts.scope import MARKET

TOP = 10
PERCENT = Decimal("0.0001")
"""How exactly the marts say a percentage."""


class App(Frozen):
    """An app in a period and the period before; None where it has no figures."""

    app_name: str
    publisher: str | None
    rank: int | None
    previous_rank: int | None
    rank_change: int | None
    movement: Literal["entrant", "up", "down", "same", "exit"] | None
    universe_change: Literal["added", "removed"] | None
    revenue_usd: Decimal | None
    previous_usd: Decimal | None
    share_pct: Decimal | None
    downloads: int | None

    @property
    def change_usd(self) -> Decimal | None:
        """Change of its revenue; None if our list, and not the market, brought or took it."""
        if self.universe_change is not None or self.movement is None:
            return None
        if self.previous_usd is None and self.movement != "entrant":
            return None
        return (self.revenue_usd or Decimal(0)) - (self.previous_usd or Decimal(0))

    @property
    def change_pct(self) -> Decimal | None:
        """The same in percent of the period before; None without revenue there."""
        change = self.change_usd
        if change is None or self.previous_usd is None or self.previous_usd <= 0:
            return None
        return (100 * change / self.previous_usd).quantize(PERCENT, ROUND_HALF_UP)


class Apps(Frozen):
    """The apps of a period by rank, then those that left; empty where nothing may be shown."""

    apps: tuple[App, ...]

    @property
    def top(self) -> tuple[App, ...]:
        """The ten with the most revenue."""
        return tuple(app for app in self.apps if app.rank is not None and app.rank <= TOP)[:TOP]

    @property
    def entered(self) -> tuple[App, ...]:
        """Those of the ten that were not among them before, unless our list brought them."""
        return tuple(
            app
            for app in self.top
            if app.movement == "entrant" or (app.movement and (app.previous_rank or 0) > TOP)
        )

    @property
    def risers(self) -> tuple[tuple[App, Decimal], ...]:
        """Apps whose revenue rose, the largest rise first."""
        return tuple(sorted(self._changes(1), key=lambda pair: (-pair[1], pair[0].app_name)))

    @property
    def fallers(self) -> tuple[tuple[App, Decimal], ...]:
        """Apps whose revenue fell, the largest fall first."""
        return tuple(sorted(self._changes(-1), key=lambda pair: (pair[1], pair[0].app_name)))

    def _changes(self, sign: int) -> list[tuple[App, Decimal]]:
        changes = ((app, app.change_usd) for app in self.apps)
        return [(app, change) for app, change in changes if change and (change > 0) == (sign > 0)]


def apps(connection: DuckDBPyConnection, kind: Literal["weekly", "monthly"], now: Market) -> Apps:
    """The apps of a period beside the period before, without those that never earned in either."""
    before = now.before.label if now.before else None
    found = read(
        connection,
        App,
        f"""
        with
            here as (
                select * from marts.rpt_app_leaderboard_{kind}
                where {IN_MARKET} and period_label = $label
            ),
            earlier as (
                select app_id, revenue_usd, revenue_rank
                from marts.rpt_app_leaderboard_{kind}
                where {IN_MARKET} and period_label = $before and revenue_rank is not null
            )
        select
            here.app_name, here.publisher, here.revenue_rank as rank,
            earlier.revenue_rank as previous_rank, here.revenue_rank_change as rank_change,
            here.movement, here.universe_change, here.revenue_usd,
            earlier.revenue_usd as previous_usd, here.revenue_share_pct as share_pct, here.downloads
        from here
        left join earlier using (app_id)
        where here.revenue_usd <> 0 or earlier.revenue_usd <> 0
        order by here.revenue_rank nulls last, here.app_id
        """,  # noqa: S608 - names of our own
        **MARKET,
        label=now.now.label,
        before=before,
    )
    return Apps(apps=found)
