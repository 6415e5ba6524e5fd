"""A bucket in memory that can be backed up and restored into."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from memory_store import MemoryStore
from shortdrama.lake.store import Digest, Listed, Received

PAGE = 3
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(eq=False)
class Bucket(MemoryStore):
    """Listings come in pages of three keys; `before` is called before each access, with its key."""

    bucket: str = "shortdrama"
    before: Callable[[str], None] = lambda _: None
    types: dict[str, str] = field(default_factory=dict)

    def listed(self, prefix: str) -> Iterator[Listed]:
        last = ""
        while True:
            self.before(prefix)
            page = sorted(k for k in self.objects if k.startswith(prefix) and k > last)[:PAGE]
            if not page:
                return
            for key in page:
                yield Listed(key, str(self._etag(key)), len(self.objects[key]), NOW)
            last = page[-1]

    def receive(self, key: str, path: Path) -> Received:
        self.before(key)
        body, etag = self._read(key)
        path.write_bytes(body)
        kind = self.types.get(key, "application/octet-stream")
        return Received(etag, hashlib.sha256(body).hexdigest(), len(body), kind)

    def put(self, key: str, body: bytes, *, content_type: str = "", **_: str) -> None:
        self.before(key)
        super().put(key, body)
        self.types[key] = content_type

    def digest(self, key: str) -> Digest:
        body, etag = self._read(key)
        return Digest(etag, hashlib.sha256(body).hexdigest())

    def delete(self, key: str) -> None:
        self.before(key)
        self.objects.pop(key, None)
