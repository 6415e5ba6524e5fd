"""Editions and their corrections in the lake: bound once, to one snapshot, for all readers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.parts import ArchiveDamaged, Part, Printed, keep
from shortdrama.reports.words.formats import LocaleName

MOST_CORRECTIONS = 99


def _from_version_1(edition: dict[str, Any]) -> dict[str, Any]:
    """Form 1: a digest per locale, the files in a folder per locale, no other report."""
    parts = {
        locale: {"language": locale, "sender_name": "", "folder": locale, "files": {}, **part}
        for locale, part in edition["parts"].items()
    }
    return {"report": "weekly_brief", **edition, "parts": parts}


class Edition(Document):
    """One report for one period, bound to the snapshot that it was first rendered from.

    `moved_pct` is what its content says. In the languages of `late_in` it was made after its first
    readers expected it, and says so.
    """

    upgrades = (_from_version_1,)
    schema_version: Literal[2] = 2
    report: str
    period: str
    snapshot_id: str
    is_sample: bool
    bound_at: datetime
    late_in: tuple[LocaleName, ...] = ()
    moved_pct: Mapping[str, Decimal] = Field(default_factory=dict)
    parts: Mapping[LocaleName, Part]

    @property
    def id(self) -> str:
        """`weekly_brief/2025-W39`, as mails and people call it."""
        return edition_id(self.report, self.period)


class Correction(Document):
    """What changed in an edition after it was sent, by whom it was corrected, and why.

    `notes` are the mails with old and new figures side by side, `parts` the corrected edition,
    which readers get who have not had the first one. The old figures of `notes` are those of the
    correction before. For readers who have not had that one, `notes_from` has notes by the number
    of the newest correction that they had, 0 for the edition itself.
    """

    schema_version: Literal[1] = 1
    edition: str
    number: int
    snapshot_id: str
    by: str
    because: str
    at: datetime
    changes: int
    notes: Mapping[LocaleName, Part]
    notes_from: Mapping[int, Mapping[LocaleName, Part]] = Field(default_factory=dict)
    parts: Mapping[LocaleName, Part]

    @property
    def kind(self) -> str:
        """What it is called in the send ledger."""
        return f"correction-{self.number}"


def edition_id(report: str, period: str) -> str:
    """`weekly_brief/2025-W39`, as mails and people call it."""
    return f"{report}/{period}"


def find_edition(store: ObjectStore, edition: str) -> Edition | None:
    """The edition with that id, if there is one."""
    return documents.find(Edition, store, keys.edition(edition))


def bind(store: ObjectStore, edition: Edition, printed: Mapping[LocaleName, Printed]) -> Edition:
    """Archive the files, then commit the edition; the edition that is in force.

    `edition` comes without parts. The record is written last and only if there is none: an edition
    is complete or not there, and the first one fixes its snapshot forever.
    """
    parts = {locale: keep(store, edition.id, locale, one) for locale, one in printed.items()}
    complete = edition.model_copy(update={"parts": parts})
    return documents.update(
        Edition, store, keys.edition(edition.id), lambda found: found or complete
    )


def corrections_of(store: ObjectStore, edition: str) -> tuple[Correction, ...]:
    """The corrections of an edition, oldest first."""

    def numbered() -> Iterator[Correction]:
        for number in range(1, MOST_CORRECTIONS + 1):
            found = documents.find(Correction, store, keys.correction(edition, number))
            if found is None:
                return
            yield found

    return tuple(numbered())


def record_correction(store: ObjectStore, correction: Correction) -> Correction:
    """Record a correction if its number is free; the correction that has the number."""
    key = keys.correction(correction.edition, correction.number)
    return documents.update(Correction, store, key, lambda found: found or correction)


def part_in_force(
    edition: Edition, corrections: tuple[Correction, ...], locale: LocaleName
) -> Part:
    """What a reader gets who has not had the edition: the newest correction of it.

    Raises ArchiveDamaged for an edition that older software made only in the other language.
    """
    made = corrections[-1].parts if corrections else edition.parts
    if locale not in made:
        raise ArchiveDamaged(
            f"{edition.id} was made only in {', '.join(sorted(made))}: nothing of it is mailed in"
            f" {locale}"
        )
    return made[locale]


def edition_ids(store: ObjectStore) -> Iterator[str]:
    """What may be an edition, by report and period; one that was never bound has a folder too.

    It lists folders: only for people and housekeeping.
    """
    for report in store.folders(keys.EDITIONS):
        for period in store.folders(f"{keys.EDITIONS}{report}/"):
            yield edition_id(report, period)


def all_editions(store: ObjectStore) -> Iterator[Edition]:
    """All editions, by report and period. It lists folders: only for people and housekeeping."""
    for name in edition_ids(store):
        found = find_edition(store, name)
        if found is not None:
            yield found


def cited_snapshots(store: ObjectStore) -> dict[str, list[str]]:
    """The editions that cite each snapshot, corrections too. Only for people and housekeeping."""
    cited: dict[str, list[str]] = {}
    for edition in all_editions(store):
        snapshots = [edition.snapshot_id]
        snapshots += [one.snapshot_id for one in corrections_of(store, edition.id)]
        for snapshot_id in dict.fromkeys(snapshots):
            cited.setdefault(snapshot_id, []).append(edition.id)
    return cited
