"""Loads of a made-up market in a lake, as their gate leaves them there."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow

from markets.small import Load
from shortdrama.core.windows import Window
from shortdrama.lake import duck, keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore


def accept(load: Load, store: ObjectStore, folder: Path, **changes: Any) -> LoadRecord:
    """Put a load into raw/ and its ledger, with `changes` to its record, such as another status.

    `folder` is for its file on the way.
    """
    said_at = datetime.fromisoformat(load.said_at).replace(tzinfo=UTC)
    path = folder / "load.parquet"
    rows = write(load, path)
    key = keys.raw(load.dataset.id, load.load_id, said_at)
    store.upload(path, key)
    start, end = load.window
    return LoadLedger(store, load.dataset.id).append(
        LoadRecord(
            load_id=load.load_id,
            pull_id=load.load_id,
            dataset=load.dataset.id,
            status="accepted",
            key=key,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            etag=store.etag(key),
            rows=rows,
            coverage=Coverage(
                window=Window(start=start, end=end),
                countries=tuple(country for country in load.countries if country),
                provider=load.provider,
            ),
            said_at=said_at,
            decided_at=datetime.fromisoformat(load.accepted_at or load.said_at).replace(tzinfo=UTC),
            is_sample=True,
        ).model_copy(update=changes)
    )


def write(load: Load, path: Path) -> int:
    """Write the load's Parquet; how many rows it has."""
    lineage = {"load_id": load.load_id, "said_at": load.said_at, "is_sample": True}
    rows = pyarrow.Table.from_pylist([row | lineage for row in load.rows])
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in load.dataset.all_columns)
    with duck.connect() as connection:
        connection.execute(f"create table load ({columns})")
        connection.register("rows", rows)
        connection.execute("insert into load by name select * from rows")
        connection.execute(f"copy load to '{path}' (format parquet)")
    return len(rows)
