"""Writes the pulse in the words of a locale."""

from shortdrama.reports.facts.hashtags import FORMAT_TAG, MINIS_TAGS, Tag
from shortdrama.reports.facts.scope import HASHTAGS
from shortdrama.reports.page import Answer, Block, Lines, Page, Phrase, Point, Tile, Tiles
from shortdrama.reports.pulse.content import PulseContent
from shortdrama.reports.pulse.sheets import sheets
from shortdrama.reports.sentences import entering, frame, hashtags, minis, tiles
from shortdrama.reports.words.formats import LocaleName, shown_pct
from shortdrama.reports.words.voice import Voice, voice


def written(content: PulseContent, locale: LocaleName) -> Page:
    """The edition as a page of final texts."""
    v = voice(locale, "pulse")
    return Page(
        language=v.t("language"),
        sender_name=v.t("sender"),
        subject=_subject(v, content),
        preheader=_preheader(v, content),
        banners=frame.banners(v, content.snapshot, HASHTAGS, content.on, content.made_at),
        title=v.t("title"),
        period=v.t("period", days=_days(v, content), country=_home(v, content)),
        answer=_answer(v, content),
        blocks=_blocks(v, content),
        pipeline=frame.pipeline(
            v,
            content.snapshot,
            content.shown_datasets,
            content.on,
            frame.left_out(v, content.left_out),
        ),
        footer=frame.footer(
            v,
            content.snapshot,
            edition=v.t("edition", day=v.f.day(content.on)),
            made_at=content.made_at,
            leading=HASHTAGS,
            method=v.t("method.pulse"),
            vendors=_vendors(v, content),
            next_edition=frame.next_edition(v, None),
        ),
        colon=v.t("colon"),
        sheets=sheets(v, content),
    )


def _home(v: Voice, content: PulseContent) -> str:
    return v.f.country(content.tags.home)


def _days(v: Voice, content: PulseContent) -> str:
    return v.f.days(content.starts_on, content.on)


def _subject(v: Voice, content: PulseContent) -> str:
    day = v.f.dotted_day(content.on)
    text = v.t("subject", claim=_claim(v, content, short=True), day=day)
    return v.t("subject.sample", subject=text) if content.snapshot.is_sample else text


def _claim(v: Voice, content: PulseContent, *, short: bool = False) -> str:
    """How much Minis' own hashtag is seen; counts of hashtags where single ones may not be told."""
    end = ".short" if short else ""
    if not content.shown_tags:
        up, count = hashtags.gained(content.tags.at_home)
        return v.t(f"claim.count{end}", gained=up, count=count, country=_home(v, content))
    tag = hashtags.leading(content.shown_tags)
    views, shown = v.f.count(tag.views or 0), shown_pct(tag.change_7d_pct)
    key = "claim.alone" if shown is None else "claim.changed" if shown else "claim.flat"
    return v.t(
        key + end,
        tag=hashtags.name(tag),
        change=v.f.pct_change(shown) if shown else "",
        views=views,
        country=_home(v, content),
    )


def _context(v: Voice, content: PulseContent) -> str:
    """How far Minis' own hashtag is from that of the format, and what all views are about."""
    basis = v.t("context.basis", country=_home(v, content), days=_days(v, content))
    own, whole = content.tag(MINIS_TAGS[0]), content.tag(FORMAT_TAG)
    if own is None or whole is None or own.posts is None:
        return v.sentences([v.t("context.none") if own is None else "", basis])
    return v.t(
        "context",
        own=hashtags.name(own),
        posts=v.f.exact(own.posts),
        whole=hashtags.seen(v, [whole]),
        basis=basis,
    )


def _preheader(v: Voice, content: PulseContent) -> str:
    whole = content.tag(FORMAT_TAG)
    parts = [hashtags.seen(v, [whole])] if whole else []
    if content.minis is not None:
        parts.append(minis.dated(v, content.minis))
    return v.t("semicolon").join(part for part in parts if part) or _claim(v, content)


