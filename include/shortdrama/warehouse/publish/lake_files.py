"""How PyIceberg reads and writes the lake: by the pipeline's own client, with its keys.

The S3 client that comes with PyArrow sends uploads in a form that not every S3 server understands.
"""

from io import BytesIO

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from shortdrama.lake.object_file import open_object
from shortdrama.lake.store import ObjectStore


class LakeFiles(FileIO):
    """The objects of one bucket, by their addresses `s3://<bucket>/…`."""

    def __init__(self, store: ObjectStore) -> None:
        super().__init__()
        self._store = store

    def new_input(self, location: str) -> InputFile:
        """An object to read."""
        return _LakeFile(location, self._store)

    def new_output(self, location: str) -> OutputFile:
        """An object to write; it is there when it is closed."""
        return _LakeFile(location, self._store)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Nothing is ever deleted while tables are made."""
        raise NotImplementedError


class _LakeFile(InputFile, OutputFile):
    def __init__(self, location: str, store: ObjectStore) -> None:
        super().__init__(location)
        self._store = store
        self._key = location.removeprefix(store.uri(""))

    def __len__(self) -> int:
        return self._store.size(self._key)

    def exists(self) -> bool:
        return self._store.exists(self._key)

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002 - it always is
        return open_object(self._store, self._key)

    def to_input_file(self) -> InputFile:
        return self

    def create(self, overwrite: bool = False) -> OutputStream:  # noqa: ARG002 - names are unique
        return _Draft(self._store, self._key)


class _Draft(BytesIO):
    def __init__(self, store: ObjectStore, key: str) -> None:
        super().__init__()
        self._store, self._key = store, key

    def close(self) -> None:
        if not self.closed:
            self._store.put(self._key, self.getvalue())
        super().close()
