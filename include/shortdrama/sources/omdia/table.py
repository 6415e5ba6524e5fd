"""A sheet's tables: which cells are figures, and which labels each of them has.

A table begins at a row that holds the layout's header labels and ends at the next such row. A line
of text between its rows begins a block: it may say that the rows below are in another unit or of
another scenario, so only lines that the layout knows are passed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shortdrama.sources.files.figures import label_key
from shortdrama.sources.files.number_format import shows_year_alone
from shortdrama.sources.files.workbook import Cell, Problem, Row, Said, Sheet, shown
from shortdrama.sources.omdia.collecting import Problems
from shortdrama.sources.omdia.layout import (
    Label,
    Layout,
    SheetRule,
    ValueKind,
    find,
    is_among,
)
from shortdrama.sources.omdia.statements import check_scenario

Labels = dict[Label, tuple[str, Cell]]
"""The labels of a figure, and the cells that say them."""


@dataclass(frozen=True)
class FigureCell:
    """A cell with a figure, and what its row, column, block and sheet say about it."""

    sheet: Sheet
    cell: Cell
    labels: Labels
    year: int
    kind: ValueKind


@dataclass(frozen=True)
class _Table:
    """A table, found from its header row; columns are counted from 0."""

    header_row: int
    labels: dict[Label, int]
    years: dict[int, tuple[int, ValueKind]]
    named: dict[int, dict[Label, str]]
    ignored: frozenset[int]

    def is_figure(self, column: int) -> bool:
        return column in self.years or column in self.named


def figure_cells(
    sheet: Sheet, rule: SheetRule, layout: Layout, problems: Problems, unit: Said | None
) -> Iterator[FigureCell]:
    """Every cell below a year, or another column of figures, that is not blank.

    `unit` is the line that gives the unit of the whole sheet. What is wrong goes to `problems`,
    and the cell is left out.
    """
    header_rows = [
        number
        for number, row in enumerate(sheet.rows)
        if layout.is_header([shown(cell) for cell in row])
    ]
    tables = {
        table.header_row: table
        for number in header_rows
        for table in problems.tried(_table, sheet, number, layout)
    }
    if not header_rows:
        headers = ", ".join(" or ".join(names) for names in layout.columns.values())
        hidden = f" (not read, because hidden: {', '.join(sheet.unseen)})" if sheet.unseen else ""
        problems.add(
            sheet.problem(
                f"no row holds the header labels {headers} and a year{hidden}; restore the header "
                f"row, or change the layout {layout.id}"
            )
        )
    if not tables:
        return
    yield from _walk(sheet, tables, layout, problems, _fixed(sheet, rule, layout, unit))


def _walk(
    sheet: Sheet,
    tables: dict[int, _Table],
    layout: Layout,
    problems: Problems,
    fixed: Labels,
) -> Iterator[FigureCell]:
    table: _Table | None = None
    block: Labels | None = {}
    last = _last_row_of_figures(sheet, tables)
    for number, row in enumerate(sheet.rows):
        if number in tables:
            table = tables[number]
            continue
        if table is None:
            check_scenario(sheet, row, layout, problems)
            continue
        cells = [cell for cell in row if _is_filled(cell) and cell.column not in table.ignored]
        figures = [cell for cell in cells if cell.column not in table.labels.values()]
        if any(table.is_figure(cell.column) for cell in figures):
            if block is not None:
                labels = fixed | block
                yield from _row_figures(sheet, row, figures, table, labels, layout, problems)
        elif cells and not _is_label_row(sheet, row, table):
            block = _line(sheet, cells, block, layout, problems, is_within=number < last)


def _last_row_of_figures(sheet: Sheet, tables: dict[int, _Table]) -> int:
    """The row after which only footnotes follow."""
    last, table = -1, None
    for number, row in enumerate(sheet.rows):
        table = tables.get(number, table)
        if table and any(_is_filled(cell) and table.is_figure(cell.column) for cell in row):
            last = number
    return last


def _line(
    sheet: Sheet,
    cells: Sequence[Cell],
    block: Labels | None,
    layout: Layout,
    problems: Problems,
    *,
    is_within: bool,
) -> Labels | None:
    """What holds below a line of text; None for a block that is not read."""
    text = " ".join(shown(cell) for cell in cells)
    effect = find(text, layout.headings)
    if isinstance(effect, str):
        return None
    if effect is not None:
        return (block or {}) | {name: (label, cells[0]) for name, label in effect.items()}
    if is_within:
        problems.add(
            sheet.problem(
                f"the line {text!r} stands between rows of figures and may change what they mean, "
                f"but the layout {layout.id} does not know it; move it below the table, or name "
                "it under `headings` in a new layout",
                cells[0],
            )
        )
    else:
        check_scenario(sheet, cells, layout, problems)
    return block


def _is_filled(cell: Cell) -> bool:
    return cell.is_visible and (cell.is_uncomputed or bool(shown(cell)))


def _is_label_row(sheet: Sheet, row: Row, table: _Table) -> bool:
    """Whether the row has every label and merely no figure yet."""
    return all(sheet.text(row[column]) for column in table.labels.values())


def _fixed(sheet: Sheet, rule: SheetRule, layout: Layout, unit: Said | None) -> Labels:
    """The labels that no cell of a row has; the unit may stand in a line above the table."""
    nowhere = sheet.rows[0][0]
    labels: Labels = {name: (label, nowhere) for name, label in layout.fixed.items()}
    if unit is not None:
        labels["unit"] = (str(unit.value), unit.cell)
    return labels | {name: (label, nowhere) for name, label in rule.fixed.items()}


def _row_figures(
    sheet: Sheet,
    row: Row,
    cells: Sequence[Cell],
    table: _Table,
    labels: Labels,
    layout: Layout,
    problems: Problems,
) -> Iterator[FigureCell]:
    for column in table.labels.values():
        if problem := sheet.problem_of(row[column]):
            problems.add(problem)
            return
    own = {name: (sheet.text(row[column]), row[column]) for name, column in table.labels.items()}
    for cell in cells:
        if not table.is_figure(cell.column):
            problems.add(
                sheet.problem(
                    f"{shown(cell)!r} stands in a column without a header; name its year, or move "
                    "the remark below the table",
                    cell,
                )
            )
            continue
        problem = sheet.problem_of(cell) or _merged(sheet, cell)
        if problem:
            problems.add(problem)
            continue
        header = sheet.rows[table.header_row][cell.column]
        named: Labels = {
            name: (label, header) for name, label in table.named.get(cell.column, {}).items()
        }
        whole = labels | own | named
        for year, kind in problems.tried(_year_of, sheet, cell, table, whole, layout):
            yield FigureCell(sheet, cell, whole, year, kind)


def _merged(sheet: Sheet, cell: Cell) -> Problem | None:
    area = sheet.area_of(cell)
    if area is None:
        return None
    return sheet.problem(
        f"{shown(cell)!r} is merged over {area.name}, so it is unclear for which year or row it "
        "holds; unmerge the cells and write a figure into each, or 'n/a'",
        cell,
    )


def _table(sheet: Sheet, number: int, layout: Layout) -> _Table:
    """The table below a header row; refused where a column is unknown or stands there twice."""
    labels: dict[Label, int] = {}
    years: dict[int, tuple[int, ValueKind]] = {}
    named: dict[int, dict[Label, str]] = {}
    ignored: set[int] = set()
    for cell in sheet.rows[number]:
        label = sheet.text(cell) if cell.is_visible else ""
        if not label:
            continue
        if problem := sheet.problem_of(cell):
            raise sheet.refused(problem.text, cell)
        name = next((n for n, known in layout.columns.items() if is_among(label, known)), None)
        columns = find(label, layout.figure_columns)
        year = read_year(cell, label, layout)
        if name is not None:
            if name in labels:
                raise sheet.refused(
                    f"the column {label!r} stands there twice; one table to a sheet", cell
                )
            labels[name] = cell.column
        elif columns is not None:
            named[cell.column] = columns
        elif year is not None and "year" not in layout.columns:
            if year[0] in {other for other, _ in years.values()}:
                raise sheet.refused(
                    f"the year {year[0]} stands there twice; one column of figures to a year", cell
                )
            years[cell.column] = year
        elif is_among(label, layout.ignored_columns):
            ignored.add(cell.column)
        else:
            expected = (
                "a year such as 2024, 2025E or 2026F",
                *layout.figure_columns,
                *layout.ignored_columns,
            )
            raise sheet.refused(unknown("column", label, expected, layout), cell)
    return _Table(number, labels, years, named, frozenset(ignored))


def read_year(cell: Cell, label: str, layout: Layout) -> tuple[int, ValueKind] | None:
    """The year that a cell names, and its kind."""
    found = layout.years.read(label_key(label))
    if found is None and isinstance(cell.value, datetime) and layout.years.dates:
        day = cell.value
        if shows_year_alone(cell.number_format) or (day.month, day.day) == (12, 31):
            return day.year, layout.years.dates
    return found


def _year_of(
    sheet: Sheet, cell: Cell, table: _Table, labels: Labels, layout: Layout
) -> tuple[int, ValueKind]:
    if cell.column in table.years:
        return table.years[cell.column]
    label, where = labels.get("year", ("", cell))
    found = read_year(where, label, layout)
    if found is None:
        raise sheet.refused(unknown("year", label, ("2024", "2025E", "2026F"), layout), where)
    return found


def unknown(what: str, label: str, known: Sequence[str], layout: Layout) -> str:
    """Says that a label is not in the layout, and what to do."""
    if not label:
        return f"the {what} is blank; write one of: {', '.join(known)}, or merge it with its label"
    return (
        f"the {what} {label!r} is unknown; expected one of: {', '.join(known)}. Correct the "
        f"workbook or, if it is meant, add it to the layout {layout.id}"
    )
