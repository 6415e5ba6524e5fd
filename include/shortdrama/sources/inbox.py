"""Files that people drop into `inbox/<source>/`."""

import gzip
import hashlib
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from shortdrama.datasets import FORECASTS
from shortdrama.lake import keys
from shortdrama.lake.landing import Landing, Part, Pull, read_part
from shortdrama.lake.ledger import Coverage, LoadLedger
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.sources import omdia
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.errors import PermanentError
from shortdrama.sources.workbook import WorkbookRefused
from shortdrama.windows import Window

SOURCES = (FORECASTS.source,)
"""The sources that have an inbox."""


def due_files(store: ObjectStore) -> list[PullRequest]:
    """The workbooks of the inbox that no load was decided of yet.

    A file counts as new by its content: a refused one stays refused until a mended one is dropped.
    """
    decided = {record.pull_id for record in LoadLedger(store, FORECASTS).records()}
    requests = [
        PullRequest(
            dataset=FORECASTS.id,
            run_key=hashlib.sha256(store.get(key)).hexdigest(),
            inbox_key=key,
        )
        for key in store.list(keys.inbox(FORECASTS.source))
        if not key.endswith("/")
    ]
    return [request for request in requests if request.pull_id not in decided]


class Workbooks:
    """`omdia.forecasts`: one workbook of the inbox, one vintage."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

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
                    # A workbook does not say that it is sample; what the lake publishes does.
                    is_sample=False,
                )
        vintage = _vintage(landing.read(part), part)
        return Coverage(window=Window(start=vintage, end=vintage)), [part]

    def _content(self, request: PullRequest, inbox_key: str) -> bytes:
        try:
            return self._store.get(inbox_key)
        except NotFound:
            raise PermanentError(
                f"{request}: {inbox_key} is no longer in the inbox; drop it again"
            ) from None

    def prepare(
        self, connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull
    ) -> None:
        """Relation `answers`: the workbook's figures, a row per published cell."""
        (part,) = pull.parts
        workbook = omdia.parse_workbook(read_part(store, part), part.context["file_name"])
        rows = [asdict(row) for row in workbook.rows]
        connection.register("answers", pa.Table.from_pylist(rows, schema=_SCHEMA))


def _vintage(content: bytes, part: Part) -> date:
    try:
        return omdia.parse_workbook(content, part.context["file_name"]).published_on
    except WorkbookRefused:
        # Conforming refuses it with the reason; until then it is of the day it came.
        return part.said_at.date()


_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(20,4)": pa.decimal128(20, 4),
}
_SCHEMA = pa.schema([(column.name, _ARROW_TYPES[column.sql_type]) for column in FORECASTS.columns])
