"""What is needed beside what was seen, and what nobody knows: figures and sources, no advice."""

from collections.abc import Sequence
from decimal import Decimal

from shortdrama.reports.facts.breakeven import Needed
from shortdrama.reports.facts.entry import Entry, Weighed
from shortdrama.reports.facts.hashtags import Tag
from shortdrama.reports.facts.minis import Search
from shortdrama.reports.page import Figure, Lines, Phrase, Range, RangeChart
from shortdrama.reports.sentences.hashtags import name
from shortdrama.reports.sentences.minis import decades, needed_range
from shortdrama.reports.words.sources import source_name
from shortdrama.reports.words.voice import Voice


def reach(
    voice: Voice, needed: Sequence[Needed], seen: Sequence[Tag], entry: Entry
) -> Figure | None:
    """Reach that break-even needs by model, beside views that were seen, on one log scale."""
    wanted = [one for row in needed if (one := needed_range(voice, row)) is not None]
    if not wanted:
        return None
    observed = [
        Range(
            name=voice.t("reach.seen", tag=name(tag)),
            low=Decimal(tag.views),
            high=Decimal(tag.views),
            label=voice.f.count(tag.views),
        )
        for tag in seen
        if tag.views
    ]
    together = entry.figure("reach_observed", "tags of ", unit="views")
    if together is not None and together.value:
        label = voice.f.count(together.value)
        observed.append(
            Range(
                name=voice.t("reach.together"),
                low=together.value,
                high=None if together.is_lower_bound else together.value,
                label=voice.t("minis.and_more", price=label) if together.is_lower_bound else label,
            )
        )
    ranges = (*wanted, *observed)
    said = voice.t("semicolon").join(
        voice.t("sized", name=one.name, revenue=one.label) for one in ranges
    )
    return Figure(
        name="reach",
        title=_title(voice, needed, seen),
        alt=voice.t("reach.alt", list=said),
        chart=RangeChart(ranges, decades(voice, ranges), is_log=True),
        note=voice.t("reach.note"),
    )


def search(voice: Voice, found: Search | None) -> str:
    """How searches for Minis have grown, as far as the press says it."""
    if found is None:
        return ""
    key = "search.more" if found.growth_is_lower_bound else "search.said"
    text = voice.t(
        key,
        growth=voice.f.whole_pct(found.growth_pct),
        days=voice.f.days(found.window_start_on, found.window_end_on),
    )
    return text if found.in_top_100 is not False else text + voice.t("search.outside")


def statements(voice: Voice, entry: Entry, topics: Sequence[str], key: str) -> Lines | None:
    """Sentences of the sources on some topics; the source of most of them is told once."""
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
    return Lines(voice.t(key), lines, note=voice.t("source.note", source=usual))


def _source(voice: Voice, row: Weighed) -> str:
    """Whose statement it is, and if it is said of a class of apps."""
    day = voice.t("missing") if row.as_of_on is None else voice.f.day(row.as_of_on)
    source = source_name(row.source, voice.locale, voice.t("source.other", day=day))
    return voice.t("source.class", source=source) if row.certainty == "class" else source


def said(voice: Voice, row: Weighed) -> str:
    """A statement in the locale."""
    return (row.statement_zh if voice.locale == "zh" else row.statement_en) or ""


def _title(voice: Voice, needed: Sequence[Needed], seen: Sequence[Tag]) -> str:
    ads = [row for row in needed if row.revenue_model == "ad_share" and row.best is not None]
    if not ads or not seen or not seen[0].views:
        return voice.t("reach.title.plain")
    return voice.t(
        "reach.title",
        need=voice.f.count(ads[0].best or 0),
        tag=name(seen[0]),
        views=voice.f.count(seen[0].views),
    )
