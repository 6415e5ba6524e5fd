"""Hashtags: which gained or lost views, by how much, and games beside dramas."""

from collections.abc import Sequence
from itertools import pairwise

from shortdrama.reports.facts.hashtags import FORMAT_TAG, MINIS_TAGS, Tag
from shortdrama.reports.page import Bar, BarChart, Figure, Phrase, Table
from shortdrama.reports.words.formats import shown_pct
from shortdrama.reports.words.voice import Voice

MOST_BARS = 10
MOST_ROWS = 7
NAMED = 2


def name(tag: Tag) -> str:
    """A hashtag with its sign."""
    return f"#{tag.hashtag_name}"


def kind(voice: Voice, tag: Tag) -> str:
    """What a hashtag is about; that of Minis is about both kinds."""
    return voice.t("kind.minis" if tag.hashtag_name == MINIS_TAGS[0] else f"kind.{tag.kind}")


def leading(tags: Sequence[Tag]) -> Tag:
    """The hashtag of the headline: Minis' own, else the format's, else the one seen most."""
    by_name = {tag.hashtag_name: tag for tag in tags}
    own = by_name.get(MINIS_TAGS[0]) or by_name.get(FORMAT_TAG)
    return own or max(tags, key=lambda tag: (tag.views or 0, tag.hashtag_name))


def mover(tags: Sequence[Tag]) -> Tag | None:
    """The hashtag that broke out, else the one whose views changed most; None without changes."""
    broke_out = [tag for tag in tags if tag.is_breakout]
    changed = [tag for tag in broke_out or tags if shown_pct(tag.change_7d_pct)]
    return max(changed, key=_size, default=None)


def _size(tag: Tag) -> tuple[int, str]:
    return abs(tag.change_7d or 0), tag.hashtag_name


def moved(voice: Voice, tags: Sequence[Tag]) -> str:
    """The biggest mover with what it came from, then which others gained and lost most views."""
    most = mover(tags)
    if most is None:
        is_known = any(tag.change_7d_pct is not None for tag in tags)
        return voice.t("tags.still" if is_known else "tags.unknown")
    first = voice.t(
        "mover",
        tag=name(most),
        change=voice.change(most.change_7d_pct).text,
        before=voice.f.count(most.before or 0),
        views=_views(voice, most),
    )
    others = sorted(
        (tag for tag in tags if shown_pct(tag.change_7d_pct) and tag is not most),
        key=lambda tag: (-abs(tag.change_7d or 0), tag.hashtag_name),
    )
    others = [tag for tag in others if tag.hashtag_name not in MINIS_TAGS]
    up = [tag for tag in others if (tag.change_7d_pct or 0) > 0][:NAMED]
    down = [tag for tag in others if (tag.change_7d_pct or 0) < 0][:NAMED]
    parts = [first]
    parts += [voice.t("tags.up", list=_changes(voice, up))] if up else []
    parts += [voice.t("tags.down", list=_changes(voice, down))] if down else []
    return voice.t("semicolon").join(parts)


def gained(tags: Sequence[Tag]) -> tuple[int, int]:
    """How many hashtags gained views, of how many whose change is known."""
    known = [shown for tag in tags if (shown := shown_pct(tag.change_7d_pct)) is not None]
    return sum(change > 0 for change in known), len(known)


def seen(voice: Voice, tags: Sequence[Tag]) -> str:
    """Views of some hashtags in seven days and their changes: `#minisgames 84.9K (+21.7%)`."""
    texts = []
    for tag in tags:
        views = voice.t("views", views=_views(voice, tag))
        text = voice.t("sized", name=name(tag), revenue=views)
        if tag.change_7d_pct is not None:
            text += voice.in_brackets(voice.change(tag.change_7d_pct).text)
        texts.append(text)
    return voice.t("enumeration").join(texts)


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
            tone="up" if change > 0 else "down" if change < 0 else "muted",
        )
        for tag, change in chosen
    )
    up, count = gained(tags)
    note = voice.t("momentum.note", country=country)
    if len(bars) < count:
        note = voice.sentences([note, voice.t("momentum.some", shown=len(bars), count=count)])
    return Figure(
        name="momentum",
        title=voice.counted("momentum.title", count, gained=up),
        alt=voice.t(
            "momentum.alt",
            list=voice.t("enumeration").join(
                voice.t("named", name=bar.name, change=bar.label) for bar in bars
            ),
        ),
        chart=BarChart(bars),
        note=note,
    )


def table(voice: Voice, tags: Sequence[Tag], always: Sequence[Tag], country: str) -> Table:
    """The hashtags with the most views and those of `always`, with their changes."""
    shown = [*always, *([most] if (most := mover(tags)) else [])]
    placed = [
        (place, tag)
        for place, tag in enumerate(tags, start=1)
        if place <= MOST_ROWS or tag in shown
    ]
    note = voice.sentences([voice.t("tags.note"), _skipped(voice, [place for place, _ in placed])])
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


def by_country(voice: Voice, tags: Sequence[Tag]) -> Table | None:
    """The hashtag of Minis and that of the format in each country; nothing is added up."""
    names = (MINIS_TAGS[0], FORMAT_TAG)
    found = {(tag.country_code, tag.hashtag_name): tag for tag in tags if tag.hashtag_name in names}
    if not found:
        return None
    rows = [
        (code, [found.get((code, one)) for one in names])
        for code in dict.fromkeys(code for code, _ in found)
    ]
    rows.sort(key=lambda row: [-((tag.views if tag else None) or 0) for tag in row[1]])
    return Table(
        title=voice.t("voices.title", own=f"#{names[0]}", whole=f"#{names[1]}"),
        headings=(
            voice.t("heading.rank"),
            voice.t("voices.country"),
            voice.t("voices.own"),
            voice.t("voices.whole"),
        ),
        rows=tuple(
            (
                Phrase(str(place)),
                Phrase(voice.f.country(code)),
                *(Phrase(_views(voice, tag) if tag else voice.t("missing")) for tag in row),
            )
            for place, (code, row) in enumerate(rows, start=1)
        ),
        none=voice.t("tags.none"),
        note=voice.t("voices.note"),
    )


def _skipped(voice: Voice, places: Sequence[int]) -> str:
    """Which places between those of the table are not in it."""
    gaps = [(one + 1, two - 1) for one, two in pairwise(places) if two - one > 1]
    if not gaps:
        return ""
    said = [str(one) if one == two else voice.t("span", low=one, high=two) for one, two in gaps]
    return voice.t("tags.skipped", places=voice.f.listed(said))


def _changes(voice: Voice, tags: Sequence[Tag]) -> str:
    return voice.t("enumeration").join(
        voice.t("named", name=name(tag), change=voice.change(tag.change_7d_pct).text)
        for tag in tags
    )


def _views(voice: Voice, tag: Tag) -> str:
    return voice.t("missing") if tag.views is None else voice.f.count(tag.views)
