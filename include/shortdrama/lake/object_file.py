"""An object as a file: only those bytes are fetched that are read."""

import io
from typing import TYPE_CHECKING

from shortdrama.lake.store import ObjectStore

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FETCHED = 64 * 1024
"""Bytes that are fetched at least: a Parquet footer is seldom longer."""


def open_object(store: ObjectStore, key: str) -> io.BufferedReader:
    """The object for reading and seeking; raises NotFound."""
    return io.BufferedReader(_ObjectFile(store, key), FETCHED)


class _ObjectFile(io.RawIOBase):
    def __init__(self, store: ObjectStore, key: str) -> None:
        self._store, self._key = store, key
        self._size = store.size(key)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        wanted = memoryview(buffer).cast("B")
        end = min(self._size, self._at + len(wanted))
        if end <= self._at:
            return 0
        found = self._store.get_range(self._key, self._at, end)
        wanted[: len(found)] = found
        self._at += len(found)
        return len(found)
