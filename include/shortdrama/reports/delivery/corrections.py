"""Corrects an edition: composes it on what is published now, and tells its readers what changed.

Everybody who had the edition gets old and new figures side by side, and nobody else does. Who has
not had it yet gets the corrected edition instead.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shortdrama.core.errors import DecisionRefused
from shortdrama.lake.overrides import said_who, said_why
from shortdrama.lake.sends import EDITION, Records, SendKey, SendRecord, read_sends
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive import parts
from shortdrama.reports.archive.editions import (
    Correction,
    Edition,
    corrections_of,
    find_edition,
    part_in_force,
    record_correction,
)
from shortdrama.reports.archive.index import write_index
from shortdrama.reports.archive.parts import Part, Printed
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.correction_page import correction_page
from shortdrama.reports.delivery.differences import Change, changes
from shortdrama.reports.delivery.due import may_retry
from shortdrama.reports.delivery.letters import facts
from shortdrama.reports.delivery.prepare import Maker, printed
from shortdrama.reports.delivery.press import Press
from shortdrama.reports.delivery.send import Letter
from shortdrama.reports.delivery.subscriptions import Addresses
from shortdrama.reports.delivery.wording import LOCALES, words
from shortdrama.reports.page import Banner, Sheet
from shortdrama.reports.words.formats import LocaleName


@dataclass(frozen=True)
class Draft:
    """A correction before it is recorded: what changed, and the corrected edition, by language.

    `changes_from` is what changed since the edition (0) and since each correction but the last.
    """

    edition: Edition
    number: int
    snapshot_id: str
    changes: Mapping[LocaleName, tuple[Change, ...]]
    changes_from: Mapping[int, Mapping[LocaleName, tuple[Change, ...]]]
    printed: Mapping[LocaleName, Printed]

    @property
    def has_changes(self) -> bool:
        """Whether anything differs in any language."""
        return any(self.changes.values())


def draft(
    edition_id: str, snapshot_id: str, store: ObjectStore, press: Press, maker: Maker
) -> Draft:
    """What a correction on the published snapshot would say.

    Raises DecisionRefused for an edition that is unknown or that has no figures to compare, and
    ReportWithheld.
    """
    edition = known_edition(edition_id, store)
    before = corrections_of(store, edition_id)
    report = press.reports[edition.report]
    banners = {
        locale: Banner("correction", words(locale).text("corrected.banner")) for locale in LOCALES
    }
    new = printed(press, report, maker.compose(report, edition.period), banners)

    def since(number: int) -> dict[LocaleName, tuple[Change, ...]]:
        had = {
            locale: parts.read_sheets(
                store, edition_id, part_in_force(edition, before[:number], locale)
            )
            for locale in LOCALES
        }
        return {
            locale: changes(_figures(had[locale], edition_id), new[locale].sheets)
            for locale in LOCALES
        }

    return Draft(
        edition=edition,
        number=len(before) + 1,
        snapshot_id=snapshot_id,
        changes=since(len(before)),
        changes_from={number: since(number) for number in range(len(before))},
        printed=new,
    )


def record(
    draft: Draft, because: str, by: str, store: ObjectStore, press: Press, now: datetime
) -> Correction:
    """Archive a draft as the edition's next correction.

    Raises DecisionRefused without a reason or a name, and if somebody else was faster.
    """
    edition, because, by = draft.edition, said_why(because), said_who(by)
    report = press.reports[edition.report]
    period = report.period_of(edition.period)

    def notes(changed: Mapping[LocaleName, tuple[Change, ...]]) -> dict[LocaleName, Part]:
        kept: dict[LocaleName, Part] = {}
        for locale in LOCALES:
            page = correction_page(
                report, period, because, draft.snapshot_id, changed[locale], locale
            )
            note = Printed(press.render(page), tuple(page.sheets))
            kept[locale] = parts.keep(store, edition.id, locale, note)
        return kept

    wanted = Correction(
        edition=edition.id,
        number=draft.number,
        snapshot_id=draft.snapshot_id,
        by=by,
        because=because,
        at=now,
        changes=max(map(len, draft.changes.values())),
        notes=notes(draft.changes),
        # Who had figures that are right again needs no note.
        notes_from={
            number: notes(changed) if any(changed.values()) else {}
            for number, changed in draft.changes_from.items()
        },
        parts={
            locale: parts.keep(store, edition.id, locale, one)
            for locale, one in draft.printed.items()
        },
    )
    recorded = record_correction(store, wanted)
    if recorded != wanted:
        raise DecisionRefused(
            f"{recorded.by} has just recorded correction {recorded.number} of {edition.id}; look at"
            f" it with `shortdrama report show {edition.id}`, then try again"
        )
    write_index(store)
    return recorded


def correction_letters(
    edition_id: str,
    store: ObjectStore,
    addresses: Addresses,
    suppressed: Collection[str],
    now: datetime,
) -> list[Letter]:
    """The newest correction for those who had what was wrong and were not sent it yet.

    A reader who missed an earlier correction gets only the newest, with the figures that they had.
    """
    found = corrections_of(store, edition_id)
    if not found:
        return []
    correction, edition = found[-1], known_edition(edition_id, store)
    records = read_sends(store, edition_id)
    names = addresses.ids_by_digest()
    letters = []
    for key, had in records.items():
        recipient = names.get(key.recipient, key.recipient)
        if key.kind != EDITION or ledger.state_at(had, now) not in ("sent", "unknown"):
            continue
        is_reachable = recipient in addresses and recipient not in suppressed
        if is_reachable and _needs(correction, had, records, recipient, now):
            notes = _notes(found, had, records, recipient)
            if notes:
                note = notes[had.locale if had.locale in notes else "en"]  # type: ignore[index]
                letters.append(_letter(edition, found, recipient, had.locale, note, store))
    return letters


def unreachable(
    edition_id: str, store: ObjectStore, addresses: Addresses, suppressed: Collection[str]
) -> list[str]:
    """Those who had the edition and can be sent nothing: suppressed, or without an address."""
    names = addresses.ids_by_digest()
    had = {
        names.get(key.recipient, key.recipient)
        for key, one in read_sends(store, edition_id).items()
        if key.kind == EDITION and one.state in ("sent", "unknown", "claimed")
    }
    return sorted(one for one in had if one not in addresses or one in suppressed)


def known_edition(edition_id: str, store: ObjectStore) -> Edition:
    """The edition; raises DecisionRefused if there is none."""
    edition = find_edition(store, edition_id)
    if edition is None:
        raise DecisionRefused(
            f"there is no edition {edition_id}; `shortdrama report list` lists them"
        )
    return edition


def _needs(
    correction: Correction, had: SendRecord, records: Records, recipient: str, now: datetime
) -> bool:
    """Whether what a reader had is older than the correction, and it may be sent now."""
    if had.corrected >= correction.number:
        return False
    sent = records.get(SendKey(recipient, correction.kind))
    return sent is None or may_retry(now, sent)


def _notes(
    corrections: Sequence[Correction], had: SendRecord, records: Records, recipient: str
) -> Mapping[LocaleName, Part]:
    """The newest correction's notes with the old figures that this reader had; maybe none."""
    newest = corrections[-1]
    seen = [had.corrected]
    for one in corrections[:-1]:
        sent = records.get(SendKey(recipient, one.kind))
        if sent is not None and sent.state in ("sent", "unknown", "claimed"):
            seen.append(one.number)
    return newest.notes_from.get(max(seen), newest.notes)


def _letter(
    edition: Edition,
    corrections: Sequence[Correction],
    recipient: str,
    locale: str,
    note: Part,
    store: ObjectStore,
) -> Letter:
    correction = corrections[-1]
    return Letter(
        edition_id=edition.id,
        kind=correction.kind,
        recipient=recipient,
        locale=locale,
        rendered=parts.read(store, edition.id, note),
        facts=facts(edition, corrections),
    )


def _figures(sheets: tuple[Sheet, ...] | None, edition_id: str) -> tuple[Sheet, ...]:
    if sheets is None:
        raise DecisionRefused(
            f"{edition_id} was made by software that kept no figures beside the text, so they"
            " cannot be compared. Write to its readers yourself"
        )
    return sheets
