"""The errors in dbt's output."""

import re
from collections.abc import Sequence

TIME = re.compile(r"^\d\d:\d\d:\d\d {0,2}")
LEVEL = re.compile(r"^\[ERROR\]: (in )?")
SUMMARY = re.compile(r"^(Completed with \d+ error|Encountered an error)")
NOISE = re.compile(r"^(Done\.|compiled code at )|^$")
LAST_LINES = 20


def errors_of(lines: Sequence[str]) -> list[str]:
    """The errors of dbt's summary, in its order; without a summary, its last lines."""
    said = [LEVEL.sub("", TIME.sub("", line)).rstrip() for line in lines]
    # The last one: an error that dbt reports itself is printed by `dbt_process` once more.
    begins = max((n for n, line in enumerate(said) if SUMMARY.match(line)), default=None)
    if begins is None:
        return said[-LAST_LINES:]
    return [line for line in said[begins + 1 :] if not NOISE.match(line.strip())]
