"""Files that people drop into `inbox/<source>/`."""

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from shortdrama.core.errors import PermanentError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import datasets_of
from shortdrama.datasets.model import Dataset
from shortdrama.lake import keys
from shortdrama.lake.landing import Landing, Part, Pull, read_part
from shortdrama.lake.ledger import Coverage, LoadLedger
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.files.workbook import WorkbookRefused

Parse = Callable[[bytes, str], tuple[Window, Sequence[Mapping[str, Any]]]]
"""From the bytes and the name of a file to the days it is about and its rows.

Raises WorkbookRefused.
"""


OpenConnector = Callable[[Settings, ObjectStore], "InboxFiles"]
Prepare = Callable[[duckdb.DuckDBPyConnection, ObjectStore, Pull], None]


def due_files(store: ObjectStore, source: str) -> list[PullRequest]:
    """The files of the source's inbox that no load was decided of yet.

    A file counts as new by its content: a refused one stays refused until a mended one is dropped.
    """
    datasets = datasets_of(source)
    decided = {
        record.pull_id for dataset in datasets for record in LoadLedger(store, dataset.id).records()
    }
    requests = [
        _request(store.get(key), key, datasets)
        for key in store.list(keys.inbox(source))
        if not key.endswith("/")
    ]
    return [request for request in requests if request.pull_id not in decided]


def _request(content: bytes, key: str, datasets: list[Dataset]) -> PullRequest:
    return PullRequest(
        dataset=dataset_of(content, datasets).id,
        run_key=hashlib.sha256(content).hexdigest(),
        inbox_key=key,
    )


def dataset_of(content: bytes, datasets: list[Dataset]) -> Dataset:
    """The dataset whose columns the file names most of; its reader then says what is wrong."""
    words = set(re.findall(r"\w+", content.decode(errors="replace")))
    return max(datasets, key=lambda dataset: len(words & {c.name for c in dataset.columns}))


class InboxFiles:
    """A dataset whose every load is one file of the inbox."""

    def __init__(self, store: ObjectStore, parse: Parse) -> None:
        self._store = store
        self._parse = parse

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """Land the file's bytes as they are."""
        if request.inbox_key is None:
            raise PermanentError(f"{request}: no file is named")
        part = landing.find(request.run_key)
        if part is None:
            content = self._content(request, request.inbox_key)
            with TemporaryDirectory() as folder:
                body = Path(folder) / "body.gz"
                body.write_bytes(gzip.compress(content, mtime=0))
                part = landing.save(
                    request.run_key,
                    body,
                    extension=Path(request.inbox_key).suffix.lstrip("."),
                    request={"inbox_key": request.inbox_key},
                    response={},
                    context={"file_name": Path(request.inbox_key).name},
                    # A file does not say that it is sample; what the lake publishes does.
                    is_sample=False,
                )
        return Coverage(window=self._window(landing.read(part), part)), [part]

    def _window(self, content: bytes, part: Part) -> Window:
        try:
            return self._parse(content, part.context["file_name"])[0]
        except WorkbookRefused:
            # Conforming refuses it with the reason; until then it is of the day it came.
            return Window(start=part.said_at.date(), end=part.said_at.date())

    def _content(self, request: PullRequest, inbox_key: str) -> bytes:
        try:
            return self._store.get(inbox_key)
        except NotFound:
            raise PermanentError(
                f"{request}: {inbox_key} is no longer in the inbox; drop it again"
            ) from None


def by_file(dataset: Dataset, parse: Parse) -> tuple[OpenConnector, Prepare]:
    """What the module of a dataset has whose every load is one file: `connector` and `prepare`."""

    def connector(settings: Settings, store: ObjectStore) -> InboxFiles:  # noqa: ARG001 - no credentials
        return InboxFiles(store, parse)

    def prepare(connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull) -> None:
        """Relation `answers`: the rows of the pulled file, with the dataset's columns."""
        (part,) = pull.parts
        _, rows = parse(read_part(store, part), part.context["file_name"])
        connection.register("answers", pa.Table.from_pylist(list(rows), schema=_schema(dataset)))

    return connector, prepare


_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
}


def _schema(dataset: Dataset) -> pa.Schema:
    return pa.schema([(column.name, _arrow_type(column.sql_type)) for column in dataset.columns])


def _arrow_type(sql_type: str) -> pa.DataType:
    if match := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", sql_type):
        return pa.decimal128(int(match[1]), int(match[2]))
    return _ARROW_TYPES[sql_type]
