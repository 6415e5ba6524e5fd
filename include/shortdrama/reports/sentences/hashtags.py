"""Hashtags: which gained or lost views, by how much, and games beside dramas."""

from collections.abc import Sequence
from decimal import Decimal

from shortdrama.reports.facts.hashtags import MINIS_TAGS, Tag
from shortdrama.reports.page import Bar, BarChart, Figure, Phrase, Table, direction
from shortdrama.reports.words.formats import shown_pct
from shortdrama.reports.words.voice import Voice

MOST_BARS = 10
MOST_ROWS = 8
NAMED = 2


def name(tag: Tag) -> str:
    """A hashtag with its sign."""
    return f"#{tag.hashtag_name}"


def kind(voice: Voice, tag: Tag) -> str:
    """What a hashtag is about; that of Minis is about both kinds."""
    return voice.t("kind.minis" if tag.hashtag_name == MINIS_TAGS[0] else f"kind.{tag.kind}")


def leading(tags: Sequence[Tag]) -> Tag:
    """The hashtag to begin with: one that broke out, else the one whose views changed most.

    Without any change that is known, the one with the most views.
    """
    broke_out = [tag for tag in tags if tag.is_breakout]
    changed = [tag for tag in broke_out or tags if tag.change_7d_pct is not None]
    if changed:
        return max(
            changed, key=lambda tag: (abs(tag.change_7d or 0), tag.views or 0, tag.hashtag_name)
        )
    return max(tags, key=lambda tag: (tag.views or 0, tag.hashtag_name))


def moved(voice: Voice, tags: Sequence[Tag]) -> str:
    """Which hashtags gained and lost most views."""
    known = sorted(
        (tag for tag in tags if shown_pct(tag.change_7d_pct)),
        key=lambda tag: (-abs(tag.change_7d or 0), tag.hashtag_name),
    )
    up = [tag for tag in known if (tag.change_7d_pct or 0) > 0][:NAMED]
    down = [tag for tag in known if (tag.change_7d_pct or 0) < 0][:NAMED]
    parts = []
    if up:
        parts.append(voice.t("tags.up", list=_changes(voice, up)))
    if down:
        parts.append(voice.t("tags.down", list=_changes(voice, down)))
    broke_out = [name(tag) for tag in tags if tag.is_breakout]
    if broke_out:
        parts.append(voice.t("tags.breakout", list=voice.f.listed(broke_out)))
    is_known = any(tag.change_7d_pct is not None for tag in tags)
    return voice.t("semicolon").join(parts) or voice.t("tags.still" if is_known else "tags.unknown")


def seen(voice: Voice, tags: Sequence[Tag]) -> str:
    """Views of some hashtags in seven days: `#minisgames 84.9K, #minisshorts 30.1K`."""
    return voice.t("enumeration").join(
        voice.t("sized", name=name(tag), revenue=voice.t("views", views=_views(voice, tag)))
        for tag in tags
    )


def momentum(
    voice: Voice, tags: Sequence[Tag], always: Sequence[Tag], country: str
) -> Figure | None:
    """The change of hashtags over seven days, the largest gain first.

    Of many these are shown: what broke out, `always`, and then those whose views changed most.
    """
    known = [(tag, shown) for tag in tags if (shown := shown_pct(tag.change_7d_pct)) is not None]
    if not any(change for _, change in known):
        return None
    chosen = sorted(
        known,
        key=lambda pair: (
            not pair[0].is_breakout,
            pair[0] not in always,
            -abs(pair[0].change_7d or 0),
            pair[0].hashtag_name,
        ),
    )[:MOST_BARS]
    chosen.sort(key=lambda pair: (-pair[1], pair[0].hashtag_name))
    bars = tuple(
        Bar(
            name=name(tag),
            value=change,
            label=voice.f.pct_change(change),
            change=_views(voice, tag),
            direction=direction(change),
            tone="up" if change > 0 else "down" if change < 0 else "muted",
        )
        for tag, change in chosen
    )
    gained = sum(change > 0 for _, change in known)
    return Figure(
        name="momentum",
        title=voice.counted("momentum.title", len(known), gained=gained),
        alt=voice.t(
            "momentum.alt",
            list=voice.t("enumeration").join(
                voice.t("named", name=bar.name, change=bar.label) for bar in bars
            ),
        ),
        chart=BarChart(bars),
        note=voice.t("momentum.note", country=country),
    )


def table(voice: Voice, tags: Sequence[Tag], always: Sequence[Tag], country: str) -> Table:
    """The hashtags with the most views and those of `always`, with their changes."""
    placed = [
        (place, tag)
        for place, tag in enumerate(tags, start=1)
        if place <= MOST_ROWS or tag in always
    ]
    loudest = [tag for tag in tags if tag.share_of_voice_pct is not None]
    note = ""
    if loudest:
        share = voice.f.pct(loudest[0].share_of_voice_pct or Decimal(0))
        note = voice.t("tags.note", tag=name(loudest[0]), share=share)
    return Table(
        title=voice.t("tags.title", country=country),
        headings=tuple(
            voice.t(key)
            for key in ("heading.rank", "tags.tag", "tags.views", "tags.week", "tags.four_weeks")
        ),
        rows=tuple(
            (
                Phrase(str(place)),
                Phrase(name(tag), detail=kind(voice, tag)),
                Phrase(_views(voice, tag)),
                voice.cell(tag.change_7d_pct),
                voice.cell(tag.change_28d_pct),
            )
            for place, tag in placed
        ),
        none=voice.t("tags.none"),
        note=note,
    )


def by_country(voice: Voice, tags: Sequence[Tag]) -> Table:
    """What drama and game hashtags were seen in each country; countries are not added up."""
    first = {tag.country_code: tag for tag in reversed(tags)}
    rows = sorted(first.values(), key=lambda tag: (-(tag.drama_views or 0), tag.country_code))
    missing = voice.t("missing")
    return Table(
        title=voice.t("voices.title"),
        headings=tuple(
            voice.t(key)
            for key in ("heading.rank", "voices.country", "voices.drama", "voices.game")
        ),
        rows=tuple(
            (
                Phrase(str(place)),
                Phrase(voice.f.country(tag.country_code)),
                Phrase(missing if tag.drama_views is None else voice.f.count(tag.drama_views)),
                Phrase(missing if tag.game_views is None else voice.f.count(tag.game_views)),
            )
            for place, tag in enumerate(rows, start=1)
        ),
        none=voice.t("tags.none"),
        note=voice.t("voices.note"),
    )


def _changes(voice: Voice, tags: Sequence[Tag]) -> str:
    return voice.t("enumeration").join(
        voice.t("named", name=name(tag), change=voice.change(tag.change_7d_pct).text)
        for tag in tags
    )


def _views(voice: Voice, tag: Tag) -> str:
    return voice.t("missing") if tag.views is None else voice.f.count(tag.views)
