"""Files of our own schema as the inbox reads them: they need no layout."""

from shortdrama.datasets.model import Dataset
from shortdrama.lake.reading import LayoutRef
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.files.own_csv import parse
from shortdrama.sources.inbox import FileReading, Read


def reader(dataset: Dataset) -> Read:
    """Reads a file with the columns of the dataset."""

    def read(content: bytes, file_name: str, _: ObjectStore, __: LayoutRef | None) -> FileReading:
        window, rows = parse(content, file_name, dataset)
        return FileReading(window, rows)

    return read
