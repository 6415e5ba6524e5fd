"""A bucket in memory that keeps the promises of S3, with interruptions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import md5
from typing import Literal

from shortdrama.lake.store import Conflict, NotFound, ObjectStore


class Killed(BaseException):
    """The process ended here; no `except Exception` sees it. `arrived`: its last write did."""

    def __init__(self, key: str, *, arrived: bool) -> None:
        super().__init__(key)
        self.key = key
        self.arrived = arrived


@dataclass
class Interruption:
    """What happens at the n-th access (reads and writes are counted from 0) of a bucket.

    `killed before` and `killed after` are for a write; `answer lost`: a conditional put that has
    arrived is said to have met another, as a client says that sends it again. A callable is another
    process that comes in between, before the access.
    """

    access: int
    what: Literal["killed before", "killed after", "answer lost"] | Callable[[], None]


@dataclass(eq=False)
class MemoryStore(ObjectStore):
    """The objects, and the keys that were read and written, in order."""

    objects: dict[str, bytes] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    interruption: Interruption | None = None
    bucket: str = "memory"

    def exists(self, key: str) -> bool:
        return key in self.objects

    def put(self, key: str, body: bytes, **_: str) -> None:
        self._write(key, body, self._interrupted())

    def etags(self, prefix: str) -> Iterator[tuple[str, str]]:
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        yield from ((key, str(self._etag(key))) for key in keys)

    def folders(self, prefix: str) -> Iterator[str]:
        rests = (key.removeprefix(prefix) for key, _ in self.etags(prefix))
        yield from dict.fromkeys(rest.partition("/")[0] for rest in rests if "/" in rest)

    def compare_and_swap(self, key: str, body: bytes, etag: str | None) -> str:
        what = self._interrupted()
        if etag != self._etag(key):
            raise Conflict(key)
        self._write(key, body, what)
        if what == "answer lost":
            raise Conflict(key)
        return str(self._etag(key))

    def _read(self, key: str) -> tuple[bytes, str]:
        self._interrupted()
        self.reads.append(key)
        if key not in self.objects:
            raise NotFound(key)
        return self.objects[key], str(self._etag(key))

    def _write(self, key: str, body: bytes, what: object) -> None:
        if what == "killed before":
            raise Killed(key, arrived=False)
        self.objects[key] = body
        self.writes.append(key)
        if what == "killed after":
            raise Killed(key, arrived=True)

    def _etag(self, key: str) -> str | None:
        found = self.objects.get(key)
        return None if found is None else md5(found, usedforsecurity=False).hexdigest()

    def _interrupted(self) -> object:
        """What the interruption does to this access, if it is the one; others are let in here."""
        planned = self.interruption
        if planned is None:
            return None
        planned.access -= 1
        if planned.access >= 0:
            return None
        self.interruption = None
        if callable(planned.what):
            planned.what()
            return None
        return planned.what
