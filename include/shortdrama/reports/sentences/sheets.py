"""The exact figures of an edition, for its workbook and to compare two editions."""

from shortdrama.reports.facts.apps import Apps
from shortdrama.reports.facts.breakeven import Needed
from shortdrama.reports.facts.countries import Country
from shortdrama.reports.facts.market import Period
from shortdrama.reports.page import Sheet
from shortdrama.reports.words.publishers import publisher_name
from shortdrama.reports.words.voice import Voice


def headings(v: Voice, *keys: str) -> tuple[str, ...]:
    """The headings of columns, each with its unit."""
    return tuple(v.t(f"column.{key}") for key in keys)


def market_sheet(v: Voice, name: str, periods: tuple[Period, ...]) -> Sheet:
    """One row per period."""
    keys = ("period", "from", "to", "revenue", "revenue_growth", "downloads", "downloads_growth",
            "per_download", "apps")  # fmt: skip
    return Sheet(
        v.t(name),
        headings(v, *keys),
        tuple(
            (
                v.f.period_label(one.label), one.starts_on, one.ends_on, one.revenue_usd,
                one.revenue_growth_pct, one.downloads, one.downloads_growth_pct,
                one.revenue_per_download_usd,
                one.active_apps,
            )
            for one in periods
        ),
    )  # fmt: skip


def apps_sheet(v: Voice, apps: Apps) -> tuple[Sheet, ...]:
    """The ten apps of the table, and the two that moved most; nothing if none may be shown."""
    if not apps.top:
        return ()
    keys = ("rank", "app", "publisher", "revenue", "before", "change", "change_pct", "share",
            "downloads", "rank_before")  # fmt: skip
    moved = [app for app, _ in (*apps.risers[:1], *apps.fallers[:1]) if app not in apps.top]
    rows = tuple(
        (
            app.rank, app.app_name, publisher_name(app.publisher or "", v.locale), app.revenue_usd,
            app.previous_usd, app.change_usd, app.change_pct, app.share_pct, app.downloads,
            app.previous_rank,
        )
        for app in (*apps.top, *moved)
    )  # fmt: skip
    return (Sheet(v.t("sheet.apps"), headings(v, *keys), rows),)


def countries_sheet(v: Voice, countries: tuple[Country, ...]) -> Sheet:
    """Every asked country that is complete."""
    keys = ("country", "revenue", "before", "change", "revenue_growth", "share", "downloads")
    rows = tuple(
        (
            v.f.country(row.country_code), row.revenue_usd, row.previous_usd, row.change_usd,
            row.growth_pct, row.share_pct, row.downloads,
        )
        for row in countries
    )  # fmt: skip
    return Sheet(v.t("sheet.countries", count=len(countries)), headings(v, *keys), rows)


def breakeven_sheet(v: Voice, rows: tuple[Needed, ...]) -> Sheet:
    """What each revenue model needs, in its own unit."""
    return Sheet(
        v.t("sheet.breakeven"),
        headings(v, "needed", "best", "base", "worst"),
        tuple((v.t(f"needed.{row.revenue_model}"), row.best, row.base, row.worst) for row in rows),
    )
