"""What a hurried reader takes along: a claim, a few figures, a sentence per section."""

from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import ValidationError

from shortdrama.market_page.model import Summary, Tile
from shortdrama.market_page.source import CHINA, MINE, OLDER, OURS, Source
from shortdrama.reports.facts.apps import apps
from shortdrama.reports.facts.concentration import concentration
from shortdrama.reports.facts.forecasts import PUBLISHER, newest_vintage
from shortdrama.reports.facts.hashtags import HOME
from shortdrama.reports.facts.market import COMPLETE, IN_MARKET, Market, market, period
from shortdrama.reports.facts.minis import PRESS, minis
from shortdrama.reports.facts.reconciliation import reconciliation
from shortdrama.reports.facts.scope import MARKET

OTHERS = 2


@dataclass
class _Draft:
    claim: str
    tiles: list[Tile] = field(default_factory=list)
    points: list[tuple[str, str]] = field(default_factory=list)


def summary(source: Source) -> Summary:
    """The newest complete month and what else the snapshot has; only what may be passed on.

    A sentence is left out if its marts are not in the snapshot, or have codes that the reports'
    facts do not know.
    """
    draft = _Draft(source.t("claim.none"))
    for part in (_estimates, _hashtags, _minis, _forecast, _checks):
        with suppress(*OLDER, ValidationError):
            part(source, draft)
    return Summary(draft.claim, tuple(draft.tiles), tuple(draft.points))


def _estimates(source: Source, draft: _Draft) -> None:
    now = _newest_month(source) if source.apps.aggregates else None
    if now is None:
        return
    for part in (_size, _leaders, _country, _shares):
        with suppress(*OLDER, ValidationError):
            part(source, draft, now)


def _newest_month(source: Source) -> Market | None:
    found = source.read(
        f"""
        select max_by(period_label, period_start_on) as label
        from marts.rpt_market_size_monthly
        where {IN_MARKET} and {COMPLETE}
        """,  # noqa: S608 - names of our own
        **MARKET,
    )
    label = found[0]["label"]
    now = period(source.connection, "monthly", str(label)) if label else None
    return market(source.connection, "monthly", now) if now else None


def _size(source: Source, draft: _Draft, found: Market) -> None:
    t, f, now = source.t, source.voice.f, found.now
    month, revenue = f.month(now.starts_on), f.usd(now.revenue_usd)
    change = source.voice.change(now.revenue_growth_pct).text
    key = "claim.alone" if now.revenue_growth_pct is None else "claim.change"
    draft.claim = t(key, period=month, revenue=revenue, change=change)
    draft.tiles += [
        Tile(t("tile.market", period=month), revenue, change),
        Tile(t("tile.loads", period=month), f.downloads(now.downloads),
             source.voice.change(now.downloads_growth_pct).text),
    ]  # fmt: skip
    said = t("point.size", period=month, revenue=revenue, change=change,
             downloads=f.downloads(now.downloads))  # fmt: skip
    draft.points.append((said, "size"))


def _leaders(source: Source, draft: _Draft, now: Market) -> None:
    top = apps(source.connection, "monthly", now).top if source.apps.rows else ()
    if not top or top[0].revenue_usd is None or top[0].share_pct is None:
        return
    t, f, (first, *rest) = source.t, source.voice.f, top
    share = f.pct(first.share_pct)  # type: ignore[arg-type]
    draft.tiles.append(Tile(t("tile.leader"), first.app_name, t("tile.of_market", share=share)))
    said = t(
        "point.leaders" if rest else "point.leader",
        leader=first.app_name,
        revenue=f.usd(first.revenue_usd),  # type: ignore[arg-type]
        share=share,
        others=f.listed([one.app_name for one in rest[:OTHERS]]) if rest else "",
    )
    draft.points.append((said, "leaders"))


def _country(source: Source, draft: _Draft, now: Market) -> None:
    found = source.read(
        f"""
        select country_code, revenue_share_pct
        from marts.rpt_country_monthly
        where {MINE} and country_code <> $china and period_label = $label and revenue_rank = 1
            and {COMPLETE} and revenue_share_pct is not null
        """,  # noqa: S608 - names of our own
        **OURS, china=CHINA, label=now.now.label,
    )  # fmt: skip
    if found:
        country = source.voice.f.country_said(str(found[0]["country_code"]))
        share = source.voice.f.pct(found[0]["revenue_share_pct"])  # type: ignore[arg-type]
        said = source.t("point.countries", country=source.voice.begins(country), share=share)
        draft.points.append((said, "countries"))


def _shares(source: Source, draft: _Draft, now: Market) -> None:
    found = concentration(source.connection, now.now.label, None)
    if found is None or found.now.cr3_pct is None or found.now.cr10_pct is None:
        return
    t, f = source.t, source.voice.f
    three, ten = f.pct(found.now.cr3_pct), f.pct(found.now.cr10_pct)
    if found.now.hhi is not None:
        hhi = t("tile.hhi", hhi=f.decimal(found.now.hhi, 0))
        draft.tiles.append(Tile(t("tile.top3"), three, hhi))
    draft.points.append((t("point.concentration", three=three, ten=ten), "concentration"))


def _hashtags(source: Source, draft: _Draft) -> None:
    if not source.hashtags.aggregates:
        return
    found = source.read(
        """
        select as_of_on, drama_views, game_views
        from marts.rpt_hashtag_momentum
        where country_code = $home and drama_views is not null and game_views is not null
        order by as_of_on desc
        limit 1
        """,
        home=HOME,
    )
    if found:
        f, row = source.voice.f, found[0]
        said = source.t(
            "point.hashtags",
            country=f.country_said(HOME),
            drama=f.count(row["drama_views"]),  # type: ignore[arg-type]
            games=f.count(row["game_views"]),  # type: ignore[arg-type]
            day=f.day(row["as_of_on"]),  # type: ignore[arg-type]
        )
        draft.points.append((said, "hashtags"))


def _minis(source: Source, draft: _Draft) -> None:
    until = source.snapshot.created_at.date()
    found = minis(source.connection, until) if source.quotable([PRESS]).allowed else None
    if found is None or found.now.drama_apps is None or found.now.game_apps is None:
        return
    t, now = source.t, found.now
    day = source.voice.f.day(now.as_of_on)
    detail = t("tile.games", games=now.game_apps, day=day)
    draft.tiles.append(Tile(t("tile.minis"), str(now.drama_apps), detail))
    said = t("point.minis", dramas=now.drama_apps, games=now.game_apps, day=day,
             absent=now.leaders_absent)  # fmt: skip
    draft.points.append((said, "minis"))


def _forecast(source: Source, draft: _Draft) -> None:
    vintage = newest_vintage(source.connection, source.snapshot.created_at.date())
    if vintage is None or not source.quotable([PUBLISHER]).allowed:
        return
    t, f, newest = source.t, source.voice.f, vintage.figures[-1]
    value = f.usd(newest.value_usd)
    label = t("tile.forecast", publisher=PUBLISHER, year=newest.year)
    draft.tiles.append(Tile(label, value, t("tile.gross")))
    said = t("point.forecasts", publisher=PUBLISHER, value=value, year=newest.year,
             published=f.day(vintage.published_on))  # fmt: skip
    draft.points.append((said, "forecasts"))


def _checks(source: Source, draft: _Draft) -> None:
    found = reconciliation(source.connection)
    if found.compared and source.apps.aggregates:
        said = source.t("point.reconciliation", compared=found.compared, off=found.off,
                        fit=found.match + found.bound_holds)  # fmt: skip
        draft.points.append((said, "reconciliation"))
