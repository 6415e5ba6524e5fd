"""In which order people read what a gate found."""

import math
from collections.abc import Collection, Sequence

from shortdrama.gates.results import Finding, Sample


def ranked(findings: Sequence[Finding], key: Collection[str]) -> tuple[Finding, ...]:
    """All of the findings, the most telling first; equal ones stay in the order of their suite.

    What refuses comes before what warns. A warning about a figure that refuses says nothing new and
    comes last. Then what is wrong in itself (a negative count, a missing country) comes before what
    is only unusual, and the largest excess over a limit before smaller ones. But each part of the
    data is named once before one is named again: a country that is wrong has many unusual figures.
    `key` are the columns that name a part.
    """
    refused = {(one.suite, one.column) for one in findings if one.severity == "critical"}

    def rank(finding: Finding) -> int:
        if finding.severity == "critical":
            return 0
        return 2 if (finding.suite, finding.column) in refused else 1

    def weight(finding: Finding) -> float:
        return math.inf if finding.excess is None else finding.excess

    parts: list[Sample] = []
    repeated: list[tuple[int, bool, Finding]] = []
    for finding in sorted(findings, key=lambda one: (rank(one), -weight(one))):
        part = _part(finding, key)
        repeated.append((rank(finding), any(_overlap(part, other) for other in parts), finding))
        parts.append(part)
    return tuple(finding for *_, finding in sorted(repeated, key=lambda one: one[:2]))


def _part(finding: Finding, key: Collection[str]) -> Sample:
    """The part of the data that a finding is about, by its first row; empty if it is about all."""
    worst = next(iter(finding.samples), {})
    return {name: value for name, value in worst.items() if name in key}


def _overlap(one: Sample, other: Sample) -> bool:
    """Whether one part lies in the other, as a country's day does in the country."""
    small, large = sorted((one.items(), other.items()), key=len)
    return bool(small) and small <= large
