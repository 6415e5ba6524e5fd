"""Which marts of a snapshot other engines can read as Iceberg tables, and by which path."""

from typing import Literal

from shortdrama.core.errors import Failure
from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore


class IcebergTables(Document):
    """The address of the metadata file of each mart, and why others have none.

    Addresses are absolute, `s3://<bucket>/…`, as everything in Iceberg metadata: they are true only
    in a bucket of this name.
    """

    schema_version: Literal[1] = 1
    snapshot_id: str
    tables: dict[str, str]
    left_out: dict[str, str]

    def path(self, mart: str) -> str:
        """The address of a mart's metadata file; raises NoIcebergTables."""
        if mart in self.tables:
            return self.tables[mart]
        why = self.left_out.get(mart, "the snapshot has no such mart")
        raise NoIcebergTables(f"{mart} is no Iceberg table in {self.snapshot_id}: {why}")


class NoIcebergTables(Failure):
    """A snapshot has no Iceberg metadata (yet)."""


def find_tables(store: ObjectStore, snapshot_id: str) -> IcebergTables | None:
    """The tables of a snapshot; None while they are not all written."""
    return documents.find(IcebergTables, store, keys.iceberg_tables(snapshot_id))


def read_tables(store: ObjectStore, snapshot_id: str) -> IcebergTables:
    """The tables of a snapshot; raises NoIcebergTables."""
    found = find_tables(store, snapshot_id)
    if found is None:
        raise NoIcebergTables(
            f"snapshot {snapshot_id} has no Iceberg metadata. The task `iceberg` of market_marts"
            " writes it for the snapshot that is current, minutes after it was published; an older"
            " one without it is read by `shortdrama sql` and by its marts.duckdb"
        )
    return found
