"""Workbooks that people made: sheets, cells and lines of text, before any meaning.

Whatever kind of file it was, it is read into these. A cell says what a person sees there: text of
superscript runs stands as superscript characters, hidden cells and cells under a merged area show
nothing. What cannot be read without guessing is refused, with the file, the sheet and the cell.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from openpyxl.utils import get_column_letter

from shortdrama.core.errors import SchemaError
from shortdrama.sources.files.decimal_sign import Sign
from shortdrama.sources.files.number_format import FormatUnclear, shown_date, shown_number

MAX_BYTES = 20 * 1024 * 1024
LONGEST_LINE = 1_000
"""Letters of a cell that says something about its sheet; patterns are slow on long texts."""

MAX_CELLS = 250_000
"""An analyst's workbook is a few thousand cells; a stray format can make a sheet span millions."""


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a file from being read: where, what, and what to do."""

    file_name: str
    text: str
    sheet: str | None = None
    cell: str | None = None

    @property
    def place(self) -> str:
        """File, sheet and cell, as far as they are known."""
        place = [self.file_name]
        if self.sheet is not None:
            place.append(f"sheet {self.sheet!r}")
        if self.cell is not None:
            place.append(f"cell {self.cell}")
        return ", ".join(place)

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class WorkbookRefused(SchemaError, ValueError):
    """A workbook that cannot be read without guessing; says where and what to do.

    `problems` are all that were found; the message is the first of them.
    """

    def __init__(
        self,
        file_name: str,
        problem: str,
        sheet: str | None = None,
        cell: str | None = None,
        others: Sequence[Problem] = (),
    ) -> None:
        first = Problem(file_name, problem, sheet, cell)
        self.problems = (first, *others)
        more = f" (and {len(others)} more, see `shortdrama gate show`)" if others else ""
        super().__init__(f"{first}{more}")


def refused_for(problems: Sequence[Problem]) -> WorkbookRefused:
    """The refusal for several problems, at least one, in their order."""
    first, *others = problems
    return WorkbookRefused(first.file_name, first.text, first.sheet, first.cell, others)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; rows and columns are counted from 0.

    `value` is what is stored: text, a number, a truth value or, where the format shows a date, a
    datetime. `number_format` is how a number is shown. `is_uncomputed`: it holds a formula whose
    result nobody stored, so that it would read as blank. `flaw` says why a person does not see the
    value as it is stored (struck through, white on white), in words that follow "the cell is".
    """

    row: int
    column: int
    value: object = None
    number_format: str = "General"
    is_uncomputed: bool = False
    is_visible: bool = True
    flaw: str | None = None

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

    @property
    def name(self) -> str:
        """The area as a spreadsheet program shows it, such as `F11:I11`."""
        first = f"{get_column_letter(self.first_column + 1)}{self.first_row + 1}"
        return f"{first}:{get_column_letter(self.last_column + 1)}{self.last_row + 1}"


@dataclass(frozen=True)
class Sheet:
    """One sheet: all rows from the top, every cell of a row, blank ones too.

    `title` is the name on its tab; a file that has no sheets has none. `unseen` are rows and
    columns that hold something and are hidden or filtered out. `is_visible`: the tab is shown.
    `decimal_sign` is that of figures typed as text, None where nothing says it; `encoding` that of
    a text file, in words.
    """

    file_name: str
    title: str | None
    rows: tuple[Row, ...]
    merged: tuple[Area, ...] = ()
    unseen: tuple[str, ...] = ()
    is_visible: bool = True
    decimal_sign: Sign | None = None
    encoding: str | None = None

    @cached_property
    def _areas(self) -> dict[tuple[int, int], Area]:
        """The merged area of each place that has one, as far as the rows reach."""
        return {
            (row, column): area
            for area in self.merged
            for row in range(area.first_row, min(area.last_row + 1, len(self.rows)))
            for column in range(area.first_column, min(area.last_column + 1, len(self.rows[0])))
        }

    def area_of(self, cell: Cell) -> Area | None:
        """The merged area that the cell is part of."""
        return self._areas.get((cell.row, cell.column)) if self.merged else None

    def next_to(self, cell: Cell) -> Cell | None:
        """The cell to the right, after those that are merged with it; None if it is not shown."""
        area = self.area_of(cell)
        column = (cell.column if area is None else area.last_column) + 1
        row = self.rows[cell.row]
        return row[column] if column < len(row) and row[column].is_visible else None

    def text(self, cell: Cell) -> str:
        """The text that a reader sees at the cell: a merged label holds for its whole area."""
        area = self.area_of(cell)
        if area is None or not cell.is_visible:
            return shown(cell)
        return _text(self.rows[area.first_row][area.first_column])

    def problem_of(self, cell: Cell) -> Problem | None:
        """Why the cell cannot be read: a person sees no value there, or another one."""
        if cell.is_uncomputed:
            return self.problem(
                "the formula has no stored result; open the workbook in Excel and save it again",
                cell,
            )
        if cell.flaw is not None:
            return self.problem(
                f"{_text(cell)!r} is {cell.flaw}, so it is unclear whether it counts; remove that "
                "format or the value",
                cell,
            )
        return None

    def problem(self, text: str, cell: Cell | None = None) -> Problem:
        """A problem, naming this sheet and, if given, the cell."""
        coordinate = None if cell is None else cell.coordinate
        return Problem(self.file_name, text, self.title, coordinate)

    def refused(self, problem: str, cell: Cell | None = None) -> WorkbookRefused:
        """The refusal to raise, naming this sheet and, if given, the cell."""
        return refused_for([self.problem(problem, cell)])


def shown(cell: Cell) -> str:
    """What a person reads in the cell, with one space between words; empty if nothing."""
    return _text(cell) if cell.is_visible else ""


def _text(cell: Cell) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.number_format != "General" and not isinstance(value, str | bool):
        try:
            if isinstance(value, datetime):
                return shown_date(value, cell.number_format)
            if isinstance(value, int | float):
                return shown_number(value, cell.number_format).text
        except FormatUnclear:
            pass
    return " ".join(str(value).split())


def too_large(size: int) -> str:
    """Why a file of that many bytes is not opened."""
    return (
        f"the file has {size:,} bytes, more than the {MAX_BYTES:,} of any analyst's workbook; "
        "remove pictures and raw data, or check that it is the right file"
    )


def check_span(file_name: str, title: str | None, rows: int, columns: int) -> None:
    """Refuse a sheet that spans more cells than anybody fills in by hand."""
    if rows * columns > MAX_CELLS:
        last = f"{get_column_letter(min(columns, 18_278))}{rows}"
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
    Raises WorkbookRefused where a person does not see one of them as it is stored.
    """
    compiled = re.compile(pattern, re.IGNORECASE)
    for sheet in sheets:
        for row in sheet.rows:
            for cell in row:
                text = shown(cell)
                match = compiled.fullmatch(text) if len(text) <= LONGEST_LINE else None
                if match is None:
                    continue
                following = None if match[compiled.groups] else sheet.next_to(cell)
                for used in (cell, following):
                    if used and (problem := sheet.problem_of(used)):
                        raise refused_for([problem])
                yield Said(sheet, cell, match[compiled.groups] or (following and following.value))


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