def _answer(v: Voice, content: PulseContent) -> Answer:
    points = [
        _demand(v, content),
        _moved(v, content),
        _supply(v, content),
        _needed(v, content),
        _unknown(v, content),
    ]
    return Answer(
        claim=_claim(v, content),
        context=_context(v, content),
        points=tuple(point for point in points if point is not None),
        scope=v.t("scope.pulse"),
    )


def _moved(v: Voice, content: PulseContent) -> Point:
    if not content.shown_tags:
        return Point(v.t("tags.lead"), v.t("tags.withheld", vendor=content.vendor.vendor))
    has_moved = hashtags.mover(content.shown_tags) is not None
    lead = v.t("mover.lead" if has_moved else "tags.lead")
    return Point(lead, v.sentence([hashtags.moved(v, content.shown_tags)]))


def _demand(v: Voice, content: PulseContent) -> Point | None:
    parts = [hashtags.seen(v, content.minis_tags[1:]), entering.search(v, content.search)]
    return Point(v.t("demand.lead"), v.sentence(parts)) if any(parts) else None


def _supply(v: Voice, content: PulseContent) -> Point | None:
    if content.minis is None:
        return None
    lead = minis.as_of(v, content.minis, v.t("supply.lead"))
    parts = [minis.supply(v, content.minis), minis.leaders(v, content.minis)]
    return Point(lead, v.sentence(parts)) if any(parts) else None


def _needed(v: Voice, content: PulseContent) -> Point | None:
    parts = [
        minis.needed_sentence(v, row, "needed.short")
        for row in content.breakeven
        if row.revenue_model in ("paid_unlock", "ad_share") and row.best is not None
    ]
    return Point(v.t("needed.lead"), v.sentence(parts)) if parts else None


def _unknown(v: Voice, content: PulseContent) -> Point | None:
    rows = content.entry.statements("unknown")
    if not rows:
        return None
    chosen = next((row for row in rows if row.item == "conversion"), rows[0])
    return Point(v.t("unknown.lead"), entering.said(v, chosen))


def _blocks(v: Voice, content: PulseContent) -> tuple[Block, ...]:
    home, shown = _home(v, content), content.shown_tags
    beside = [*content.minis_tags, *([tag] if (tag := content.tag(FORMAT_TAG)) else [])]
    bands = minis.price_bands(v, content.minis.now) if content.minis else None
    found: list[Block | None] = [
        _tiles(v, beside, home),
        entering.reach(v, beside, home),
        hashtags.momentum(v, shown, content.minis_tags, home),
        minis.break_even(v, content.breakeven, content.assumed),
        minis.needed_lines(v, content.breakeven),
        hashtags.table(v, shown, content.minis_tags, home) if shown else _withheld(v, content),
        hashtags.by_country(v, content.tags.tags) if content.shows_tags else None,
        minis.landscape(v, content.minis, has_bands=bands is not None) if content.minis else None,
        bands,
        entering.statements(
            v,
            content.entry,
            ("reach_observed", "search", "supply", "price"),
            "reported.title",
            figure=entering.all_time(v, content.entry),
        ),
        entering.statements(v, content.entry, ("unknown",), "unknown.title"),
    ]
    return tuple(block for block in found if block is not None)


def _tiles(v: Voice, tags: list[Tag], country: str) -> Tiles | None:
    """The hashtag of Minis beside that of the format."""
    chosen = [tags[0], tags[-1]] if len(tags) > 1 else tags
    if not chosen:
        return None
    return Tiles(
        tuple(
            Tile(
                v.t("tile.tag", tag=hashtags.name(tag), country=country),
                v.t("views", views=v.f.count(tag.views or 0)),
                tiles.change(v, tag.change_7d_pct),
            )
            for tag in chosen
        )
    )


def _withheld(v: Voice, content: PulseContent) -> Lines:
    return Lines(v.t("tags.tag"), (Phrase(v.t("tags.withheld", vendor=content.vendor.vendor)),))


def _vendors(v: Voice, content: PulseContent) -> list[str]:
    vendors = [content.vendor.vendor]
    if content.minis is not None or content.entry.rows:
        vendors.append(v.t("press"))
    return vendors
