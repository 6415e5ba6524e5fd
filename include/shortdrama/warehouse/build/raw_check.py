"""The check of the raw objects that a build reads: before it reads them, and after."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from shortdrama.core.errors import BuildFailed
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.raw_objects import compare
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import built


class RawCheck:
    """Compares objects with the ledger; the warehouse remembers which ones were right."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, store: ObjectStore) -> None:
        self._connection = connection
        self._store = store
        self._etags = built.compared(connection)
        self._records: list[LoadRecord] = []

    def check(self, records: Sequence[LoadRecord]) -> None:
        """Raise LoadsDamaged if one of these loads is not as it was accepted."""
        found = compare(records, self._store, self._etags)
        built.remember_compared(self._connection, dict(found.etags.items() - self._etags.items()))
        found.refuse_damaged()
        self._etags |= found.etags
        self._records += records

    def check_again(self) -> None:
        """Raise LoadsDamaged if one of the loads that were checked has changed since."""
        compare(self._records, self._store, self._etags).refuse_damaged()

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """If what runs inside fails because of a load, raise LoadsDamaged, which names it.

        The ETags do not count then: if a disk has lost bytes, the store lists the object as before
        and fails when it is read.
        """
        try:
            yield
        except (BuildFailed, duckdb.Error):
            compare(self._records, self._store, {}).refuse_damaged()
            raise
