"""Sources of single statements as readers of a language are told them."""

import json
from functools import cache
from pathlib import Path

from shortdrama.reports.words.formats import LocaleName

REVIEWED = Path(__file__).parent / "sources.json"
"""By the text of the mart."""


@cache
def _reviewed() -> dict[str, dict[LocaleName, str]]:
    found: dict[str, dict[LocaleName, str]] = json.loads(REVIEWED.read_text(encoding="utf-8"))
    return found


def source_name(source: str, locale: LocaleName, otherwise: str) -> str:
    """The reviewed words; the marts write English, so Chinese readers get `otherwise` without."""
    known = _reviewed().get(source)
    if known:
        return known[locale]
    return source if locale == "en" else otherwise
