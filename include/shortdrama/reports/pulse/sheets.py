"""The exact figures of a pulse."""

from shortdrama.reports.facts.minis import Minis
from shortdrama.reports.page import Sheet
from shortdrama.reports.pulse.content import PulseContent
from shortdrama.reports.sentences.hashtags import kind
from shortdrama.reports.sentences.sheets import breakeven_sheet, headings
from shortdrama.reports.words.voice import Voice


def sheets(v: Voice, content: PulseContent) -> tuple[Sheet, ...]:
    """Hashtags of all countries, what break-even needs, and everything that is weighed."""
    found = []
    if content.shows_tags:
        found.append(_tags(v, content))
    if content.breakeven:
        found.append(breakeven_sheet(v, content.breakeven))
    if content.minis is not None:
        found.append(_minis(v, content.minis))
    return tuple(found)


def _tags(v: Voice, content: PulseContent) -> Sheet:
    keys = ("tag", "kind", "country", "views", "change_views", "change_7d", "change_28d",
            "posts")  # fmt: skip
    return Sheet(
        v.t("sheet.tags"),
        headings(v, *keys),
        tuple(
            (
                f"#{tag.hashtag_name}", kind(v, tag), v.f.country(tag.country_code),
                tag.views, tag.change_7d, tag.change_7d_pct, tag.change_28d_pct, tag.posts,
            )
            for tag in content.tags.tags
        ),
    )  # fmt: skip


def _minis(v: Voice, found: Minis) -> Sheet:
    months = [one for one in (found.before, found.now) if one is not None]
    return Sheet(
        v.t("sheet.minis"),
        headings(v, "as_of", "dramas", "games", "unlock_price", "month_low", "month_high"),
        tuple(
            (
                v.f.month(one.as_of_on) if one is found.before else v.f.day(one.as_of_on),
                one.drama_apps, one.game_apps, one.unlock_price_low_usd,
                one.monthly_price_low_usd, one.monthly_price_high_usd,
            )
            for one in months
        ),
    )  # fmt: skip
