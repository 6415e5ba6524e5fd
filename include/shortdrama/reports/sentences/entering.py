"""What is needed beside what was seen, and what nobody knows: figures and sources, no advice."""

from collections.abc import Sequence
from decimal import Decimal

from shortdrama.reports.facts.entry import Entry, Weighed
from shortdrama.reports.facts.hashtags import Tag
from shortdrama.reports.facts.minis import Search
from shortdrama.reports.page import Bar, BarChart, Figure, Lines, Phrase
from shortdrama.reports.sentences.hashtags import name
from shortdrama.reports.words.sources import source_name
from shortdrama.reports.words.voice import Voice


def reach(voice: Voice, seen: Sequence[Tag], country: str) -> Figure | None:
    """How far the hashtags of Minis are from that of the format, on one scale."""
    bars = tuple(
        Bar(name=name(tag), value=Decimal(tag.views), label=voice.f.count(tag.views))
        for tag in seen
        if tag.views
    )
    if len(bars) < 2:
        return None
    said = [voice.t("sized", name=bar.name, revenue=bar.label) for bar in bars]
    return Figure(
        name="reach",
        title=voice.t("reach.title", country=country, own=said[0], whole=said[-1]),
        alt=voice.t("reach.alt", country=country, list=voice.t("enumeration").join(said)),
        chart=BarChart(bars),
        note=voice.t("reach.note", country=country),
    )


def all_time(voice: Voice, entry: Entry) -> Phrase | None:
    """What the press says of all views of the hashtags of Minis, with its source."""
    row = entry.figure("reach_observed", "tags of ", unit="views")
    if row is None or not row.value:
        return None
    more = voice.t("reach.more") if row.is_lower_bound else ""
    text = voice.t("reach.together", views=voice.f.count(row.value), more=more)
    return Phrase(text, detail=_source(voice, row))


def search(voice: Voice, found: Search | None) -> str:
    """How searches for Minis have grown, as far as the press says it."""
    if found is None:
        return ""
    base = source_name(found.compared_with or "", voice.locale, "")
    key = "search.more" if found.growth_is_lower_bound else "search.said"
    text = voice.t(
        key,
        growth=voice.f.whole_pct(found.growth_pct),
        base=voice.t("search.base", base=base) if base else "",
        days=voice.f.days(found.window_start_on, found.window_end_on),
    )
    return text if found.in_top_100 is not False else text + voice.t("search.outside")


def statements(
    voice: Voice,
    entry: Entry,
    topics: Sequence[str],
    key: str,
    *,
    figure: Phrase | None = None,
) -> Lines | None:
    """Sentences of the sources on some topics; the source of most of them is told once.

    `figure` is a line of its own before them.
    """
    rows = [row for topic in topics for row in entry.statements(topic) if said(voice, row)]
    if not rows:
        return None
    sources = [_source(voice, row) for row in rows]
    usual = max(sources, key=sources.count)
    lines = tuple(
        Phrase(said(voice, row))
        if source == usual
        else Phrase(said(voice, row).rstrip(".。"), detail=source)
        for row, source in zip(rows, sources, strict=True)
    )
    lines = (figure, *lines) if figure is not None else lines
    return Lines(voice.t(key), lines, note=voice.t("source.note", source=usual))


def _source(voice: Voice, row: Weighed) -> str:
    """Whose statement it is, and if it is said of a class of apps."""
    day = voice.t("missing") if row.as_of_on is None else voice.f.day(row.as_of_on)
    source = source_name(row.source, voice.locale, voice.t("source.other", day=day))
    return voice.t("source.class", source=source) if row.certainty == "class" else source


def said(voice: Voice, row: Weighed) -> str:
    """A statement in the locale."""
    return (row.statement_zh if voice.locale == "zh" else row.statement_en) or ""
