"""Omdia's forecast workbooks: from the bytes of one file to typed rows of `omdia.forecasts`.

No public copy of such a workbook exists. The layout follows the habit of analyst houses (title and
metadata above, a header row somewhere below, years as columns with an E or F) and is data, in
`layouts/`: a publisher's new label is one line there. Whatever the layout does not know is refused
rather than dropped.

A workbook is XLSX, XLS or CSV. A CSV has no sheets, so it holds the rows of all figure sheets under
one header: an edition that is handed in again replaces the earlier one whole.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Literal, TypeVar

from shortdrama.sources.files.opening import open_sheets
from shortdrama.sources.files.workbook import (
    Cell,
    Said,
    Sheet,
    WorkbookRefused,
    agreed,
    lines,
    shown,
)
from shortdrama.sources.omdia.edition import Edition, read_edition
from shortdrama.sources.omdia.figures import label_key, parse_figure
from shortdrama.sources.omdia.layouts import (
    OMDIA_2H25,
    Layout,
    Metric,
    Unit,
    load_layout,
)

ValueKind = Literal["actual", "estimate", "forecast"]
Meaning = TypeVar("Meaning")

CSV_SHEET = "(csv)"
"""Stands for the sheet where the file has none."""

_YEAR = re.compile(r"([0-9]{4})([ef]?)")
_VALUE_KINDS: dict[str, ValueKind] = {"": "actual", "e": "estimate", "f": "forecast"}
_SMALLEST_STEP = Decimal("0.0001")
_TOO_LARGE = Decimal(10) ** 16
"""The dataset's value is a DECIMAL(20,4)."""


@dataclass(frozen=True)
class ForecastRow:
    """One published figure; the columns of `shortdrama.datasets.FORECASTS`, in their order.

    `value` is in plain US dollars or a ratio 0-1, whatever unit the workbook used.
    """

    publisher: str
    published_on: date
    workbook_version: str | None
    geography: str
    segment: str
    metric: str
    unit: str
    year: int
    value_kind: ValueKind
    value: Decimal
    is_lower_bound: bool
    value_basis: str
    basis_evidence: str
    file_name: str
    sheet: str
    cell: str


@dataclass(frozen=True)
class Workbook:
    """One vintage, as one file says it."""

    published_on: date
    version: str | None
    rows: tuple[ForecastRow, ...]


@dataclass(frozen=True)
class _Table:
    """A sheet's table, found from its header row. Rows and columns are counted from 0.

    `units_row` is the line that gives the unit of the whole sheet, where there is one.
    """

    header_row: int
    labels: dict[str, int]
    years: dict[int, tuple[int, ValueKind]]
    ignored: frozenset[int]
    units_row: Said | None


@dataclass(frozen=True)
class _Subject:
    """What a row of the table is about."""

    geography: str
    segment: str
    metric: Metric
    unit: Unit


def parse_workbook(content: bytes, file_name: str) -> Workbook:
    """Every published figure of one XLSX, XLS or CSV file; `n/a`, `-` and blanks give no row.

    Raises WorkbookRefused, naming the file, the sheet and the cell, for whatever the layout does
    not know, and if the publication date is missing: it is the vintage.
    """
    layout = load_layout(OMDIA_2H25)
    sheets = open_sheets(content, file_name, [label for _, label in layout.columns])
    figure_sheets = _figure_sheets(sheets, file_name, layout)
    edition = read_edition(sheets, file_name, layout)
    rows = tuple(row for sheet in figure_sheets for row in _rows(sheet, edition, layout))
    return Workbook(edition.published_on, edition.version, rows)


