"""Makes the editions that are due: from a snapshot to files in the archive, once for all readers.

An edition that cannot be made now has a state that says why, and the next tick tries again.
"""

import traceback
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime

import duckdb
from botocore.exceptions import BotoCoreError, ClientError

from shortdrama.core.errors import Failure, ReportWithheld
from shortdrama.core.settings import Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive import parts
from shortdrama.reports.archive.editions import (
    Correction,
    Edition,
    bind,
    corrections_of,
    find_edition,
    part_in_force,
)
from shortdrama.reports.archive.index import write_index
from shortdrama.reports.archive.parts import Printed
from shortdrama.reports.delivery.differences import changes
from shortdrama.reports.delivery.due import EditionState, Ready, Slot, Withheld, by_edition
from shortdrama.reports.delivery.press import Press, with_first
from shortdrama.reports.delivery.withholding import (
    Published,
    read_published,
    reason_to_stop,
    reason_to_withhold,
)
from shortdrama.reports.delivery.wording import LOCALES, due_words, words
from shortdrama.reports.page import Banner
from shortdrama.reports.reports import Content, Report
from shortdrama.reports.words.formats import LocaleName
from shortdrama.warehouse.snapshots.read import connect

NOT_OURS = (Failure, BotoCoreError, ClientError, duckdb.IOException, duckdb.HTTPException)
"""Errors that are not about one edition: with these, nothing at all can be made."""


def prepare_due(
    slots: Sequence[Slot], settings: Settings, store: ObjectStore, press: Press, now: datetime
) -> dict[str, EditionState]:
    """The states of the editions of these slots, after making what can be made.

    Nothing has a state before the first snapshot. Raises the store's errors.
    """
    published = read_published(store) if slots else None
    if published is None:
        return {}
    maker = Maker(settings, store, press, published, now)
    states = {
        edition_id: maker.state(edition_id, wanted)
        for edition_id, wanted in by_edition(slots).items()
    }
    if maker.has_bound:
        write_index(store)
    return states


class Maker:
    """Makes editions from what is published now."""

    def __init__(
        self,
        settings: Settings,
        store: ObjectStore,
        press: Press,
        published: Published,
        now: datetime,
    ) -> None:
        self._settings, self._store, self._press = settings, store, press
        self._published, self._now = published, now
        self.has_bound = False

    def state(self, edition_id: str, slots: Sequence[Slot]) -> EditionState:
        """The state of an edition; it is made if that is possible and somebody wants it."""
        found = find_edition(self._store, edition_id)
        report = self._press.reports[slots[0].report]
        by_hand = any(slot.is_forced for slot in slots)
        withheld = reason_to_withhold(report, self._published, self._now, by_hand=by_hand)
        if found is None and withheld is not None:
            return withheld
        try:
            return self._standing(found) if found is not None else self._made(report, slots)
        except ReportWithheld as error:
            return Withheld(str(error), "missing")
        except NOT_OURS:
            raise
        except Exception as error:
            # A fault in one report must not keep the others from their readers.
            traceback.print_exc()
            return Withheld(f"it cannot be made: {type(error).__name__}: {error}", is_fault=True)

    def _made(self, report: Report, slots: Sequence[Slot]) -> EditionState:
        period = slots[0].period
        content = self.compose(report, period)
        if not any(slot.is_wanted(content.moved_pct) for slot in slots):
            return Ready(content.moved_pct)
        late = {
            locale: _late(of_locale)
            for locale in LOCALES
            if (of_locale := _first(slots, locale)) and of_locale.is_late(self._now)
        }
        manifest = self._published.manifest
        edition = Edition(
            report=report.id,
            period=period,
            snapshot_id=manifest.snapshot_id,
            is_sample=manifest.is_sample,
            bound_at=self._now,
            late_in=tuple(late),
            moved_pct=content.moved_pct,
            parts={},
        )
        bound = bind(self._store, edition, printed(self._press, report, content, late))
        self.has_bound = True
        return Ready(bound.moved_pct)

    def _standing(self, edition: Edition) -> EditionState:
        """The state of an edition that is made, unless its figures were taken back."""
        corrections = corrections_of(self._store, edition.id)
        stopped = reason_to_stop(edition, corrections, self._published, self._store)
        if stopped is None or self._is_still_right(edition, corrections):
            return Ready(edition.moved_pct)
        return stopped

    def _is_still_right(self, edition: Edition, corrections: tuple[Correction, ...]) -> bool:
        """Whether what is published now, and is not held, has the very figures of an edition."""
        if self._published.hold is not None:
            return False
        report = self._press.reports[edition.report]
        try:
            content = self.compose(report, edition.period)
        except ReportWithheld:
            return False
        for locale in LOCALES:
            part = part_in_force(edition, corrections, locale)
            try:
                old = parts.read_sheets(self._store, edition.id, part)
            except parts.ArchiveDamaged:
                return False
            if old is None or changes(old, report.written(content, locale).sheets):
                return False
        return True

    def compose(self, report: Report, period: str) -> Content:
        """The content on the published snapshot; raises ReportWithheld."""
        manifest = self._published.manifest
        with closing(connect(self._settings, manifest.snapshot_id)) as connection:
            return report.compose(connection, manifest, report.period_of(period), self._now)


def printed(
    press: Press, report: Report, content: Content, banners: Mapping[LocaleName, Banner]
) -> dict[LocaleName, Printed]:
    """The content in all languages, as it is archived and mailed."""
    pages = {locale: report.written(content, locale) for locale in LOCALES}
    pages |= {locale: with_first(pages[locale], banner) for locale, banner in banners.items()}
    return {
        locale: Printed(press.render(page), tuple(page.sheets)) for locale, page in pages.items()
    }


def _first(slots: Sequence[Slot], locale: LocaleName) -> Slot | None:
    """That of the first readers of a language."""
    of_locale = [slot for slot in slots if slot.subscription.locale == locale]
    return min(of_locale, key=lambda slot: slot.due_at, default=None)


def _late(slot: Slot) -> Banner:
    """Says when it was due, in the reader's time."""
    entry = slot.subscription
    due = due_words(slot.due_at, entry.time_zone, entry.locale)
    return Banner("late", words(entry.locale).text("late.banner", due=due))
