"""A table in plain text: on a phone where it can be, and nothing in it is cut off."""

from collections.abc import Sequence
from itertools import chain, zip_longest

from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.page import Phrase, Table

PHONE = 40
"""Columns that a phone shows without breaking lines."""

GAP = "  "
NAMES = 1
"""The column that names things: at the left, and the first to become narrower."""

LEAST_FOR_NAMES = 14
SHORT_HEADING = 10
LONGEST_NAME = 60
SIGNS = {"up": "▲", "down": "▼", "flat": ""}

Row = Sequence[Sequence[str]]
"""The paragraphs of each cell."""


def text_table(table: Table, columns: Columns) -> list[str]:
    """The lines of a table under its headings; details of cells stand on lines of their own."""
    rows = [[_paragraphs(phrase, columns) for phrase in row] for row in table.rows]
    widths = _widths(table.headings, rows, columns)
    lines = _row([[heading] for heading in table.headings], widths, columns, at_bottom=True)
    lines.append(GAP.join("-" * width for width in widths))
    for row in rows:
        lines += _row(row, widths, columns)
    return lines


def signed(phrase: Phrase) -> str:
    """The text of a cell; a number without a sign gets one that shows where it points."""
    sign = SIGNS[phrase.direction] if phrase.text[:1].isdigit() else ""
    return sign + phrase.text


def _paragraphs(phrase: Phrase, columns: Columns) -> list[str]:
    parts = [signed(phrase), phrase.detail]
    return [columns.shorten(part, LONGEST_NAME) for part in parts if part]


def _widths(headings: Sequence[str], rows: Sequence[Row], columns: Columns) -> list[int]:
    """As wide as the cells if they fit a phone, or else narrower names, or else a wide page."""
    cells = zip(*rows, strict=True)
    widths = [_natural(*column, columns) for column in zip(headings, cells, strict=True)]
    for page in (PHONE, WIDTH):
        over = _over(widths, page)
        if over <= 0:
            return widths
        if len(widths) > NAMES and widths[NAMES] - over >= LEAST_FOR_NAMES:
            widths[NAMES] -= over
            return widths
    while _over(widths, WIDTH) > 0:
        widths[widths.index(max(widths))] -= 1
    return widths


def _natural(heading: str, cells: Row, columns: Columns) -> int:
    """What the cells need; a heading may break into lines, but not into single signs."""
    words = columns.lines(heading, SHORT_HEADING)
    return max(columns.count(part) for part in (*words, *chain.from_iterable(cells)))


def _over(widths: Sequence[int], page: int) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1) - page


def _row(row: Row, widths: Sequence[int], columns: Columns, at_bottom: bool = False) -> list[str]:
    cells = [
        [line for paragraph in cell for line in columns.lines(paragraph, width)]
        for cell, width in zip(row, widths, strict=True)
    ]
    height = max(map(len, cells))
    if at_bottom:
        cells = [[""] * (height - len(cell)) + cell for cell in cells]
    lines = []
    for parts in zip_longest(*cells, fillvalue=""):
        placed = [
            columns.left(part, width) if index == NAMES else columns.right(part, width)
            for index, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        lines.append(GAP.join(placed).rstrip())
    return lines
