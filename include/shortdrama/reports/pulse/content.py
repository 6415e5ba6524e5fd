"""What the hashtag and Minis pulse says, before any words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from duckdb import DuckDBPyConnection

from shortdrama.core.errors import ReportWithheld
from shortdrama.reports.facts.breakeven import Assumption, Needed, assumptions, breakeven
from shortdrama.reports.facts.entry import Entry, entry
from shortdrama.reports.facts.hashtags import MINIS_TAGS, Tag, Tags, hashtags
from shortdrama.reports.facts.minis import PRESS, Minis, Search, minis, search
from shortdrama.reports.facts.required import required_vendor
from shortdrama.reports.facts.rows import Frozen
from shortdrama.reports.facts.scope import HASHTAG_VENDOR, HASHTAGS, MINIS, MINIS_SEARCHES
from shortdrama.reports.facts.snapshot import SnapshotFacts, snapshot_facts
from shortdrama.reports.facts.vendors import Vendor, permission, quotable
from shortdrama.reports.periods import Day
from shortdrama.reports.reports import Period as AnyPeriod

DAYS_AFTER = 1


class PulseContent(Frozen):
    """One edition, the same for all locales and recipients."""

    made_at: datetime
    label: str
    snapshot: SnapshotFacts
    vendor: Vendor
    shows_tags: bool
    """Whether figures of single hashtags may be passed on."""
    tags: Tags
    minis: Minis | None
    breakeven: tuple[Needed, ...]
    assumed: tuple[Assumption, ...]
    search: Search | None
    entry: Entry
    left_out: tuple[str, ...]
    """Publishers whose figures may not be passed on."""

    @property
    def moved_pct(self) -> Mapping[str, Decimal]:
        """The largest change of a hashtag's views over seven days, percent, up or down."""
        movers = self.tags.movers
        return {"hashtag_views": abs(movers[0][1])} if movers else {}

    @property
    def shown_datasets(self) -> tuple[str, ...]:
        """Datasets whose figures are in it; the first is that of the headline."""
        shown = [HASHTAGS]
        if self.minis is not None:
            shown.append(MINIS)
        if self.search is not None:
            shown.append(MINIS_SEARCHES)
        return tuple(shown)

    @property
    def on(self) -> date:
        """The day of the snapshot of hashtags."""
        return self.tags.on

    @property
    def starts_on(self) -> date:
        """The first of the seven days whose views are counted."""
        return self.on - timedelta(days=6)

    @property
    def shown_tags(self) -> tuple[Tag, ...]:
        """The hashtags of the leading country, if single ones may be passed on."""
        return self.tags.at_home if self.shows_tags else ()

    def tag(self, name: str) -> Tag | None:
        """A hashtag of the leading country, if it may be passed on."""
        return self.tags.named(name) if self.shows_tags else None

    @property
    def minis_tags(self) -> tuple[Tag, ...]:
        """The hashtags of Minis in the leading country."""
        return tuple(tag for name in MINIS_TAGS if (tag := self.tag(name)) is not None)


def compose(
    connection: DuckDBPyConnection, manifest: object, period: AnyPeriod, made_at: datetime
) -> PulseContent:
    """The content of a day's edition.

    Raises ReportWithheld when there is no hashtag of that day, or when nobody has reviewed that
    sums of the source's figures may be shared.
    """
    day = Day.parse(period.label)
    facts = snapshot_facts(manifest)
    vendor = required_vendor(connection, HASHTAG_VENDOR, day, facts)
    tags = hashtags(connection, day.on)
    if not tags.tags:
        raise ReportWithheld(
            day.label,
            HASHTAGS,
            f"has no figures of {day.label}",
            "Look why the pull of that day is missing or was refused; a later day makes its own"
            " edition",
        )
    quotes = quotable(connection, [PRESS], is_sample=facts.is_sample)
    known_by = made_at.date()
    may_quote = not quotes.left_out
    return PulseContent(
        made_at=made_at,
        label=day.label,
        snapshot=facts,
        vendor=vendor,
        shows_tags=permission(connection, HASHTAG_VENDOR, is_sample=facts.is_sample).rows,
        tags=tags,
        minis=minis(connection, known_by) if may_quote else None,
        breakeven=breakeven(connection),
        assumed=assumptions(connection),
        search=search(connection, known_by) if may_quote else None,
        entry=entry(connection, known_by) if may_quote else Entry(month_start_on=None, rows=()),
        left_out=quotes.left_out,
    )
