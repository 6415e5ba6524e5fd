"""A lake in a folder that two engines read: every object is a file under its key."""

from dataclasses import dataclass
from pathlib import Path

from memory_store import MemoryStore


@dataclass(eq=False)
class FolderStore(MemoryStore):
    """A bucket in memory whose objects are also files of `folder`."""

    folder: Path = Path()

    def uri(self, key: str) -> str:
        return str(self.folder / key)

    def upload(self, path: Path, key: str) -> None:
        self.put(key, path.read_bytes())

    def download(self, key: str, path: Path) -> None:
        path.write_bytes(self.get(key))

    def etag(self, key: str) -> str:
        return str(self._etag(key))

    def _write(self, key: str, body: bytes, what: object) -> None:
        super()._write(key, body, what)
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
