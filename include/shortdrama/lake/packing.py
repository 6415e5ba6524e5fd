"""How parts are packed: with zstd, which is faster than gzip; those of older releases with gzip."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

SUFFIX = ".zst"
"""How the key of a part ends that is packed today."""

Packing = Literal["zstd", "gzip"]


class Writes(Protocol):
    """Takes bytes."""

    def write(self, data: bytes) -> object:
        """Take the next piece."""
        ...


@contextmanager
def packed(path: Path) -> Iterator[Writes]:
    """A file that packs what is written into it, at zstd's level 1."""
    with pa.OSFile(str(path), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as file:
        yield file


def packing_of(key: str) -> Packing:
    """How the part under a key is packed."""
    return "zstd" if key.endswith(SUFFIX) else "gzip"


def unpack(body: bytes, packing: Packing = "zstd") -> bytes:
    """The bytes of a packed part, all in memory; raises OSError when it is damaged."""
    if packing == "gzip":
        return gzip.decompress(body)
    with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as file:
        return bytes(file.read())
