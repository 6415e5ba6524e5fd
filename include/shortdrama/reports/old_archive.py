"""Editions in the lake: rendered files never change, and exactly these files are mailed."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import Failure
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.render import CHART_NAME, RenderedBrief
from shortdrama.reports.words.formats import LocaleName

REPORT = "weekly_brief"


class ArchiveDamaged(Failure):
    """An archived part does not match its edition."""


class EditionPart(BaseModel):
    """An edition in one locale; the digest covers HTML, text and picture."""

    model_config = ConfigDict(frozen=True)

    subject: str
    sha256: str


class Edition(Document):
    """One report for one period, bound to the snapshot that it was first rendered from."""

    schema_version: Literal[1] = 1
    report: str = REPORT
    period: str
    snapshot_id: str
    is_sample: bool
    bound_at: datetime
    parts: Mapping[LocaleName, EditionPart]

    @property
    def id(self) -> str:
        """`weekly_brief/2025-W39`, as mails and people call it."""
        return f"{self.report}/{self.period}"

    def part_key(self, locale: LocaleName, name: str) -> str:
        """The key of a rendered file."""
        return keys.edition_part(self.id, locale, name)


def edition_id(period: str) -> str:
    """`weekly_brief/2025-W39`, as mails and people call it."""
    return f"{REPORT}/{period}"


def read_edition(store: ObjectStore, period: str) -> Edition | None:
    """The edition of a period, if there is one."""
    return documents.find(Edition, store, keys.edition(edition_id(period)))


def cited_snapshots(store: ObjectStore) -> dict[str, list[str]]:
    """The editions that cite each snapshot. It lists the zone: only for people and housekeeping."""
    cited: dict[str, list[str]] = {}
    for key in store.list(keys.EDITIONS):
        if key.endswith("/edition.json"):
            edition = documents.get(Edition, store, key)
            cited.setdefault(edition.snapshot_id, []).append(edition.id)
    return cited


def bind_edition(
    store: ObjectStore, edition: Edition, rendered: Mapping[LocaleName, RenderedBrief]
) -> Edition:
    """Archive the parts, then commit the edition; the edition that is in force.

    The record is written last and only if there is none: an edition is complete or not there, and
    the first one fixes its snapshot forever.
    """
    for locale, brief in rendered.items():
        for name, content_type, body in _files(brief):
            store.put(edition.part_key(locale, name), body, content_type=content_type)
    return documents.update(
        Edition, store, keys.edition(edition.id), lambda found: found or edition
    )


def read_part(store: ObjectStore, edition: Edition, locale: LocaleName) -> RenderedBrief:
    """An archived part; raises ArchiveDamaged when its bytes have changed."""
    part = edition.parts[locale]
    brief = RenderedBrief(
        subject=part.subject,
        html=store.get(edition.part_key(locale, "brief.html")).decode(),
        text=store.get(edition.part_key(locale, "brief.txt")).decode(),
        chart=store.get(edition.part_key(locale, CHART_NAME)),
    )
    if digest(brief) != part.sha256:
        raise ArchiveDamaged(
            f"the archived files of {edition.id} ({locale}) are not those that were made from"
            f" snapshot {edition.snapshot_id}: nothing is mailed. Restore them, or remove"
            f" {keys.edition(edition.id)} to make the edition again"
        )
    return brief


def digest(brief: RenderedBrief) -> str:
    """What identifies the rendered bytes."""
    combined = hashlib.sha256()
    for name, _, body in _files(brief):
        combined.update(f"{name} {len(body)}\n".encode())
        combined.update(body)
    return combined.hexdigest()


def _files(brief: RenderedBrief) -> tuple[tuple[str, str, bytes], ...]:
    return (
        ("brief.html", "text/html; charset=utf-8", brief.html.encode()),
        ("brief.txt", "text/plain; charset=utf-8", brief.text.encode()),
        (CHART_NAME, "image/png", brief.chart),
    )
