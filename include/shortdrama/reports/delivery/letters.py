"""The letters that carry out decisions: archived editions, and notes that they are late."""

from collections.abc import Sequence
from functools import cache

from shortdrama.lake import keys
from shortdrama.lake.sends import EDITION, LATE_NOTE
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive import parts
from shortdrama.reports.archive.editions import (
    Correction,
    Edition,
    corrections_of,
    find_edition,
    part_in_force,
)
from shortdrama.reports.delivery.due import Decision, Send, SendNote, Slot, Withheld
from shortdrama.reports.delivery.notes import late_note
from shortdrama.reports.delivery.press import Press, with_banner, with_link
from shortdrama.reports.delivery.send import Letter
from shortdrama.reports.delivery.wording import due_words, words
from shortdrama.reports.rendered import Rendered
from shortdrama.reports.words.formats import LocaleName


class Desk:
    """Writes letters; each edition is read, and each note drawn, only once."""

    def __init__(self, store: ObjectStore, press: Press, page_url: str = "") -> None:
        self._store, self._press, self._page_url = store, press, page_url
        self._found = cache(self._look_up)
        self._archived = cache(self._read)
        self._noted = cache(self._drawn)
        self._page_of = cache(self._page_address)
        self.damaged: list[parts.ArchiveDamaged] = []
        """Why some letters could not be written."""

    def letters(self, decisions: Sequence[Decision]) -> list[Letter]:
        """The letters for those decisions that mail something, in their order."""
        letters: list[Letter] = []
        for one in decisions:
            try:
                if isinstance(one, Send):
                    letters += self._edition(one)
                elif isinstance(one, SendNote):
                    letters.append(self._note(one.slot, one.state))
            except parts.ArchiveDamaged as error:
                if str(error) not in map(str, self.damaged):
                    self.damaged.append(error)
        return letters

    def _edition(self, send: Send) -> list[Letter]:
        """The letter; none if nobody wanted the edition yet when it could have been made."""
        slot, locale = send.slot, send.slot.subscription.locale
        found = self._found(slot.edition_id)
        if found is None:
            return []
        edition, corrections = found
        rendered = self._archived(slot.edition_id, locale)
        if send.is_late and locale not in edition.late_in:
            due = due_words(slot.due_at, slot.subscription.time_zone, locale)
            rendered = with_banner(rendered, words(locale).text("late.banner", due=due))
        newest = corrections[-1].snapshot_id if corrections else edition.snapshot_id
        if address := self._page_of(newest, locale):
            rendered = with_link(rendered, words(locale).text("page.link"), address)
        letter = Letter(
            edition_id=slot.edition_id,
            kind=EDITION,
            recipient=slot.recipient,
            locale=locale,
            rendered=rendered,
            attach=slot.subscription.attach,
            corrected=len(corrections),
            facts=facts(edition, corrections) | {"X-Shortdrama-Late": _yes(send.is_late)},
        )
        return [letter]

    def _note(self, slot: Slot, state: Withheld) -> Letter:
        locale = slot.subscription.locale
        rendered = self._noted(slot.report, slot.period, state, locale)
        return Letter(slot.edition_id, LATE_NOTE, slot.recipient, locale, rendered, attach=False)

    def _page_address(self, snapshot_id: str, locale: LocaleName) -> str:
        """Where readers open the market page of a snapshot; empty if they cannot."""
        key = keys.market_page(snapshot_id, locale)
        if not self._page_url or not self._store.exists(key):
            return ""
        return f"{self._page_url.rstrip('/')}/{key.removeprefix(keys.MARKET_PAGES)}"

    def _look_up(self, edition_id: str) -> tuple[Edition, tuple[Correction, ...]] | None:
        edition = find_edition(self._store, edition_id)
        return None if edition is None else (edition, corrections_of(self._store, edition_id))

    def _read(self, edition_id: str, locale: LocaleName) -> Rendered:
        found = self._found(edition_id)
        if found is None:
            raise LookupError(f"{edition_id} is not in the archive")
        return parts.read(self._store, edition_id, part_in_force(*found, locale))

    def _drawn(self, report: str, period: str, state: Withheld, locale: LocaleName) -> Rendered:
        known = self._press.reports[report]
        return self._press.render(late_note(known, known.period_of(period), state, locale))


def facts(edition: Edition, corrections: Sequence[Correction] = ()) -> dict[str, str]:
    """Headers that say what a mail was made from."""
    newest = corrections[-1].snapshot_id if corrections else edition.snapshot_id
    return {
        "X-Shortdrama-Snapshot": newest,
        "X-Shortdrama-Sample": _yes(edition.is_sample),
    }


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
