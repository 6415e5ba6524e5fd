"""Files that people drop into `inbox/<source>/`."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from shortdrama.core.clock import Clock
from shortdrama.core.errors import PermanentError, SchemaError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import datasets_of
from shortdrama.datasets.model import Dataset
from shortdrama.lake import documents, keys
from shortdrama.lake.inbox_book import InboxBook, Seen
from shortdrama.lake.landing import Landing, Part, Pull, read_part
from shortdrama.lake.ledger import Coverage, LoadLedger
from shortdrama.lake.packing import packed
from shortdrama.lake.reading import LayoutRef, Reading, VendorEntry
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.files.workbook import MAX_BYTES, WorkbookRefused, too_large

OF_UNEXPECTED_CONTENT = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
"""What code raises that meets other values than it was written for."""

AHEAD = timedelta(hours=1)
"""So far may a store's clock go before ours, and files of one run be set apart."""

HEAD = 64 * 1024
"""Bytes of a file in which its header is looked for."""

LEFT_BEHIND = re.compile(r"~\$.*|\.~lock\..*#|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini")
"""What spreadsheet programs and file managers leave beside a file while it is open."""


@dataclass(frozen=True)
class FileReading:
    """What a file says: the days it is about, and its rows; more as of Reading.

    `layout_file` are the bytes of the layout. `encoding` is that of a text file, in words.
    """

    window: Window
    rows: Sequence[Mapping[str, Any]]
    layout: LayoutRef | None = None
    layout_file: bytes = b""
    vendor: VendorEntry | None = None
    notes: tuple[str, ...] = ()
    encoding: str | None = None


Read = Callable[[bytes, str, ObjectStore, LayoutRef | None], FileReading]
"""From the bytes and the name of a file, the lake, and the layout that a replay must use.

Raises WorkbookRefused.
"""

OpenConnector = Callable[[Settings, ObjectStore], "InboxFiles"]
Prepare = Callable[[duckdb.DuckDBPyConnection, ObjectStore, Pull], Reading]


def passed_over(name: str, size: int) -> str | None:
    """Why a file of an inbox is not looked at; None for one that is."""
    if LEFT_BEHIND.fullmatch(name):
        return "a program left it there while a file was open"
    return "it is empty, perhaps still being copied" if size == 0 else None


def due_files(store: ObjectStore, source: str, clock: Clock | None = None) -> list[PullRequest]:
    """The files of the source's inbox that no load was decided of yet, oldest upload first.

    A file counts as new by its content: a refused one stays refused until a corrected one is
    dropped. Files that were decided are listed, not read.
    """
    folder = keys.inbox(source)
    listed = [
        one
        for one in store.listed(folder)
        if not one.key.endswith("/")
        and not one.key.startswith(keys.inbox_layouts(source))
        and not passed_over(PurePosixPath(one.key).name, one.size)
    ]
    if not listed:
        return []
    now = (clock or Clock()).now()
    book_key = keys.inbox_book(source)
    book = documents.update(
        InboxBook, store, book_key, lambda found: (found or InboxBook()).with_listed(listed, now)
    )
    open_files = [
        seen for one in listed if (seen := book.seen(one)) is not None and not seen.is_decided
    ]
    if not open_files:
        return []
    datasets = datasets_of(source)
    known = [_looked_into(seen, store, datasets) for seen in open_files]
    decided = {
        record.pull_id for dataset in datasets for record in LoadLedger(store, dataset.id).records()
    }
    known = [seen.model_copy(update={"is_decided": seen.pull_id in decided}) for seen in known]
    documents.update(
        InboxBook, store, book_key, lambda found: (found or InboxBook()).with_seen(known)
    )
    due = sorted((seen for seen in known if not seen.is_decided), key=lambda seen: seen.uploaded_at)
    return [_request(seen) for seen in due]


def _looked_into(seen: Seen, store: ObjectStore, datasets: list[Dataset]) -> Seen:
    """What the file is, read once; too large a file is known by its mark in the store alone."""
    if seen.pull_id is not None:
        return seen
    if seen.size > MAX_BYTES:
        found = {"sha256": seen.etag, "dataset": datasets[0].id}
    else:
        content = store.get(seen.key)
        found = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "dataset": dataset_of(content, datasets).id,
        }
    seen = seen.model_copy(update=found)
    return seen.model_copy(update={"pull_id": _request(seen).pull_id})


def _request(seen: Seen) -> PullRequest:
    return PullRequest(
        dataset=str(seen.dataset),
        run_key=str(seen.sha256),
        inbox_key=seen.key,
        uploaded_at=seen.uploaded_at,
        too_large=seen.size if seen.size > MAX_BYTES else None,
    )


def dataset_of(content: bytes, datasets: list[Dataset]) -> Dataset:
    """The dataset whose columns the file names most of; its reader then says what is wrong."""
    words = set(re.findall(r"\w+", content[:HEAD].decode(errors="replace")))
    return max(datasets, key=lambda dataset: len(words & {c.name for c in dataset.columns}))


