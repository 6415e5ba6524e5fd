"""What the brief says about our checks: people's decisions against them, and their warnings.

It is short and has no figures, because people who do not know the checks read it on a phone. The
snapshot's manifest has all details.
"""

from collections.abc import Sequence

from shortdrama.lake.overrides import Override
from shortdrama.lake.warned import Warned
from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.layout.plain_text import Columns
from shortdrama.reports.wording import Phrase, Section
from shortdrama.reports.words.catalogue import Catalogue
from shortdrama.reports.words.old_formats import Formats

MOST_DECISIONS = 5
MOST_WARNINGS = 4
LONGEST = 160
"""The maximum width of a reason, in columns."""


def checks(brief: WeeklyBrief, words: Catalogue, formats: Formats) -> Section:
    """Decisions since the week began, the newest first, then warnings; no line if there is none."""
    decisions = brief.decisions[::-1]
    warnings = _warnings(brief.snapshot.warnings, words)
    more = len(decisions[MOST_DECISIONS:]) + len(warnings[MOST_WARNINGS:])
    lines = [
        *(_decision(one, words, formats) for one in decisions[:MOST_DECISIONS]),
        *warnings[:MOST_WARNINGS],
        *([words.text("checks.more", count=more)] if more else []),
    ]
    return Section(words.text("checks.title"), tuple(map(Phrase, lines)))


def _decision(decision: Override, words: Catalogue, formats: Formats) -> str:
    return words.text(
        f"checks.{decision.kind}",
        day=formats.day(decision.at.date()),
        by=decision.by,
        because=Columns.of("en").shorten(decision.because, LONGEST),
        dataset=words.dataset(decision.dataset or ""),
        findings=len(decision.findings),
    )


def _warnings(warnings: Sequence[Warned], words: Catalogue) -> list[str]:
    """One sentence per concern about the same data, however many warnings there are."""
    sentences = (
        words.text(f"concern.{warning.concern}", about=_about(warning, words))
        for warning in warnings
    )
    return list(dict.fromkeys(sentences))


def _about(warning: Warned, words: Catalogue) -> str:
    if not warning.about:
        return words.text("checks.marts")
    return words.text("checks.and").join(map(words.dataset, warning.about))
