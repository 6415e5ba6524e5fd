"""A table in plain text: on a phone where it can be, and nothing in it is cut off."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from shortdrama.reports.layout.phrases import SIGNS
from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.page import Phrase, Table

PHONE = 40
"""Columns that a phone shows without breaking lines."""

NAMES = 1
"""The column that names things: at the left, and the first to become narrower."""

LEAST_FOR_NAMES = 14
SHORT_HEADING = 10
LONGEST_UNIT = 14
LONGEST_NAME = 60

Row = Sequence[Sequence[str]]
"""The paragraphs of each cell."""


@dataclass(frozen=True)
class Grid:
    """The widths of columns, and what is between them."""

    widths: tuple[int, ...]
    gap: str

    def line(self, row: Sequence[str], columns: Columns) -> str:
        """Names at the left, all else at the right."""
        cells = [
            columns.left(part, width) if index == NAMES else columns.right(part, width)
            for index, (part, width) in enumerate(zip(row, self.widths, strict=True))
        ]
        return self.gap.join(cells).rstrip()


def text_table(table: Table, columns: Columns) -> list[str]:
    """The lines of a table under its headings; details of cells stand on lines of their own."""
    rows = [[_paragraphs(phrase, columns) for phrase in row] for row in table.rows]
    grid = _grid(table, rows, columns)
    lines = _row([_heading(one) for one in table.headings], grid, columns, at_bottom=True)
    lines.append(grid.gap.join("-" * width for width in grid.widths))
    for row in rows:
        lines += _row(row, grid, columns)
    return lines


def signed(phrase: Phrase) -> str:
    """The text of a cell; a number without a sign gets one that shows where it points."""
    sign = SIGNS[phrase.direction] if phrase.text[:1].isdigit() else ""
    return f"{sign} {phrase.text}" if sign else phrase.text


def _heading(heading: str) -> list[str]:
    """A unit in brackets stands on a line of its own."""
    return re.split(r"(?<=\S)\s*(?=[（(][^（）()]+[）)]$)", heading, maxsplit=1)


def _paragraphs(phrase: Phrase, columns: Columns) -> list[str]:
    parts = [signed(phrase), phrase.detail]
    return [columns.shorten(part, LONGEST_NAME) for part in parts if part]


def _grid(table: Table, rows: Sequence[Row], columns: Columns) -> Grid:
    """As wide as the cells if they fit a phone, or else narrower names, or else a wide page."""
    cells = zip(*rows, strict=True)
    widths = [_natural(*column, columns) for column in zip(table.headings, cells, strict=True)]
    for page, gap in ((PHONE, "  "), (PHONE, " "), (WIDTH, "  ")):
        over = sum(widths) + len(gap) * (len(widths) - 1) - page
        if over <= 0:
            return Grid(tuple(widths), gap)
        if len(widths) > NAMES and widths[NAMES] - over >= LEAST_FOR_NAMES:
            widths[NAMES] -= over
            return Grid(tuple(widths), gap)
    while sum(widths) + len(gap) * (len(widths) - 1) > WIDTH:
        widths[widths.index(max(widths))] -= 1
    return Grid(tuple(widths), gap)


def _natural(heading: str, cells: Row, columns: Columns) -> int:
    """What the cells need; a heading may break into lines, but not into single signs."""
    words = [
        line
        for part in _heading(heading)
        for line in columns.lines(part, LONGEST_UNIT if part[:1] in "（(" else SHORT_HEADING)
    ]
    return max(columns.count(part) for part in (*words, *chain.from_iterable(cells)))


def _row(row: Row, grid: Grid, columns: Columns, at_bottom: bool = False) -> list[str]:
    cells = [
        [line for paragraph in cell for line in columns.lines(paragraph, width)]
        for cell, width in zip(row, grid.widths, strict=True)
    ]
    if at_bottom:
        height = max(map(len, cells))
        cells = [[""] * (height - len(cell)) + cell for cell in cells]
    return [grid.line(parts, columns) for parts in zip_longest(*cells, fillvalue="")]
