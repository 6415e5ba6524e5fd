"""Which module brings which dataset: `sources/<source>/<name>.py`, found by that name."""

from importlib import import_module
from importlib.resources import files
from typing import Protocol, cast

import duckdb

from shortdrama.core.settings import Settings
from shortdrama.datasets.model import Dataset
from shortdrama.lake.landing import Pull
from shortdrama.lake.reading import Reading
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import Connector


class DatasetModule(Protocol):
    """What the module of a dataset has."""

    def connector(self, settings: Settings, store: ObjectStore) -> Connector:
        """The way in, with its credentials."""
        ...

    def prepare(
        self, connection: duckdb.DuckDBPyConnection, store: ObjectStore, pull: Pull
    ) -> Reading | None:
        """Make the temporary relations that `<name>.rows.sql` reads the pull's rows from.

        Of a file it says how that was read.
        """
        ...


def module_of(dataset: Dataset) -> DatasetModule:
    """The module of a dataset; raises ModuleNotFoundError."""
    return cast(DatasetModule, import_module(f"{__package__}.{dataset.source}.{dataset.name}"))


def rows_sql(dataset: Dataset) -> str:
    """The query of a pull's rows, with the dataset's columns, over the prepared relations."""
    folder = files(f"{__package__}.{dataset.source}")
    return folder.joinpath(f"{dataset.name}.rows.sql").read_text("utf-8")
