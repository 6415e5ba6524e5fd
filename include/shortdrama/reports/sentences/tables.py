"""Leaders and countries as tables short enough for a phone."""

from collections.abc import Sequence
from decimal import Decimal

from shortdrama.reports.facts.apps import App, Apps
from shortdrama.reports.facts.countries import Country
from shortdrama.reports.facts.vendors import Vendor
from shortdrama.reports.page import Lines, Phrase, Table
from shortdrama.reports.words.publishers import publisher_name
from shortdrama.reports.words.voice import Voice

COUNTRY_ROWS = 5


def leaders(voice: Voice, apps: Apps) -> Table:
    """The ten apps with the most revenue; a place gained or lost stands small below the place."""
    shares = [app.share_pct for app in apps.top]
    note = ""
    if shares and all(share is not None for share in shares):
        total = sum((share for share in shares if share is not None), Decimal(0))
        note = voice.t("leaders.note", share=voice.f.pct(total))
    if any(app.rank_change for app in apps.top):
        note = voice.sentences([note, voice.t("leaders.note.ranks")])
    return Table(
        title=voice.counted("leaders.title", len(apps.top)),
        headings=_headings(voice, "leaders.app"),
        rows=tuple(_leader(voice, app) for app in apps.top),
        none=voice.t("leaders.none"),
        note=note,
    )


def withheld_leaders(voice: Voice, vendor: Vendor) -> Lines:
    """Said instead of the table where figures of single apps may not be passed on."""
    text = voice.t("apps.withheld", vendor=vendor.vendor)
    return Lines(voice.t("leaders.title.none"), (Phrase(text),))


def countries(voice: Voice, rows: Sequence[Country]) -> Table:
    """The countries with the most revenue."""
    top = rows[:COUNTRY_ROWS]
    return Table(
        title=voice.counted("countries.title", len(top)),
        headings=_headings(voice, "countries.country"),
        rows=tuple(
            (
                Phrase(str(place)),
                Phrase(voice.f.country(row.country_code)),
                Phrase(voice.f.table_usd(row.revenue_usd)),
                Phrase(voice.t("missing") if row.share_pct is None else voice.f.pct(row.share_pct)),
                voice.cell(row.growth_pct),
            )
            for place, row in enumerate(top, start=1)
        ),
        none=voice.t("countries.none"),
    )


def _headings(voice: Voice, name: str) -> tuple[str, ...]:
    return tuple(
        voice.t(key)
        for key in ("heading.rank", name, "heading.usd", "heading.share", "heading.change")
    )


def _leader(voice: Voice, app: App) -> tuple[Phrase, ...]:
    change = app.rank_change or 0
    mark = f"{'▲' if change > 0 else '▼'}{abs(change)}" if change else ""
    return (
        Phrase(str(app.rank), detail=mark),  # without a direction: the mark has its own sign
        Phrase(app.app_name, detail=publisher_name(app.publisher or "", voice.locale)),
        Phrase(voice.f.table_usd(app.revenue_usd or 0)),
        Phrase(voice.t("missing") if app.share_pct is None else voice.f.pct(app.share_pct)),
        _moved(voice, app),
    )


def _moved(voice: Voice, app: App) -> Phrase:
    if app.movement == "entrant":
        return Phrase(voice.t("leaders.new"), "up")
    return voice.cell(app.change_pct)
