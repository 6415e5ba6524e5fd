"""The words of the reports: one JSON file per subject and locale, with the same keys."""

import json
from functools import cache
from pathlib import Path

from shortdrama.datasets import DATASETS
from shortdrama.reports.words.formats import LocaleName

FOLDER = Path(__file__).parent / "locales"


class Catalogue:
    """The texts of one locale; `{name}` in a text is filled in."""

    def __init__(self, locale: LocaleName, texts: dict[str, str]) -> None:
        self._locale = locale
        self._texts = texts

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def text(self, key: str, **values: object) -> str:
        """The text of a key; raises KeyError for a key or value that is missing."""
        return self._texts[key].format(**values)

    def text_or(self, key: str, default: str, **values: object) -> str:
        """The text of a key, or of `default` if the catalogue does not have it."""
        return self.text(key if key in self._texts else default, **values)

    def dataset(self, dataset_id: str) -> str:
        """What readers call a dataset; its id if the pipeline no longer has it."""
        known = DATASETS.get(dataset_id)
        return known.titles[self._locale] if known else dataset_id


@cache
def catalogue(locale: LocaleName, subject: str) -> Catalogue:
    """The catalogue of a subject (`weekly`, `delivery`, ...) in a locale."""
    file = FOLDER / f"{subject}.{locale}.json"
    return Catalogue(locale, json.loads(file.read_text(encoding="utf-8")))
