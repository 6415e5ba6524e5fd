"""What differs between the figures of two editions, cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shortdrama.reports.page import Cell, Sheet

Row = tuple[Cell, ...]
Key = tuple[Cell, ...]


@dataclass(frozen=True)
class Change:
    """A cell that changed. `row` names its row; `old` is None where the row or sheet is new.

    `heading` is empty where a whole row has come or gone; then its figures are not listed one by
    one.
    """

    sheet: str
    row: str
    heading: str
    old: Cell
    new: Cell


def changes(old: Sequence[Sheet], new: Sequence[Sheet]) -> tuple[Change, ...]:
    """The changes, in the order of the new sheets; what was only in the old ones comes last."""
    before = {sheet.name: sheet for sheet in old}
    found = [
        change
        for sheet in new
        for change in _of_sheet(before.get(sheet.name, _empty(sheet)), sheet)
    ]
    names = {sheet.name for sheet in new}
    for sheet in old:
        if sheet.name not in names:
            found += _of_sheet(sheet, _empty(sheet))
    return tuple(found)


def _of_sheet(old: Sheet, new: Sheet) -> Iterator[Change]:
    """Rows are matched by what names them, columns by their headings."""
    named_by = _naming(old, new)
    before, after = _by_key(old, named_by), _by_key(new, named_by)
    for key, row in after.items():
        if key in before:
            yield from _of_row(new.name, _named(key), _cells(old, before[key]), _cells(new, row))
        else:
            yield Change(new.name, _named(key), "", None, _figures(new, row))
    for key, row in before.items():
        if key not in after:
            yield Change(new.name, _named(key), "", _figures(old, row), None)


def _of_row(
    sheet: str, row: str, old: Mapping[str, Cell], new: Mapping[str, Cell]
) -> Iterator[Change]:
    for heading in dict.fromkeys([*new, *old]):
        was, now = old.get(heading), new.get(heading)
        # 1 and 1.00 are the same figure; a text is not a figure.
        if was != now or isinstance(was, str) != isinstance(now, str):
            yield Change(sheet, row, heading, was, now)


def _naming(old: Sheet, new: Sheet) -> list[int]:
    """The first columns of texts and days that tell all rows apart; none: rows go by position."""
    if old.headings != new.headings:
        return []
    columns = [
        column
        for column in range(len(new.headings))
        if all(isinstance(row[column], str | date) for row in (*old.rows, *new.rows))
    ]
    for width in range(1, len(columns) + 1):
        named_by = columns[:width]
        if all(len(set(_keys(one, named_by))) == len(one.rows) for one in (old, new)):
            return named_by
    return []


def _keys(sheet: Sheet, named_by: Sequence[int]) -> list[Key]:
    if not named_by:
        return [(number,) for number in range(1, len(sheet.rows) + 1)]
    return [tuple(row[column] for column in named_by) for row in sheet.rows]


def _by_key(sheet: Sheet, named_by: Sequence[int]) -> dict[Key, Row]:
    return dict(zip(_keys(sheet, named_by), sheet.rows, strict=True))


def _cells(sheet: Sheet, row: Row) -> dict[str, Cell]:
    """The row by heading; headings that repeat are numbered."""
    cells: dict[str, Cell] = {}
    for heading, cell in zip(sheet.headings, row, strict=True):
        name, number = heading, 2
        while name in cells:
            name, number = f"{heading} ({number})", number + 1
        cells[name] = cell
    return cells


def _figures(sheet: Sheet, row: Row) -> str:
    """A whole row in one cell."""
    return ", ".join(
        f"{heading} {cell}" for heading, cell in _cells(sheet, row).items() if cell is not None
    )


def _named(key: Key) -> str:
    return " · ".join(map(str, key))


def _empty(like: Sheet) -> Sheet:
    return Sheet(like.name, like.headings, ())