def _figure_sheets(sheets: Sequence[Sheet], file_name: str, layout: Layout) -> list[Sheet]:
    """The sheets with figures: every one that the layout names. An unknown sheet is refused."""
    if [sheet.title for sheet in sheets] == [None]:
        _check_whole(sheets[0], layout)
        return list(sheets)
    by_title = {sheet.title or "": sheet for sheet in sheets}
    expected = (*layout.figure_sheets, *layout.text_sheets)
    for title, sheet in by_title.items():
        if title not in expected:
            raise sheet.refused(_unknown("sheet", title, expected))
    for title in layout.figure_sheets:
        if title not in by_title:
            raise WorkbookRefused(
                file_name,
                f"the sheet {title!r} is missing or empty; there are: {', '.join(by_title)}. "
                f"Restore it, or take it out of the layout {OMDIA_2H25}",
            )
    return [by_title[title] for title in layout.figure_sheets]


def _check_whole(sheet: Sheet, layout: Layout) -> None:
    """Refuse a CSV of one sheet's figures: it would take the other sheets' out of the edition."""
    column = _table(sheet, layout).labels["metric"]
    labels = {label_key(sheet.text(row[column])) for row in sheet.rows}
    found = {
        meaning.metric for label, meaning in layout.metrics.items() if label_key(label) in labels
    }
    missing = sorted({meaning.metric for meaning in layout.metrics.values()} - found)
    if missing:
        raise sheet.refused(
            f"no row is about {', '.join(missing)}; a CSV replaces the whole edition, so put the "
            "rows of all sheets under one header, or hand in the workbook"
        )


def _rows(sheet: Sheet, edition: Edition, layout: Layout) -> Iterator[ForecastRow]:
    table = _table(sheet, layout)
    for row in islice(sheet.rows, table.header_row + 1, None):
        figures = _figure_cells(sheet, row, table)
        if not figures:
            continue
        subject = _subject(sheet, row, table, layout)
        for column, cell in figures.items():
            if label_key(shown(cell)) in layout.not_published:
                continue
            year, kind = table.years[column]
            value, is_lower_bound = _value(sheet, cell, subject)
            yield ForecastRow(
                publisher=layout.publisher,
                published_on=edition.published_on,
                workbook_version=edition.version,
                geography=subject.geography,
                segment=subject.segment,
                metric=subject.metric.metric,
                unit=subject.unit.unit,
                year=year,
                value_kind=kind,
                value=value,
                is_lower_bound=is_lower_bound,
                value_basis=subject.metric.value_basis,
                basis_evidence=subject.metric.basis_evidence,
                file_name=sheet.file_name,
                sheet=sheet.title or CSV_SHEET,
                cell=cell.coordinate,
            )


def _table(sheet: Sheet, layout: Layout) -> _Table:
    """The sheet's table, by the first row that holds all labels of the header."""
    wanted = {name: label_key(label) for name, label in layout.columns}
    for row_number, row in enumerate(sheet.rows):
        columns = {label_key(shown(cell)): column for column, cell in enumerate(row)}
        if columns.keys() >= set(wanted.values()):
            labels = {name: columns[key] for name, key in wanted.items()}
            years, ignored = _years(sheet, row, set(labels.values()), layout)
            units_row = agreed("the unit", list(lines([sheet], layout.unit_line)))
            return _Table(row_number, labels, years, ignored, units_row)
    raise sheet.refused(
        f"no row holds the header labels {', '.join(label for _, label in layout.columns)}; "
        f"restore the header row, or change the layout {OMDIA_2H25}"
    )


def _years(
    sheet: Sheet, header: Sequence[Cell], labels: set[int], layout: Layout
) -> tuple[dict[int, tuple[int, ValueKind]], frozenset[int]]:
    """The columns of a header that are years, and those to be passed over."""
    passed_over = {label_key(label) for label in layout.ignored_columns}
    years: dict[int, tuple[int, ValueKind]] = {}
    ignored: set[int] = set()
    for column, cell in enumerate(header):
        label = label_key(shown(cell))
        if not label or column in labels:
            continue
        if match := _YEAR.fullmatch(label):
            years[column] = int(match[1]), _VALUE_KINDS[match[2]]
        elif label in passed_over:
            ignored.add(column)
        else:
            known = ("a year such as 2024, 2025E or 2026F", *layout.ignored_columns)
            raise sheet.refused(_unknown("column", shown(cell), known), cell)
    return years, frozenset(ignored)


