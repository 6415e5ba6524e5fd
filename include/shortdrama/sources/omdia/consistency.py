"""What the figures of one file say about each other: shares, and parts of a whole."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from shortdrama.sources.files.workbook import Problem
from shortdrama.sources.omdia.collecting import Problems
from shortdrama.sources.omdia.layout import Metric, ShareOf

if TYPE_CHECKING:
    from shortdrama.sources.omdia.workbook import ForecastRow

WORLD = "World"
ROUNDING = Decimal("0.02")
"""Shares and revenues are rounded each for itself, often to full percents and billions."""

FACTOR = 4
"""So much may rounding change a small share: 0.3% to 1%."""

Key = tuple[str, str, int]
"""Geography, segment, year."""


def check_consistency(
    rows: Sequence[tuple["ForecastRow", Metric]], file_name: str, problems: Problems
) -> None:
    """Refuse figures of one file that contradict each other.

    Two for the same thing, a share that the revenues contradict, a part larger than the world.
    """
    # Below a heading that is not understood rows repeat themselves: the heading is the problem.
    if not problems.found:
        _check_said_once([row for row, _ in rows], file_name, problems)
    revenues: dict[Key, ForecastRow] = {}
    for row, _ in rows:
        if row.metric == "revenue":
            revenues[row.geography, row.segment, row.year] = row
    for (geography, segment, year), part in revenues.items():
        whole = revenues.get((WORLD, segment, year))
        if geography != WORLD and whole and part.value > whole.value * (1 + ROUNDING):
            problems.add(
                _problem(
                    part,
                    file_name,
                    f"{geography} in {year} is {_times(part.value, whole.value)} the world's "
                    f"figure, which is in {_place(whole)}; correct the wrong one, or its unit",
                )
            )
    for row, metric in rows:
        if metric.share_of is not None:
            _check_share(row, metric.share_of, revenues, file_name, problems)


def _check_said_once(rows: Sequence["ForecastRow"], file_name: str, problems: Problems) -> None:
    first: dict[tuple[str, str, str, int], ForecastRow] = {}
    for row in rows:
        said = first.setdefault((row.geography, row.segment, row.metric, row.year), row)
        if said is not row:
            problems.add(
                _problem(
                    row,
                    file_name,
                    f"{row.metric} of {row.geography} ({row.segment}) in {row.year} stands in "
                    f"{_place(said)} too; leave one of them",
                )
            )


def _check_share(
    row: "ForecastRow",
    of: ShareOf,
    revenues: dict[Key, "ForecastRow"],
    file_name: str,
    problems: Problems,
) -> None:
    part = revenues.get((row.geography, row.segment, row.year))
    whole = revenues.get((of.geography or row.geography, of.segment or row.segment, row.year))
    if part is None or whole is None or part is whole or not whole.value or row.is_lower_bound:
        return
    expected = part.value / whole.value
    is_near = abs(row.value - expected) <= ROUNDING
    is_of_size = expected / FACTOR <= row.value <= expected * FACTOR
    if not (is_near and is_of_size):
        problems.add(
            _problem(
                row,
                file_name,
                f"the share is {row.value:.1%}, but {_place(part)} and {_place(whole)} make it "
                f"{expected:.1%}; correct the wrong one",
            )
        )


def _problem(row: "ForecastRow", file_name: str, text: str) -> Problem:
    sheet = None if row.sheet.startswith("(") else row.sheet
    return Problem(file_name, text, sheet, row.cell)


def _place(row: "ForecastRow") -> str:
    return f"cell {row.cell}" if row.sheet.startswith("(") else f"{row.sheet}!{row.cell}"


def _times(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole:.1f} times" if whole else "more than"
