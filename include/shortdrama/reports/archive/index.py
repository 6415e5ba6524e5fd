"""The page that lists all editions by date: one small file that needs nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import all_editions, corrections_of
from shortdrama.reports.archive.parts import CONTENT_TYPES, HTML, STANDALONE, Part
from shortdrama.reports.words.formats import LocaleName

LANGUAGES: dict[LocaleName, str] = {"en": "English", "zh": "中文"}


@dataclass(frozen=True)
class Row:
    """A line of the page; `links` are language, subject and address of the file."""

    edition: str
    made_at: datetime
    snapshot_id: str
    is_sample: bool
    note: str
    links: tuple[tuple[str, str, str], ...]


def write_index(store: ObjectStore) -> None:
    """Write the page for what is in the archive now."""
    page = index_page(store).encode()
    store.put(keys.EDITION_INDEX, page, content_type=CONTENT_TYPES["html"])


def index_page(store: ObjectStore) -> str:
    """The page, the newest edition first."""
    rows = sorted(_rows(store), key=lambda row: (row.made_at, row.edition), reverse=True)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("index.html.j2").render(rows=rows)


def _rows(store: ObjectStore) -> Iterator[Row]:
    for edition in all_editions(store):
        late = "late" if edition.late_in else ""
        snapshot = edition.snapshot_id, edition.is_sample
        yield Row(edition.id, edition.bound_at, *snapshot, late, _links(edition.id, edition.parts))
        for one in corrections_of(store, edition.id):
            note = f"correction {one.number}, by {one.by}: {one.because}"
            links = _links(edition.id, one.parts)
            yield Row(edition.id, one.at, one.snapshot_id, edition.is_sample, note, links)


def _links(edition_id: str, parts: Mapping[LocaleName, Part]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            LANGUAGES[locale],
            part.subject,
            f"{edition_id}/{part.folder}/{STANDALONE if STANDALONE in part.files else HTML}",
        )
        for locale, part in sorted(parts.items())
    )
