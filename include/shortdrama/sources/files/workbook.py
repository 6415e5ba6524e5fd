"""Workbooks that people made: sheets, cells and lines of text, before any meaning.

Whatever kind of file it was, it is read into these. What cannot be read without guessing is
refused, with the file, the sheet and the cell.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from shortdrama.core.errors import SchemaError

MAX_BYTES = 20 * 1024 * 1024
MAX_CELLS = 250_000
"""An analyst's workbook is a few thousand cells; a stray format can make a sheet span millions."""


class WorkbookRefused(SchemaError, ValueError):
    """A workbook that cannot be read without guessing; says where and what to do."""

    def __init__(
        self, file_name: str, problem: str, sheet: str | None = None, cell: str | None = None
    ) -> None:
        place = [file_name]
        if sheet is not None:
            place.append(f"sheet {sheet!r}")
        if cell is not None:
            place.append(f"cell {cell}")
        super().__init__(f"{', '.join(place)}: {problem}")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; rows and columns are counted from 0.

    `is_uncomputed`: it holds a formula whose result nobody stored, so that it would read as blank.
    """

    row: int
    column: int
    value: object = None
    number_format: str = "General"
    is_uncomputed: bool = False

    @property
    def coordinate(self) -> str:
        """The cell's name as a spreadsheet program shows it, such as `F9`."""
        return f"{get_column_letter(self.column + 1)}{self.row + 1}"


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Area:
    """Merged cells, by their first and last row and column."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, cell: Cell) -> bool:
        """Whether the cell is one of them."""
        return (
            self.first_row <= cell.row <= self.last_row
            and self.first_column <= cell.column <= self.last_column
        )


@dataclass(frozen=True)
class Sheet:
    """One sheet: all rows from the top, every cell of a row, blank ones too.

    `title` is the name on its tab; a file that has no sheets has none.
    """

    file_name: str
    title: str | None
    rows: tuple[Row, ...]
    merged: tuple[Area, ...] = ()

    def text(self, cell: Cell) -> str:
        """The text that a reader sees at the cell: a merged label holds for its whole area."""
        for area in self.merged:
            if area.holds(cell):
                return shown(self.rows[area.first_row][area.first_column])
        return shown(cell)

    def check_computed(self, cell: Cell) -> None:
        """Refuse a formula whose result nobody computed: it would read as blank."""
        if cell.is_uncomputed:
            raise self.refused(
                "the formula has no stored result; open the workbook in Excel and save it again",
                cell,
            )

    def refused(self, problem: str, cell: Cell | None = None) -> WorkbookRefused:
        """The refusal to raise, naming this sheet and, if given, the cell."""
        coordinate = None if cell is None else cell.coordinate
        return WorkbookRefused(self.file_name, problem, self.title, coordinate)


def shown(cell: Cell) -> str:
    """The cell's value as text with one space between words; empty for a blank cell."""
    return "" if cell.value is None else " ".join(str(cell.value).split())


def check_span(file_name: str, title: str | None, rows: int, columns: int) -> None:
    """Refuse a sheet that spans more cells than anybody fills in by hand."""
    if rows * columns > MAX_CELLS:
        last = f"{get_column_letter(columns)}{rows}"
        raise WorkbookRefused(
            file_name,
            f"the sheet spans A1:{last}, more than {MAX_CELLS:,} cells; delete the rows and "
            "columns outside its table",
            title,
        )


@dataclass(frozen=True)
class Said:
    """What one cell says, and where."""

    sheet: Sheet
    cell: Cell
    value: object

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        sheet = "in" if self.sheet.title is None else f"on sheet {self.sheet.title!r},"
        return f"{sheet} cell {self.cell.coordinate}"


def lines(sheets: Iterable[Sheet], pattern: str) -> Iterator[Said]:
    """Cells whose whole text fits the pattern, in any case, such as `Units: US$m`.

    What the line says is the pattern's group or, if that is empty, the value of the next cell.
    """
    compiled = re.compile(pattern, re.IGNORECASE)
    for sheet in sheets:
        for row in sheet.rows:
            for cell, following in zip(row, (*row[1:], None), strict=True):
                match = compiled.fullmatch(shown(cell))
                if match is not None:
                    value = match[compiled.groups] or (following and following.value)
                    yield Said(sheet, cell, value)


def agreed(what: str, said: Sequence[Said]) -> Said | None:
    """The first of the lines, if all say the same; None if there are none."""
    for other in said[1:]:
        if other.value != said[0].value:
            raise other.sheet.refused(
                f"{what} is {other.value!r} here but {said[0].value!r} {said[0].place}; correct "
                "the wrong one",
                other.cell,
            )
    return said[0] if said else None
