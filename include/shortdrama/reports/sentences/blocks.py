"""Blocks of lines that the weekly and the monthly report share."""

from collections.abc import Sequence
from datetime import date

from shortdrama.reports.facts.events import Event
from shortdrama.reports.facts.forecasts import Figure, Vintage
from shortdrama.reports.facts.market import Period
from shortdrama.reports.facts.reconciliation import Reconciliation
from shortdrama.reports.page import Lines, Phrase, direction
from shortdrama.reports.sentences.charts import event_title, event_when
from shortdrama.reports.words.formats import shown_pct
from shortdrama.reports.words.voice import Voice


def quarter(voice: Voice, found: Period) -> Lines:
    """The newest complete quarter: money first, then downloads and apps."""
    revenue = shown_pct(found.revenue_growth_pct)
    return Lines(
        voice.t("quarter.title", quarter=voice.f.quarter(found.starts_on)),
        (
            Phrase(
                voice.t("quarter.revenue", revenue=voice.f.usd(found.revenue_usd)),
                direction(revenue),
                detail=voice.change(found.revenue_growth_pct).text,
            ),
            Phrase(
                voice.t("quarter.downloads", downloads=voice.f.downloads(found.downloads)),
                direction(shown_pct(found.downloads_growth_pct)),
                detail=voice.change(found.downloads_growth_pct).text,
            ),
            Phrase(
                voice.counted(
                    "quarter.apps", found.active_apps, apps=voice.f.exact(found.active_apps)
                )
            ),
        ),
    )


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
            Phrase(event_title(voice, event), detail=event_when(voice, event)) for event in recent
        ),
    )


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


def reconciled_fact(voice: Voice, result: Reconciliation) -> str:
    """The same as one fact among others, when nothing is off."""
    if result.off or not result.compared:
        return ""
    return voice.t(
        "reconciliation.fine",
        consistent=voice.f.exact(result.consistent),
        compared=voice.f.exact(result.compared),
    )
