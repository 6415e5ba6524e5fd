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
    pages: tuple[tuple[str, str], ...] = ()
    """Language and address of the market pages of its snapshot."""


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
    kept = frozenset(store.list(keys.MARKET_PAGES))
    for edition in all_editions(store):
        late = "late" if edition.late_in else ""
        snapshot = edition.snapshot_id, edition.is_sample
        links, pages = _links(edition.id, edition.parts), _pages(edition.snapshot_id, kept)
        yield Row(edition.id, edition.bound_at, *snapshot, late, links, pages)
        for one in corrections_of(store, edition.id):
            note = f"correction {one.number}, by {one.by}: {one.because}"
            links = _links(edition.id, one.parts)
            pages = _pages(one.snapshot_id, kept)
            yield Row(edition.id, one.at, one.snapshot_id, edition.is_sample, note, links, pages)


def _pages(snapshot_id: str, kept: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Those that are kept, as seen from this page."""
    named = {name: keys.market_page(snapshot_id, locale) for locale, name in LANGUAGES.items()}
    return tuple((name, f"../{key}") for name, key in named.items() if key in kept)


def _links(edition_id: str, parts: Mapping[LocaleName, Part]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            LANGUAGES[locale],
            part.subject,
            f"{edition_id}/{part.folder}/{STANDALONE if STANDALONE in part.files else HTML}",
        )
        for locale, part in sorted(parts.items())
    )