class InboxFiles:
    """A dataset whose every load is one file of the inbox."""

    def __init__(self, store: ObjectStore, read: Read) -> None:
        self._store = store
        self._read = read

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """Land the file's bytes as they are; of too large a file, that it was there."""
        if request.inbox_key is None:
            raise PermanentError(f"{request}: no file is named")
        part = landing.find(request.run_key)
        if part is None:
            content = self._content(request, request.inbox_key)
            context = {"file_name": PurePosixPath(request.inbox_key).name}
            if request.too_large is not None:
                context["too_large"] = str(request.too_large)
            with TemporaryDirectory() as folder:
                body = Path(folder) / "body"
                with packed(body) as file:
                    file.write(content)
                part = landing.save(
                    request.run_key.strip('"'),
                    body,
                    extension=PurePosixPath(request.inbox_key).suffix.lstrip("."),
                    request={"inbox_key": request.inbox_key},
                    response={},
                    context=context,
                    # A file does not say that it is sample; what the lake publishes does.
                    is_sample=False,
                    said_at=_said_at(request, landing.now()),
                )
        return Coverage(window=self._window(part)), [part]

    def examine(self, content: bytes, file_name: str) -> FileReading:
        """What a file says, landed or not; nothing is written. Raises WorkbookRefused."""
        return _understood(self._read, content, file_name, self._store, None)

    def _window(self, part: Part) -> Window:
        try:
            return _read_part(part, self._store, self._read).window
        except Exception:
            # Conforming refuses it with the reason; until then it is of the day it came.
            return Window(start=part.said_at.date(), end=part.said_at.date())

    def _content(self, request: PullRequest, inbox_key: str) -> bytes:
        if request.too_large is not None:
            return b""
        try:
            content = self._store.get(inbox_key)
        except NotFound:
            raise PermanentError(
                f"{request}: {inbox_key} is no longer in the inbox; drop it again"
            ) from None
        if hashlib.sha256(content).hexdigest() != request.run_key:
            raise PermanentError(
                f"{request}: {inbox_key} was replaced while it was taken; the next run takes the "
                "new file"
            )
        return content


def _said_at(request: PullRequest, now: datetime) -> datetime:
    """When the file came, by its book; that cannot be far ahead of our clock."""
    uploaded_at = request.uploaded_at
    return uploaded_at if uploaded_at is not None and uploaded_at - now < AHEAD else now


def by_file(dataset: Dataset, read: Read) -> tuple[OpenConnector, Prepare]:
    """What the module of a dataset has whose every load is one file: `connector` and `prepare`."""

    def connector(settings: Settings, store: ObjectStore) -> InboxFiles:  # noqa: ARG001 - no credentials
        return InboxFiles(store, read)

    def prepare(connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull) -> Reading:
        """Relation `answers`: the rows of the pulled file, with the dataset's columns."""
        (part,) = pull.parts
        said = _read_part(part, store, read, pull.layout)
        connection.register("answers", answers_of(dataset, said.rows))
        if said.layout is not None:
            key = keys.used_layout(dataset.source, said.layout.id, said.layout.sha256)
            if not store.exists(key):
                store.put(key, said.layout_file, content_type="application/json")
        return Reading(window=said.window, layout=said.layout, vendor=said.vendor, notes=said.notes)

    return connector, prepare


def _read_part(
    part: Part, store: ObjectStore, read: Read, layout: LayoutRef | None = None
) -> FileReading:
    file_name = part.context["file_name"]
    if "too_large" in part.context:
        raise WorkbookRefused(file_name, too_large(int(part.context["too_large"])))
    return _understood(read, read_part(store, part), file_name, store, layout)


def _understood(
    read: Read, content: bytes, file_name: str, store: ObjectStore, layout: LayoutRef | None
) -> FileReading:
    """What the reader says; whatever else it raises is a refusal too, for it is about the file."""
    try:
        return read(content, file_name, store, layout)
    except OF_UNEXPECTED_CONTENT as error:
        if isinstance(error, SchemaError | NotFound):
            raise
        raise WorkbookRefused(
            file_name,
            f"the reader met something that it was not written for ({type(error).__name__}: "
            f"{error}); copy the tables into a new workbook as values, and report the file",
        ) from error


_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
}


def answers_of(dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows of a file as the relation `answers`, with the dataset's columns."""
    return pa.Table.from_pylist(list(rows), schema=_schema(dataset))


def _schema(dataset: Dataset) -> pa.Schema:
    return pa.schema([(column.name, _arrow_type(column.sql_type)) for column in dataset.columns])


def _arrow_type(sql_type: str) -> pa.DataType:
    if match := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", sql_type):
        return pa.decimal128(int(match[1]), int(match[2]))
    return _ARROW_TYPES[sql_type]
