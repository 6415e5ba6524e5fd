"""What the forms of the DAGs offer. The DAG processor reads this, so it imports little."""

from shortdrama.core.settings import settings
from shortdrama.datasets import with_past
from shortdrama.datasets.model import WORLD

FILLED = {"type": "string", "pattern": r"\S"}
"""A text that a person must give."""


def datasets() -> dict[str, str]:
    """The datasets whose past can be pulled, by id, with their titles."""
    return {dataset.id: f"{dataset.id}: {dataset.titles['en']}" for dataset in with_past()}


def countries() -> list[str]:
    """The codes that the sources of these datasets are asked for, the world first."""
    sources = dict.fromkeys(dataset.source for dataset in with_past())
    asked = (getattr(settings(), source).countries for source in sources)
    return list(dict.fromkeys([WORLD, *(code for codes in asked for code in codes)]))


def pools() -> list[str]:
    """The Airflow pools that these datasets are pulled in."""
    return list(dict.fromkeys(dataset.pool for dataset in with_past()))
