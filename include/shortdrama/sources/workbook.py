"""Reading workbooks that people made: sheets, cells and lines of text, before any meaning.

What cannot be read without guessing is refused, with the file, the sheet and the cell.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from shortdrama.sources.errors import SchemaError

MAX_BYTES = 20 * 1024 * 1024
MAX_CELLS = 1_000_000
"""An analyst's workbook is a few thousand cells; a stray format can make a sheet span millions."""

AnyCell = Cell | MergedCell


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


@dataclass(frozen=True)
class Sheet:
    """One sheet, twice: the results that Excel kept, and the formulas that made them."""

    file_name: str
    values: Worksheet
    formulas: Worksheet

    @property
    def title(self) -> str:
        """The sheet's name, as on its tab."""
        return self.values.title

    def rows(self) -> Iterator[tuple[AnyCell, ...]]:
        """All rows, from the top; every cell of a row, blank ones too."""
        yield from self.values.iter_rows()

    def text(self, cell: AnyCell) -> str:
        """The text that a reader sees at the cell: a merged label holds for its whole area."""
        for area in self.values.merged_cells.ranges:
            if cell.coordinate in area:
                cell = self.values.cell(area.min_row, area.min_col)
                break
        return shown(cell)

    def check_computed(self, cell: AnyCell) -> None:
        """Refuse a formula whose result nobody computed: it would read as blank."""
        if cell.value is None and self.formulas[cell.coordinate].data_type == "f":
            raise self.refused(
                "the formula has no stored result; open the workbook in Excel and save it again",
                cell,
            )

    def refused(self, problem: str, cell: AnyCell | None = None) -> WorkbookRefused:
        """The refusal to raise, naming this sheet and, if given, the cell."""
        coordinate = None if cell is None else cell.coordinate
        return WorkbookRefused(self.file_name, problem, self.title, coordinate)


def shown(cell: AnyCell) -> str:
    """The cell's value as text with one space between words; empty for a blank cell."""
    return "" if cell.value is None else " ".join(str(cell.value).split())


def open_sheets(content: bytes, file_name: str) -> list[Sheet]:
    """The sheets of an XLSX file that hold anything, hidden ones too, in their order."""
    if len(content) > MAX_BYTES:
        raise WorkbookRefused(
            file_name,
            f"the file has {len(content):,} bytes, more than the {MAX_BYTES:,} of any analyst's "
            "workbook; remove pictures and raw data, or check that it is the right file",
        )
    try:
        values = load_workbook(BytesIO(content), data_only=True)
        formulas = load_workbook(BytesIO(content), data_only=False)
    except Exception as error:  # openpyxl lets through whatever a broken zip or XML raises
        raise WorkbookRefused(
            file_name,
            f"this is not a readable XLSX workbook ({type(error).__name__}: {error}); "
            "save it from Excel as .xlsx, without a password",
        ) from error
    sheets = [Sheet(file_name, sheet, formulas[sheet.title]) for sheet in values.worksheets]
    for sheet in sheets:
        _check_span(sheet)
    return [sheet for sheet in sheets if any(map(shown, chain.from_iterable(sheet.rows())))]


def _check_span(sheet: Sheet) -> None:
    if sheet.values.max_row * sheet.values.max_column > MAX_CELLS:
        raise sheet.refused(
            f"the sheet spans {sheet.values.dimensions}, more than {MAX_CELLS:,} cells; "
            "delete the rows and columns outside its table"
        )


@dataclass(frozen=True)
class Said:
    """What one cell says, and where."""

    sheet: Sheet
    cell: AnyCell
    value: object


def lines(sheets: Iterable[Sheet], pattern: str) -> Iterator[Said]:
    """Cells whose whole text fits the pattern, in any case, such as `Units: US$m`.

    What the line says is the pattern's group or, if that is empty, the value of the next cell.
    """
    compiled = re.compile(pattern, re.IGNORECASE)
    for sheet in sheets:
        for row in sheet.rows():
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
                f"{what} is {other.value!r} here but {said[0].value!r} on sheet "
                f"{said[0].sheet.title!r}, cell {said[0].cell.coordinate}; correct the wrong one",
                other.cell,
            )
    return said[0] if said else None
