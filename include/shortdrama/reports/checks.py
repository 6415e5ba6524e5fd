"""What the brief says about our checks: people's decisions against them, and their warnings.

Kept short, for it is read on a phone; the snapshot's manifest has all of it.
"""

import re
from collections.abc import Iterator, Sequence

from shortdrama.lake.overrides import Override
from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.catalogue import Catalogue
from shortdrama.reports.formats import Formats
from shortdrama.reports.plain_text import shorten
from shortdrama.reports.wording import Phrase, Section

MOST_DECISIONS = 5
MOST_WARNINGS = 3
LONGEST = 160
"""Columns of a reason or a warning."""

EXPECTATION = re.compile(r"expect_\w+(?:\(([^)]*)\))? — ")
"""How a warning begins: for readers of the brief the column is name enough."""


def checks(brief: WeeklyBrief, words: Catalogue, formats: Formats) -> Section:
    """Decisions since the week began, the newest first, then warnings; no line if there is none."""
    decisions, warnings = brief.decisions[::-1], brief.snapshot.warnings
    lines = [
        *(_decision(one, words, formats) for one in decisions[:MOST_DECISIONS]),
        *(
            words.text("checks.warning", text=shorten(_plain(warning), LONGEST))
            for warning in warnings[:MOST_WARNINGS]
        ),
        *_more(decisions[MOST_DECISIONS:], warnings[MOST_WARNINGS:], words),
    ]
    return Section(words.text("checks.title"), tuple(map(Phrase, lines)))


def _decision(decision: Override, words: Catalogue, formats: Formats) -> str:
    dataset = decision.dataset or ""
    return words.text(
        f"checks.{decision.kind}",
        day=formats.day(decision.at.date()),
        by=decision.by,
        because=shorten(decision.because, LONGEST),
        dataset=words.text_or(f"dataset.{dataset}", "dataset.other", dataset=dataset),
        findings=len(decision.findings),
    )


def _more(
    decisions: Sequence[Override], warnings: Sequence[str], words: Catalogue
) -> Iterator[str]:
    if decisions or warnings:
        yield words.text("checks.more", count=len(decisions) + len(warnings))


def _plain(warning: str) -> str:
    return EXPECTATION.sub(lambda found: f"{found[1]}: " if found[1] else "", warning)
