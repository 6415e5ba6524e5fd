"""Writes the pulse in the words of a locale."""

from shortdrama.reports.facts.hashtags import FORMAT_TAG, Tag
from shortdrama.reports.facts.scope import HASHTAGS
from shortdrama.reports.page import Answer, Block, Lines, Page, Phrase, Point, Tile, Tiles
from shortdrama.reports.pulse.content import PulseContent
from shortdrama.reports.pulse.sheets import sheets
from shortdrama.reports.sentences import entering, frame, hashtags, minis
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
        banners=frame.banners(v, content.snapshot, HASHTAGS, content.on),
        title=v.t("title"),
        period=v.f.day(content.on),
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
            edition=f"minis_pulse/{content.label}",
            made_at=content.made_at,
            leading=HASHTAGS,
            method=v.t("method.pulse"),
            vendors=_vendors(v, content),
        ),
        colon=v.t("colon"),
        sheets=sheets(v, content),
    )


def _home(v: Voice, content: PulseContent) -> str:
    return v.f.country(content.tags.home)


def _subject(v: Voice, content: PulseContent) -> str:
    day = v.f.short_day(content.on)
    text = v.t("subject", claim=_claim(v, content, short=True), day=day)
    return v.t("subject.sample", subject=text) if content.snapshot.is_sample else text


def _claim(v: Voice, content: PulseContent, *, short: bool = False) -> str:
    """Which hashtag moved most and by how much; sums where single ones may not be passed on."""
    end = ".short" if short else ""
    if not content.shown_tags:
        whole = v.f.count(content.tags.at_home[0].drama_views or 0)
        return v.t(f"claim.sum{end}", views=whole, country=_home(v, content))
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
    """How far the hashtags of Minis are from that of the format."""
    own, whole = content.minis_tags[:1], content.tag(FORMAT_TAG)
    if not own or whole is None:
        return v.t("context.none")
    return v.t("context", own=hashtags.seen(v, own), whole=hashtags.seen(v, [whole]))


def _preheader(v: Voice, content: PulseContent) -> str:
    parts = [hashtags.seen(v, content.minis_tags[:1])]
    if content.minis is not None:
        parts.append(minis.supply(v, content.minis))
    return v.t("semicolon").join(part for part in parts if part)


def _answer(v: Voice, content: PulseContent) -> Answer:
    points = [
        Point(v.t("tags.lead"), v.sentence([hashtags.moved(v, content.shown_tags)]))
        if content.shown_tags
        else Point(v.t("tags.lead"), v.t("tags.withheld", vendor=content.vendor.vendor)),
        _demand(v, content),
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


def _demand(v: Voice, content: PulseContent) -> Point | None:
    parts = [hashtags.seen(v, content.minis_tags[1:]), entering.search(v, content.search)]
    return Point(v.t("demand.lead"), v.sentence(parts)) if any(parts) else None


def _supply(v: Voice, content: PulseContent) -> Point | None:
    if content.minis is None:
        return None
    parts = [minis.supply(v, content.minis), minis.leaders(v, content.minis)]
    return Point(v.t("supply.lead"), v.sentence(parts)) if any(parts) else None


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
    found: list[Block | None] = [
        _tiles(v, beside),
        hashtags.momentum(v, shown, content.minis_tags, home),
        entering.reach(v, content.breakeven, beside, content.entry),
        minis.needed_lines(v, content.breakeven),
        hashtags.table(v, shown, content.minis_tags, home) if shown else _withheld(v, content),
        hashtags.by_country(v, content.tags.tags),
        minis.landscape(v, content.minis) if content.minis else None,
        minis.price_bands(v, content.minis.now) if content.minis else None,
        entering.statements(
            v, content.entry, ("reach_observed", "search", "supply", "price"), "reported.title"
        ),
        entering.statements(v, content.entry, ("unknown",), "unknown.title"),
    ]
    return tuple(block for block in found if block is not None)


def _tiles(v: Voice, tags: list[Tag]) -> Tiles | None:
    """The hashtag of Minis beside that of the format."""
    chosen = [tags[0], tags[-1]] if len(tags) > 1 else tags
    if not chosen:
        return None
    return Tiles(
        tuple(
            Tile(
                v.t("tile.tag", tag=hashtags.name(tag)),
                v.t("views", views=v.f.count(tag.views or 0)),
                v.change(tag.change_7d_pct),
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
