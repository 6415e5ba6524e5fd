"""A year of ordinary days through the gates: how often they warn, and whether they ever refuse.

`make ordinary-year` runs it for every dataset, as restless as usual and three times as much. An
argument chooses a dataset, a second one how many days apart the tried days are.
"""

import json
import sys
from collections import Counter
from datetime import date, timedelta

from rich.progress import track

from ordinary.year import ORDINARY
from trials import audited, verdict

FIRST_DAY = date(2025, 4, 1)
DAYS = 365


def year(dataset_id: str, restless: float, every: int = 1) -> dict[str, object]:
    """What the gate said to the loads of a year."""
    said: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    days_in_a_row = longest = 0
    for offset in track(range(0, DAYS, every), description=f"{dataset_id} x{restless:g}"):
        day = FIRST_DAY + timedelta(days=offset)
        if ORDINARY[dataset_id](day, restless) is None:
            continue
        result = audited(dataset_id, day, restless=restless)
        word = verdict(result)
        said[word] += 1
        findings.update(finding.name for finding in result.findings)
        days_in_a_row = days_in_a_row + 1 if word != "accepted" else 0
        longest = max(longest, days_in_a_row)
    return {
        "dataset": dataset_id,
        "restless": restless,
        "loads": sum(said.values()),
        "refused": said["refused"],
        "warned": said["warned"],
        "warned_per_week": round(7 * said["warned"] * every / DAYS, 2),
        "longest_run_of_warnings": longest,
        "findings": dict(findings.most_common(8)),
    }


def main(datasets: list[str], every: int) -> None:
    """Print a line of JSON per dataset and restlessness."""
    for dataset_id in datasets:
        for restless in (1.0, 3.0):
            print(json.dumps(year(dataset_id, restless, every)))


if __name__ == "__main__":
    chosen = sys.argv[1:2] or list(ORDINARY)
    main(chosen, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