def _figure_cells(sheet: Sheet, row: Sequence[Cell], table: _Table) -> dict[int, Cell]:
    """The row's cells under a year that are not blank, by column.

    A row without any is a heading or a footnote.
    """
    cells: dict[int, Cell] = {}
    for column, cell in enumerate(row):
        sheet.check_computed(cell)
        if not shown(cell) or column in table.ignored or column in table.labels.values():
            continue
        if column not in table.years:
            raise sheet.refused(
                f"{shown(cell)!r} stands in a column without a header; name its year, or move "
                "the remark below the table",
                cell,
            )
        cells[column] = cell
    return cells


def _subject(sheet: Sheet, row: Sequence[Cell], table: _Table, layout: Layout) -> _Subject:
    """What the row is about, from its labels."""
    cells = {name: row[column] for name, column in table.labels.items()}
    countries = _meaning(sheet, cells["region"], "region", layout.geographies)
    subject = _Subject(
        geography=_meaning(sheet, cells["country"], "country", countries),
        segment=_meaning(sheet, cells["segment"], "segment", layout.segments),
        metric=_meaning(sheet, cells["metric"], "metric", layout.metrics),
        unit=_meaning(sheet, cells["unit"], "unit", layout.units),
    )
    _check_unit(sheet, cells["unit"], subject, table.units_row)
    return subject


def _check_unit(sheet: Sheet, cell: Cell, subject: _Subject, above: Said | None) -> None:
    """Refuse a unit that does not fit the metric, or another than the sheet's units row."""
    label = sheet.text(cell)
    if subject.unit.unit != subject.metric.unit:
        raise sheet.refused(
            f"the unit {label!r} does not fit the metric {subject.metric.metric!r}, which is in "
            f"{subject.metric.unit}; correct the unit or the metric",
            cell,
        )
    if above is not None and label_key(str(above.value)) != label_key(label):
        raise sheet.refused(
            f"the row is in {label!r}, but by cell {above.cell.coordinate} the sheet is in "
            f"{str(above.value)!r}; correct the wrong one",
            cell,
        )


def _meaning(sheet: Sheet, cell: Cell, what: str, known: Mapping[str, Meaning]) -> Meaning:
    """What the layout says that the label in the cell means."""
    label = sheet.text(cell)
    for known_label, meaning in known.items():
        if label_key(known_label) == label_key(label):
            return meaning
    raise sheet.refused(_unknown(what, label, known), cell)


def _value(sheet: Sheet, cell: Cell, subject: _Subject) -> tuple[Decimal, bool]:
    """The cell's figure in plain USD or as a ratio, and whether it is a lower bound."""
    try:
        figure = parse_figure(cell.value, cell.number_format)
    except ValueError as error:
        raise sheet.refused(
            f"{error}; write a figure, or 'n/a' where none is published", cell
        ) from error
    if figure.is_ratio and subject.unit.unit != "ratio":
        raise sheet.refused(
            f"the cell shows a percentage, but its row is in {subject.unit.unit}; correct the "
            "cell's number format or the row's unit",
            cell,
        )
    value = figure.amount if figure.is_ratio else figure.amount * subject.unit.scale
    if abs(value) >= _TOO_LARGE:
        raise sheet.refused(f"{value:.3g} {subject.unit.unit} is too large; check the unit", cell)
    return value.quantize(_SMALLEST_STEP), figure.is_lower_bound


def _unknown(what: str, label: str, known: Mapping[str, object] | Sequence[str]) -> str:
    return (
        f"the {what} {label!r} is unknown; expected one of: {', '.join(known)}. Correct the "
        f"workbook or, if it is meant, add it to the layout {OMDIA_2H25}"
    )
