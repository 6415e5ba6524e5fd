"""Blocks of lines that the weekly and the monthly report share."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from shortdrama.reports.facts.events import Event
from shortdrama.reports.facts.forecasts import Figure, Vintage
from shortdrama.reports.facts.market import Period
from shortdrama.reports.facts.reconciliation import Reconciliation
from shortdrama.reports.page import Lines, Phrase, Point
from shortdrama.reports.sentences.charts import event_title, event_when
from shortdrama.reports.words.sources import source_name
from shortdrama.reports.words.voice import Voice


def quarter(voice: Voice, found: Period) -> Lines:
    """The newest complete quarter: money first, then downloads and apps."""
    revenue = voice.t("quarter.revenue", revenue=voice.f.usd(found.revenue_usd))
    downloads = voice.t("quarter.downloads", downloads=voice.f.downloads(found.downloads))
    return Lines(
        voice.t("quarter.title", quarter=voice.f.quarter(found.starts_on)),
        (
            Phrase(_changed(voice, revenue, found.revenue_growth_pct, "quarter.change")),
            Phrase(_changed(voice, downloads, found.downloads_growth_pct, "quarter.change")),
            Phrase(
                voice.counted(
                    "quarter.apps", found.active_apps, apps=voice.f.exact(found.active_apps)
                )
            ),
        ),
    )


def quarter_point(voice: Voice, found: Period) -> Point:
    """The same as one sentence of the answer."""
    text = voice.t(
        "quarter.said",
        quarter=voice.f.quarter(found.starts_on),
        revenue=voice.f.usd(found.revenue_usd),
    )
    text = _changed(voice, text, found.revenue_growth_pct, "quarter.said.change")
    return Point(voice.t("quarter.lead"), voice.sentence([text]))


def _changed(voice: Voice, text: str, growth_pct: Decimal | None, key: str) -> str:
    """A figure with its change, if there is one to compare with."""
    if growth_pct is None:
        return text
    return text + voice.t("comma") + voice.t(key, change=voice.change(growth_pct).text)


def vintage(voice: Voice, found: Vintage) -> Lines:
    """What the newest forecast for the world says, China included, and how to read its money."""
    years = voice.t("enumeration").join(forecast(voice, figure) for figure in found.figures)
    lines = [voice.t("omdia.years", years=years)]
    if found.fast is not None:
        lines.append(
            voice.t(
                "omdia.fast",
                year=found.fast.year,
                ratio=voice.f.decimal(found.fast.ratio, 1),
                published=voice.f.day(found.fast.fast_published_on),
            )
        )
    newest = found.figures[-1]
    basis = voice.t(f"basis.{newest.value_basis}.{newest.basis_evidence}")
    note = voice.t("omdia.note", published=voice.f.day(found.published_on), basis=basis)
    return Lines(
        voice.t("omdia.title", publisher=found.publisher), tuple(map(Phrase, lines)), note=note
    )


def forecast(voice: Voice, figure: Figure) -> str:
    """`US$14B in 2026 (forecast)`."""
    return voice.t(
        f"omdia.year.{figure.value_kind}",
        year=figure.year,
        value=voice.f.usd(figure.value_usd),
    )


def happened(voice: Voice, events: Sequence[Event], start: date) -> Lines | None:
    """What happened from a day on, with its date."""
    recent = [event for event in events if event.ends_on >= start]
    if not recent:
        return None
    return Lines(
        voice.t("events.title"),
        tuple(
            Phrase(
                voice.t(
                    "events.line", when=event_when(voice, event), title=event_title(voice, event)
                )
            )
            for event in recent
        ),
        note=voice.t("events.note"),
    )


def event_sources(voice: Voice, events: Sequence[Event], start: date) -> list[str]:
    """Who says what `happened` tells."""
    return [
        source_name(
            event.source, voice.locale, voice.t("source.other", day=event_when(voice, event))
        )
        for event in events
        if event.ends_on >= start
    ]


def reconciled(voice: Voice, result: Reconciliation, *, is_sample: bool) -> Lines | None:
    """Published figures that ours contradict; nothing when there are none."""
    if not result.off:
        return None
    title = voice.t("reconciliation.title.sample" if is_sample else "reconciliation.title")
    line = voice.t(
        "reconciliation.off",
        off=voice.f.exact(result.off),
        compared=voice.f.exact(result.compared),
    )
    return Lines(title, (Phrase(line),))


def reconciled_fact(voice: Voice, result: Reconciliation, *, is_sample: bool) -> str:
    """How many published figures were checked, with which results, as one fact among others."""
    if not result.compared:
        return ""
    off = voice.t("reconciliation.none_off")
    if result.off:
        off = voice.t("reconciliation.some_off", count=voice.f.exact(result.off))
    counts = voice.t(
        "reconciliation.counts",
        compared=voice.f.exact(result.compared),
        match=voice.f.exact(result.match),
        bound=voice.f.exact(result.bound_holds),
        off=off,
        rest=voice.f.exact(result.unchecked),
    )
    return voice.t("reconciliation.sample", counts=counts) if is_sample else counts
