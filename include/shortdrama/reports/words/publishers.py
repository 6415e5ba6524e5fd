"""Publishers as readers know them: without legal suffixes, and parents where they are reviewed."""

import json
import re
from functools import cache
from pathlib import Path

from shortdrama.reports.words.formats import LocaleName

REVIEWED = Path(__file__).parent / "publishers.json"
"""By name in capitals and without legal suffix: what to call it in each language."""

LEGAL = re.compile(
    r"[\s,]+(?:pte\.?\s*,?\s*ltd|co\.?\s*,?\s*ltd|private limited|limited|ltd|inc|llc|l\.l\.c|"
    r"corp|corporation|gmbh|s\.a\.r\.l|pty\.?\s*ltd)\.?$",
    re.IGNORECASE,
)


@cache
def _reviewed() -> dict[str, dict[LocaleName, str]]:
    found: dict[str, dict[LocaleName, str]] = json.loads(REVIEWED.read_text(encoding="utf-8"))
    return found


def publisher_name(publisher: str, locale: LocaleName) -> str:
    """The reviewed name; for others only the legal suffix goes, and shouting.

    A name of one or two capitals (`KT`) is left, because it is an abbreviation.
    """
    short = LEGAL.sub("", publisher.strip()) or publisher
    known = _reviewed().get(short.upper())
    if known:
        return known[locale]
    words = short.split(" ")
    return " ".join(
        word.capitalize() if word.isupper() and word.isalpha() and len(word) > 3 else word
        for word in words
    )
