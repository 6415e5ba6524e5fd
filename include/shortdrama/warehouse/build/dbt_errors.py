"""What dbt says went wrong, out of all that it says."""

import re
from collections.abc import Sequence

TIME = re.compile(r"^\d\d:\d\d:\d\d {0,2}")
SUMMARY = re.compile(r"^(Completed with \d+ error|Encountered an error)")
NOISE = re.compile(r"^(Done\.|compiled code at )|^$")
LAST_LINES = 20


def errors_of(lines: Sequence[str]) -> list[str]:
    """The errors of dbt's summary, the first one first; its last lines if it came to no summary."""
    said = [TIME.sub("", line).rstrip() for line in lines]
    begins = next((n for n, line in enumerate(said) if SUMMARY.match(line)), None)
    if begins is None:
        return said[-LAST_LINES:]
    return [line for line in said[begins + 1 :] if not NOISE.match(line.strip())]
