"""A query's answer as a table for people: it fits the screen, whatever is in its cells."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP = "  "
NARROWEST = 24
"""A column of text is made narrower, down to this, before a table is folded."""
FIRST_AT_MOST = 0.5
"""Of the width: a wider first column is not repeated in each part of a folded table."""

TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Unicode's classes of letters that turn the direction of those after them."""


@dataclass(frozen=True)
class Column:
    """A column's name, whether it holds numbers, and its cells as text, one per row."""

    name: str
    is_number: bool
    cells: tuple[str, ...]

    @property
    def size(self) -> int:
        """The cells of a terminal that its widest text takes; a Chinese letter takes two."""
        return max(map(cell_len, (self.name, *self.cells)))


def shown(value: str | None) -> str:
    """A value as one line. What would move the cursor or turn the text is written as an escape."""
    if value is None or value.isprintable():
        return value or ""
    return "".join(
        _escaped(letter)
        if unicodedata.category(letter) in ("Cc", "Zl", "Zp")
        or unicodedata.bidirectional(letter) in TURNS
        else letter
        for letter in value
    )


def table(columns: Sequence[Column], rows: int, width: int) -> str:
    """The table, no wider than `width` cells of a terminal.

    A single row that is too wide has a line per column. More rows that are too wide are folded by
    column: parts below each other, each with the first column, and a hint how to get all in one.
    """
    sizes = _fitting(columns, width)
    if sum(sizes) + len(GAP) * (len(sizes) - 1) <= width:
        return "\n".join(_lines(columns, sizes, rows))
    if rows == 1:
        return "\n".join(_record(columns, width))
    parts = _folded(columns, width)
    hint = (
        f"{len(columns)} columns in {len(parts)} parts, because they are wider than {width}; csv"
        " and json have all in one."
    )
    blocks = ["\n".join(_lines(part, _fitting(part, width), rows)) for part in parts]
    return "\n\n".join([*blocks, "\n".join(_wrapped(hint, width))])


def _fitting(columns: Sequence[Column], width: int) -> list[int]:
    """The columns' sizes; the widest one of text gives way if that helps."""
    sizes = [column.size for column in columns]
    texts = [number for number, column in enumerate(columns) if not column.is_number]
    spare = width - sum(sizes) - len(GAP) * (len(sizes) - 1)
    if spare >= 0 or not texts:
        return sizes
    widest = max(texts, key=lambda number: sizes[number])
    least = max(NARROWEST, cell_len(columns[widest].name)) if len(columns) > 2 else NARROWEST // 3
    if sizes[widest] + spare >= least:
        sizes[widest] += spare
    return sizes


def _folded(columns: Sequence[Column], width: int) -> list[list[Column]]:
    """The columns in parts that fit, each behind the first column; one that never fits is alone."""
    first, *others = columns
    repeats = first.size <= width * FIRST_AT_MOST
    parts = [[first]]
    for column in others:
        if _total([*parts[-1], column]) <= width:
            parts[-1].append(column)
        elif repeats and not (column.is_number and _total([first, column]) > width):
            parts.append([first, column])
        else:
            parts.append([column])
    told_again = parts[0] == [first] and any(part[0] is first for part in parts[1:])
    return parts[1:] if told_again else parts


def _total(columns: Sequence[Column]) -> int:
    return sum(column.size for column in columns) + len(GAP) * (len(columns) - 1)


def _lines(columns: Sequence[Column], sizes: Sequence[int], rows: int) -> Iterator[str]:
    def line(texts: Sequence[str]) -> Iterator[str]:
        wrapped = [_wrapped(text, size) for text, size in zip(texts, sizes, strict=True)]
        for number in range(max(map(len, wrapped))):
            pieces = [lines[number] if number < len(lines) else "" for lines in wrapped]
            yield GAP.join(map(_placed, pieces, sizes, [c.is_number for c in columns])).rstrip()

    yield from line([column.name for column in columns])
    yield GAP.join("-" * size for size in sizes)
    for row in range(rows):
        yield from line([column.cells[row] for column in columns])


def _record(columns: Sequence[Column], width: int) -> Iterator[str]:
    size = min(max(cell_len(column.name) for column in columns), max(width // 2, 1))
    for column in columns:
        room = max(width - size - len(GAP), 1)
        for number, piece in enumerate(_wrapped(column.cells[0], room)):
            name = _placed(column.name, size, True) if number == 0 else " " * size
            yield f"{name}{GAP}{piece}".rstrip()


def _placed(text: str, size: int, to_the_right: bool) -> str:
    blank = " " * (size - cell_len(text))
    return blank + text if to_the_right else text + blank


def _wrapped(text: str, size: int) -> list[str]:
    if cell_len(text) <= size:
        return [text]
    console = Console(width=size, file=StringIO())
    return [line.plain.rstrip() for line in Text(text).wrap(console, max(size, 2))] or [""]


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
