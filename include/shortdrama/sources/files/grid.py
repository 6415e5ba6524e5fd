"""A sheet while it is read: cells come in any order and number, and only what is shown counts."""

from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

from openpyxl.utils import get_column_letter

from shortdrama.sources.files.number_format import shown_text
from shortdrama.sources.files.rich_text import visible
from shortdrama.sources.files.workbook import Area, Cell, Row, Sheet, WorkbookRefused, check_span

MAX_CONDITIONS = 200


@dataclass
class Grid:
    """Collects the cells of a sheet that hold something; rows and columns are counted from 0."""

    file_name: str
    title: str | None
    merged: list[Area] = field(default_factory=list)
    conditional: list[Area] = field(default_factory=list)
    hides_rows: bool = False
    hides_zeros: bool = False
    shows_formulas: bool = False
    next_row: int = 0
    _cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    _hidden_rows: set[int] = field(default_factory=set)
    _named_rows: set[int] = field(default_factory=set)
    _hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    _last_row: int = -1
    _last_column: int = -1

    def hide_columns(self, first: int, last: int) -> None:
        """Note that the columns from first to last are not shown."""
        self._hidden_columns.append((first, last))

    def start_row(self, number: int, *, is_hidden: bool) -> None:
        """Note that the file says something about the row."""
        self.next_row = number + 1
        self._named_rows.add(number)
        if is_hidden:
            self._hidden_rows.add(number)

    def add(self, cell: Cell) -> None:
        """Take a cell; blank ones do not count. Raises WorkbookRefused when the sheet gets vast."""
        cell = _as_shown(cell)
        if cell.value is None and not cell.is_uncomputed:
            return
        if (cell.row, cell.column) in self._cells:
            raise WorkbookRefused(
                self.file_name,
                "the cell stands twice in the file, with perhaps two values; open it in Excel and "
                "save it again",
                self.title,
                cell.coordinate,
            )
        self._cells[cell.row, cell.column] = cell
        if cell.row > self._last_row or cell.column > self._last_column:
            self._last_row = max(self._last_row, cell.row)
            self._last_column = max(self._last_column, cell.column)
            check_span(self.file_name, self.title, self._last_row + 1, self._last_column + 1)

    def sheet(self) -> Sheet:
        """All rows from the top, as wide as the widest; what is not shown is marked so."""
        self._check_view()
        covered = self._covered()
        hidden_columns = {
            column
            for first, last in self._hidden_columns
            for column in range(first, min(last, self._last_column) + 1)
        }
        if self.hides_rows:
            self._hidden_rows |= set(range(self._last_row + 1)) - self._named_rows
        rows = tuple(self._row(row, hidden_columns, covered) for row in range(self._last_row + 1))
        # A merged area may reach beyond the last cell that is filled in.
        merged = tuple(
            area
            for area in self.merged
            if area.first_row <= self._last_row and area.first_column <= self._last_column
        )
        return Sheet(self.file_name, self.title, rows, merged, self._unseen(hidden_columns))

    def _check_view(self) -> None:
        if len(self.conditional) > MAX_CONDITIONS:
            raise WorkbookRefused(
                self.file_name,
                "the sheet changes how numbers are shown under more than "
                f"{MAX_CONDITIONS} conditions; remove its conditional formatting",
                self.title,
            )
        if self.shows_formulas:
            raise WorkbookRefused(
                self.file_name,
                "the sheet shows formulas in place of their results; switch that off (Formulas, "
                "Show Formulas) and save it again",
                self.title,
            )

    def _covered(self) -> set[tuple[int, int]]:
        """Places under a merged area, its first cell aside: what lies there is never shown."""
        return {
            (row, column)
            for area in self.merged
            for row in range(area.first_row, min(area.last_row, self._last_row) + 1)
            for column in range(area.first_column, min(area.last_column, self._last_column) + 1)
            if (row, column) != (area.first_row, area.first_column)
        }

    def _row(self, row: int, hidden: set[int], covered: set[tuple[int, int]]) -> Row:
        is_hidden = row in self._hidden_rows
        return tuple(
            self._seen(row, column, covered, is_visible=not (is_hidden or column in hidden))
            for column in range(self._last_column + 1)
        )

    def _seen(
        self, row: int, column: int, covered: set[tuple[int, int]], *, is_visible: bool
    ) -> Cell:
        cell = self._cells.get((row, column))
        if cell is None or (row, column) in covered:
            return Cell(row, column, is_visible=is_visible)
        flaw = cell.flaw
        if self.hides_zeros and cell.value == 0:
            flaw = "not shown, because the sheet hides zeros"
        elif any(area.holds(cell) for area in self.conditional):
            flaw = "shown in another way under a condition (conditional formatting)"
        if is_visible and flaw == cell.flaw:
            return cell
        return replace(cell, is_visible=is_visible, flaw=flaw)

    def _unseen(self, hidden_columns: set[int]) -> tuple[str, ...]:
        """Hidden rows and columns that hold something, runs of them as one."""
        rows = sorted({row for row, _ in self._cells} & self._hidden_rows)
        columns = sorted({column for _, column in self._cells} & hidden_columns)
        return (
            *(_named("row", [str(row + 1) for row in run]) for run in _runs(rows)),
            *(_named("column", [get_column_letter(c + 1) for c in run]) for run in _runs(columns)),
        )


def _as_shown(cell: Cell) -> Cell:
    """The cell with its text as its number format shows it."""
    if not isinstance(cell.value, str):
        return cell
    text = visible(shown_text(cell.value, cell.number_format))
    if cell.value.strip() and not text.strip():
        hidden = f"not shown, because of its number format {cell.number_format!r}"
        return replace(cell, flaw=cell.flaw or hidden)
    return cell if text == cell.value else replace(cell, value=text or None)


def _runs(numbers: list[int]) -> list[list[int]]:
    """Numbers that follow each other, in groups."""
    groups = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [list(map(itemgetter(1), group)) for _, group in groups]


def _named(what: str, names: list[str]) -> str:
    return f"{what} {names[0]}" if len(names) == 1 else f"{what}s {names[0]}-{names[-1]}"
