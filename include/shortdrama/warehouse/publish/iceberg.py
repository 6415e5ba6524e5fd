"""Iceberg metadata over the Parquet files of a snapshot, for engines that are not DuckDB.

No data is written or copied: a table is three small files that name the mart's Parquet files, also
those that the snapshot took over from earlier ones. The metadata file of a table is written after
what it names, the list of all tables after them. So what is there is whole, and a killed attempt
goes on where it was. Nobody waits for any of it: the pointer alone says what is published.
"""

from collections.abc import Callable, Sequence
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.catalog.memory import InMemoryCatalog
from pyiceberg.io import FileIO

from shortdrama.core.errors import DamagedDocument
from shortdrama.core.settings import Settings
from shortdrama.lake import documents, keys
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.warehouse.publish.lake_files import LakeFiles
from shortdrama.warehouse.snapshots.described import Mart, described
from shortdrama.warehouse.snapshots.iceberg import IcebergTables, find_tables
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest
from shortdrama.warehouse.snapshots.read import connect

NAMESPACE = "marts"
PASSING = (OSError, BotoCoreError, ClientError, NotFound, MemoryError)
"""Trying again may help against these; not against what PyIceberg says about files."""


def write_iceberg(
    manifest: SnapshotManifest,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
) -> IcebergTables:
    """Write what is missing of the Iceberg tables of a snapshot; what is there stays as it is.

    A mart that cannot be an Iceberg table is left out, with the reason. Raises MartsUnreadable,
    NotFound if a file is lost.
    """
    snapshot_id = manifest.snapshot_id
    there = set(store.list(keys.iceberg(snapshot_id)))
    wanted = {mart: keys.iceberg_metadata(snapshot_id, mart) for mart in manifest.marts}
    found = _found(store, snapshot_id, say)
    left_out = dict(found.left_out) if found else {}
    missing = [mart for mart, key in wanted.items() if key not in there and mart not in left_out]
    if found and not missing:
        return found
    with connect(settings, snapshot_id) as connection:
        marts = described(connection)
    with closing(_Tables(store)) as catalog:
        for mart in missing:
            files = [store.uri(file.key) for file in manifest.marts[mart]]
            location = store.uri(keys.iceberg_table(snapshot_id, mart))
            try:
                metadata = _metadata(catalog, marts[mart], files, location, manifest)
            except PASSING:
                raise
            except Exception as error:  # of one mart; it keeps no other from engines
                left_out[mart] = str(error).strip() or type(error).__name__
                say(f"{mart}: no Iceberg table, {left_out[mart]}")
            else:
                store.put(wanted[mart], metadata, content_type="application/json")
    tables = IcebergTables(
        snapshot_id=snapshot_id,
        tables={mart: store.uri(key) for mart, key in wanted.items() if mart not in left_out},
        left_out=left_out,
    )
    documents.put(tables, store, keys.iceberg_tables(snapshot_id))
    say(f"{len(tables.tables)} marts of {snapshot_id} are Iceberg tables")
    return tables


def _found(
    store: ObjectStore, snapshot_id: str, say: Callable[[str], None]
) -> IcebergTables | None:
    try:
        return find_tables(store, snapshot_id)
    except DamagedDocument as error:  # everything in it can be found out again
        say(f"the list of the tables is written again: {error}")
        return None


class _Tables(InMemoryCatalog):
    """Makes tables in the lake and is forgotten: readers need no catalogue."""

    def __init__(self, store: ObjectStore) -> None:
        super().__init__(NAMESPACE)
        self.files = LakeFiles(store)
        self.create_namespace(NAMESPACE)

    def _load_file_io(self, *_: object, **__: object) -> FileIO:
        return self.files


def _metadata(
    catalog: _Tables,
    mart: Mart,
    files: Sequence[str],
    location: str,
    manifest: SnapshotManifest,
) -> bytes:
    """Write the list of a table's files into the lake; the metadata file that names it."""
    if not files:
        raise ValueError("it has no file that says its columns")
    table = catalog.create_table_transaction(
        (NAMESPACE, mart.name),
        schema=_schema(catalog.files, files[0], mart),
        location=location,
        properties={
            "comment": mart.comment or "",
            "shortdrama.snapshot-id": manifest.snapshot_id,
            "shortdrama.is-sample": str(manifest.is_sample).lower(),
        },
    )
    # Parquet files of DuckDB have no field ids; this also gives the table a mapping by name.
    table.add_files(list(files), check_duplicate_files=False)
    return table.table_metadata.model_dump_json(exclude_none=True).encode()


def _schema(lake: FileIO, file: str, mart: Mart) -> pa.Schema:
    """The columns of the mart's first file, as its view has them, with their descriptions."""
    comments = {column.name: column.comment for column in mart.columns}
    with lake.new_input(file).open() as opened:
        columns = pq.read_schema(opened)
    return pa.schema(
        [
            column.with_metadata({"doc": comment})
            if (comment := comments.get(column.name))
            else column
            for column in columns
        ]
    )
