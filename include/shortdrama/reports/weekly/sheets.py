"""The exact figures of an edition, for the workbook and for comparing two editions."""

from shortdrama.reports.facts.apps import Apps
from shortdrama.reports.facts.countries import Country
from shortdrama.reports.facts.market import Period
from shortdrama.reports.page import Sheet
from shortdrama.reports.weekly.content import WeeklyContent
from shortdrama.reports.words.publishers import publisher_name
from shortdrama.reports.words.voice import Voice


def sheets(v: Voice, content: WeeklyContent) -> tuple[Sheet, ...]:
    """The market, its apps, its countries and the quarter."""
    found = [
        market_sheet(v, "sheet.weeks", content.chart),
        *apps_sheet(v, content.apps),
        countries_sheet(v, content.countries),
    ]
    if content.quarter is not None:
        found.append(market_sheet(v, "sheet.quarter", (content.quarter,)))
    return tuple(found)


def market_sheet(v: Voice, name: str, periods: tuple[Period, ...]) -> Sheet:
    """One row per period."""
    keys = ("period", "from", "to", "revenue", "revenue_growth", "downloads", "downloads_growth",
            "per_download", "apps")  # fmt: skip
    return Sheet(
        v.t(name),
        tuple(v.t(f"column.{key}") for key in keys),
        tuple(
            (
                one.label, one.starts_on, one.ends_on, one.revenue_usd, one.revenue_growth_pct,
                one.downloads, one.downloads_growth_pct, one.revenue_per_download_usd,
                one.active_apps,
            )
            for one in periods
        ),
    )  # fmt: skip


def apps_sheet(v: Voice, apps: Apps) -> tuple[Sheet, ...]:
    """The ten apps of the table; nothing where they may not be passed on."""
    if not apps.top:
        return ()
    keys = ("rank", "app", "publisher", "revenue", "before", "change", "change_pct", "share",
            "downloads", "rank_before")  # fmt: skip
    rows = tuple(
        (
            app.rank, app.app_name, publisher_name(app.publisher or "", v.locale), app.revenue_usd,
            app.previous_usd, app.change_usd, app.change_pct, app.share_pct, app.downloads,
            app.previous_rank,
        )
        for app in apps.top
    )  # fmt: skip
    return (Sheet(v.t("sheet.apps"), tuple(v.t(f"column.{key}") for key in keys), rows),)


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
    return Sheet(v.t("sheet.countries"), tuple(v.t(f"column.{key}") for key in keys), rows)
