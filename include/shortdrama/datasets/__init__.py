"""The datasets: one file each, with everything that is special about it.

A new file is found automatically. Nothing else in the package describes a dataset.
"""

from importlib import import_module
from pkgutil import iter_modules

from shortdrama.datasets.model import DEFAULT_POOL, Api, Dataset, Inbox


def _found() -> list[Dataset]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return [
        value for module in modules for value in vars(module).values() if isinstance(value, Dataset)
    ]


DATASETS = {dataset.id: dataset for dataset in _found()}


def datasets_of(source: str) -> list[Dataset]:
    """The datasets of a source."""
    return [dataset for dataset in DATASETS.values() if dataset.source == source]


def with_past() -> list[Dataset]:
    """The datasets whose earlier days can be pulled."""
    return [dataset for dataset in DATASETS.values() if dataset.has_past]


def sources_by(way: type[Api] | type[Inbox]) -> list[str]:
    """The sources whose datasets arrive in that way."""
    found = (dataset.source for dataset in DATASETS.values() if isinstance(dataset.arrives, way))
    return list(dict.fromkeys(found))


def pools() -> list[str]:
    """The Airflow pools that pulls run in, without Airflow's default pool."""
    names = dict.fromkeys(dataset.pool for dataset in DATASETS.values())
    return [name for name in names if name != DEFAULT_POOL]


def headline() -> Dataset:
    """The dataset whose newest day identifies a snapshot for people."""
    return next(dataset for dataset in DATASETS.values() if dataset.is_headline)


def dataset_named(name: str) -> Dataset:
    """The dataset with that id, or with that name if only one source has it.

    Raises KeyError with the known ids.
    """
    matches = [dataset for dataset in DATASETS.values() if name in (dataset.id, dataset.name)]
    if len(matches) == 1:
        return matches[0]
    known = ", ".join(sorted(DATASETS))
    raise KeyError(f"no dataset is called {name!r}; there are: {known}") from None
