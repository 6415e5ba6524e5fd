"""The body of an answer: saved while it arrives, and known without being unpacked again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from shortdrama.core.errors import PermanentError, TransientError
from shortdrama.lake.packing import packed, unpack
from shortdrama.sources.nesting import Nesting, TooDeep


@dataclass(frozen=True)
class Body:
    """A whole JSON text, packed at `path`.

    `opening` is its first byte that is no blank, `objects` how many objects it has at any depth,
    `size` its bytes unpacked. `has_lone_surrogates` as of Nesting.
    """

    path: Path
    opening: bytes
    objects: int
    size: int
    has_lone_surrogates: bool

    def text(self) -> bytes:
        """The JSON text, all in memory: only for pages."""
        return unpack(self.path.read_bytes())


Check = Callable[[Body, str], int | None]
"""Raises SourceError for a body that is not to be landed, else says how many entries it has (rows
of a report, entries of a page); None if nobody counts them. Gets what the body is about, too."""


def save_body(chunks: Iterable[bytes], path: Path, about: str) -> Body:
    """Pack the pieces of a JSON text into `path`.

    Raises PermanentError for one that nests too deep, TransientError for one that is not whole.
    """
    text = Nesting()
    size = 0
    with packed(path) as file:
        for chunk in chunks:
            _feed(text, chunk, about)
            size += len(chunk)
            file.write(chunk)
    _must_be_whole(text, about)
    return Body(path, text.opening, text.objects, size, text.has_lone_surrogates)


def _feed(text: Nesting, chunk: bytes, about: str) -> None:
    try:
        text.feed(chunk)
    except TooDeep:
        raise PermanentError(
            f"{about}: the answer's brackets nest too deep or do not match. If the"
            " vendor changed its format, fix the connector"
        ) from None


def _must_be_whole(text: Nesting, about: str) -> None:
    if text.opening == b"<":
        raise TransientError(f"{about}: HTTP 200 came with a page in HTML or XML instead of JSON")
    if text.opening not in (b"[", b"{", b""):
        raise TransientError(f"{about}: the answer is no JSON")
    if not text.is_complete:
        raise TransientError(f"{about}: the answer was cut off")
