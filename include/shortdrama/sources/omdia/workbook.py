"""Forecast workbooks: from the bytes of one file to typed rows of `omdia.forecasts`.

What a house's workbooks look like is data, in `layouts/` and in the lake: a new label, or a new
house, is a file there. Whatever the layout does not know is refused rather than dropped; only what
a person does not see is passed over, and said.

A workbook is XLSX, XLS or CSV. A CSV has no sheets, so it holds the rows of all figure sheets under
one header: an edition that is handed in again replaces the earlier one whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shortdrama.sources.files.decimal_sign import is_ambiguous, with_point
from shortdrama.sources.files.figures import label_key, parse_figure
from shortdrama.sources.files.number_format import FormatUnclear
from shortdrama.sources.files.opening import open_sheets
from shortdrama.sources.files.units import same_unit, unit_meant
from shortdrama.sources.files.workbook import (
    Cell,
    Problem,
    Said,
    Sheet,
    WorkbookRefused,
    agreed,
    lines,
    refused_for,
    shown,
)
from shortdrama.sources.omdia.collecting import Problems
from shortdrama.sources.omdia.consistency import check_consistency
from shortdrama.sources.omdia.edition import Edition, read_edition
from shortdrama.sources.omdia.layout import (
    Layout,
    Metric,
    SheetRule,
    Unit,
    ValueKind,
    find,
    find_unit,
    is_among,
)
from shortdrama.sources.omdia.layouts import KnownLayout, packaged_layouts
from shortdrama.sources.omdia.selection import choose
from shortdrama.sources.omdia.shelf import Shelf
from shortdrama.sources.omdia.statements import check_statements
from shortdrama.sources.omdia.table import FigureCell, figure_cells, unknown

CSV_SHEET = "(csv)"
"""Stands for the sheet where the file has none."""

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
    """One vintage, as one file says it. `notes` say what was passed over, and why."""

    published_on: date
    version: str | None
    rows: tuple[ForecastRow, ...]
    notes: tuple[str, ...]
    known: KnownLayout
    encoding: str | None = None


@dataclass(frozen=True)
class _Subject:
    """What a row of the table is about. `unit_label` is how the workbook calls the unit."""

    geography: str
    segment: str
    metric: Metric
    unit: Unit
    unit_label: str


def parse_workbook(content: bytes, file_name: str, shelf: Shelf | None = None) -> Workbook:
    """Every published figure of one XLSX, XLS or CSV file; `n/a`, `-` and blanks give no row.

    `shelf` has the layouts to choose from, by what the file says of itself; without one, those of
    this software. Raises WorkbookRefused with all problems, each with file, sheet and cell.
    """
    problems = Problems()
    workbook = examine_workbook(content, file_name, problems, shelf)
    if problems.found:
        raise refused_for(problems.found)
    return workbook


def examine_workbook(
    content: bytes, file_name: str, problems: Problems, shelf: Shelf | None = None
) -> Workbook:
    """As parse_workbook; what is wrong with cells goes to `problems`, and these are left out.

    Raises WorkbookRefused where nothing can be read, or `problems` take no more.
    """
    shelf = shelf or Shelf(tuple(packaged_layouts()))
    sheets = open_sheets(
        content, file_name, lambda texts: any(k.layout.is_header(texts) for k in shelf.layouts)
    )
    seen = [sheet for sheet in sheets if sheet.is_visible]
    known = choose(seen, file_name, shelf)
    layout = known.layout
    editions = list(problems.tried(read_edition, seen, file_name, layout))
    # The figures are looked at in any case: a person hears of all problems at once.
    edition = editions[0] if editions else Edition(date.min, None)
    figure_sheets = _figure_sheets(sheets, file_name, layout, problems)
    units: list[str] = []
    rows = [
        row
        for sheet, rule in figure_sheets
        for row in _rows(sheet, rule, edition, layout, problems, units)
    ]
    check_statements(seen, [sheet for sheet, _ in figure_sheets], layout, units, problems)
    check_consistency(rows, file_name, problems)
    figures = tuple(row for row, _ in rows)
    encoding = sheets[0].encoding if sheets else None
    return Workbook(edition.published_on, edition.version, figures, _notes(sheets), known, encoding)


def _notes(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """What a person does not see, and what was therefore not read."""
    return (
        *(
            f"the hidden sheet {sheet.title!r} was not read"
            for sheet in sheets
            if not sheet.is_visible
        ),
        *(
            f"hidden or filtered out on sheet {sheet.title!r}, not read: {', '.join(sheet.unseen)}"
            for sheet in sheets
            if sheet.is_visible and sheet.unseen
        ),
    )


def _figure_sheets(
    sheets: Sequence[Sheet], file_name: str, layout: Layout, problems: Problems
) -> list[tuple[Sheet, SheetRule]]:
    """The sheets with figures that the layout names. An unknown sheet is refused."""
    if [sheet.title for sheet in sheets] == [None]:
        _check_whole(sheets[0], layout, problems)
        return [(sheets[0], SheetRule(name=""))]
    found: list[tuple[Sheet, SheetRule]] = []
    expected = (*(rule.name for rule in layout.figure_sheets), *layout.text_sheets)
    for sheet in sheets:
        title = sheet.title or ""
        rule = next((r for r in layout.figure_sheets if is_among(title, [r.name])), None)
        if not sheet.is_visible:
            continue
        if rule is not None:
            found.append((sheet, rule))
        elif not is_among(title, layout.text_sheets):
            problems.add(sheet.problem(unknown("sheet", title, expected, layout)))
    used = [rule for _, rule in found]
    for needed in layout.figure_sheets:
        if not needed.is_optional and needed not in used:
            problems.add(_missing(needed, sheets, file_name, layout))
    return found


def _missing(rule: SheetRule, sheets: Sequence[Sheet], file_name: str, layout: Layout) -> Problem:
    for sheet in sheets:
        if is_among(sheet.title or "", [rule.name]):
            return sheet.problem(
                "the sheet is hidden, and what nobody sees is not read; show it (Format, Sheet, "
                "Unhide) if it is meant, and save the workbook again"
            )
    there = ", ".join(repr(sheet.title) for sheet in sheets) or "none with any text"
    return Problem(
        file_name,
        f"the sheet {rule.name!r} is missing or empty; there are: {there}. Restore it, or take it "
        f"out of the layout {layout.id}",
    )


def _check_whole(sheet: Sheet, layout: Layout, problems: Problems) -> None:
    """Refuse a CSV of one sheet's figures: it would take the other sheets' out of the edition."""
    if "metric" not in layout.columns:
        return
    labels = {shown(cell) for row in sheet.rows for cell in row if shown(cell)}
    found = {meaning.metric for label in labels if (meaning := find(label, layout.metrics))}
    missing = sorted({meaning.metric for meaning in layout.metrics.values()} - found)
    if missing:
        problems.add(
            sheet.problem(
                f"no row is about {', '.join(missing)}; a CSV replaces the whole edition, so put "
                "the rows of all sheets under one header, or hand in the workbook"
            )
        )


def _rows(
    sheet: Sheet,
    rule: SheetRule,
    edition: Edition,
    layout: Layout,
    problems: Problems,
    units: list[str],
) -> Iterator[tuple[ForecastRow, Metric]]:
    """The sheet's rows, each with what its metric means; their units are added to `units`."""
    above = next(iter(problems.tried(_unit_above, sheet, layout)), None)
    subjects: dict[tuple[str, ...], list[_Subject]] = {}
    for figure in figure_cells(sheet, rule, layout, problems, above):
        key = tuple(label for label, _ in figure.labels.values())
        if key not in subjects:
            subjects[key] = list(problems.tried(_subject, figure, layout, above))
        if label_key(shown(figure.cell)) in layout.not_published:
            continue
        for subject in subjects[key]:
            for value, is_lower_bound in problems.tried(_value, sheet, figure.cell, subject):
                row = ForecastRow(
                    publisher=layout.publisher,
                    published_on=edition.published_on,
                    workbook_version=edition.version,
                    geography=subject.geography,
                    segment=subject.segment,
                    metric=subject.metric.metric,
                    unit=subject.unit.unit,
                    year=figure.year,
                    value_kind=figure.kind,
                    value=value,
                    is_lower_bound=is_lower_bound,
                    value_basis=subject.metric.value_basis,
                    basis_evidence=subject.metric.basis_evidence,
                    file_name=sheet.file_name,
                    sheet=sheet.title or CSV_SHEET,
                    cell=figure.cell.coordinate,
                )
                yield row, subject.metric
    units += [subject.unit_label for found in subjects.values() for subject in found]


def _unit_above(sheet: Sheet, layout: Layout) -> Said | None:
    """The line that gives the unit of the whole sheet."""
    return agreed("the unit", list(lines([sheet], layout.unit_line)))


def _subject(figure: FigureCell, layout: Layout, above: Said | None) -> _Subject:
    """What the figure is about, from its labels."""
    sheet, labels = figure.sheet, figure.labels
    region, region_cell = labels.get("region", ("", figure.cell))
    countries = find(region, layout.geographies)
    if countries is None:
        raise sheet.refused(
            unknown("region", region, tuple(layout.geographies), layout), region_cell
        )
    country, country_cell = labels.get("country", ("", figure.cell))
    segment, segment_cell = labels.get("segment", ("", figure.cell))
    label, metric_cell = labels.get("metric", ("", figure.cell))
    geography = find(country, countries)
    if geography is None:
        raise sheet.refused(unknown("country", country, tuple(countries), layout), country_cell)
    meant = find(segment, layout.segments)
    if meant is None:
        raise sheet.refused(
            unknown("segment", segment, tuple(layout.segments), layout), segment_cell
        )
    metric = find(label, layout.metrics)
    if metric is None:
        raise sheet.refused(unknown("metric", label, tuple(layout.metrics), layout), metric_cell)
    unit_label, unit_cell = labels.get("unit", (metric.unit_label or "", metric_cell))
    unit = find_unit(unit_label, layout.units)
    if unit is None:
        raise sheet.refused(unknown("unit", unit_label, tuple(layout.units), layout), unit_cell)
    _check_unit(sheet, unit_cell, unit_label, unit, metric, above)
    return _Subject(geography, meant, metric, unit, unit_label)


def _check_unit(
    sheet: Sheet, cell: Cell, label: str, unit: Unit, metric: Metric, above: Said | None
) -> None:
    """Refuse a unit that does not fit the metric, or another than the sheet's units row."""
    if unit.unit != metric.unit:
        raise sheet.refused(
            f"the unit {label!r} does not fit the metric {metric.metric!r}, which is in "
            f"{metric.unit}; correct the unit or the metric",
            cell,
        )
    if metric.unit_label is not None and not same_unit(metric.unit_label, label):
        raise sheet.refused(
            f"the row is in {label!r}, but its metric is in {metric.unit_label!r}; correct the "
            "wrong one",
            cell,
        )
    if above is not None and not same_unit(str(above.value), label):
        raise sheet.refused(
            f"the row is in {label!r}, but by cell {above.cell.coordinate} the sheet is in "
            f"{str(above.value)!r}; correct the wrong one",
            cell,
        )


def _value(sheet: Sheet, cell: Cell, subject: _Subject) -> tuple[Decimal, bool]:
    """The cell's figure in plain USD or as a ratio, and whether it is a lower bound."""
    try:
        figure = parse_figure(_with_point(sheet, cell), cell.number_format)
    except FormatUnclear as error:
        raise sheet.refused(str(error), cell) from error
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
    if figure.unit_shown and not _fits(figure.unit_shown, subject):
        raise sheet.refused(
            f"the number format {cell.number_format!r} shows {shown(cell)!r}, but the row is in "
            f"{subject.unit_label!r}; use a plain number format, or correct the unit",
            cell,
        )
    if subject.unit.unit == "ratio" and not figure.is_ratio and 0 < abs(figure.amount) <= 1:
        raise sheet.refused(
            f"{shown(cell)!r} in a row of % may be {figure.amount:f}% or {figure.amount:%}; show "
            "it with a percent sign",
            cell,
        )
    value = figure.amount if figure.is_ratio else figure.amount * subject.unit.scale
    if subject.unit.unit == "ratio" and abs(value) > 1 and subject.metric.share_of:
        raise sheet.refused(f"the share {value:.0%} is more than the whole; correct it", cell)
    if abs(value) >= _TOO_LARGE:
        raise sheet.refused(f"{value:.3g} {subject.unit.unit} is too large; check the unit", cell)
    return value.quantize(_SMALLEST_STEP), figure.is_lower_bound


def _with_point(sheet: Sheet, cell: Cell) -> object:
    """The value; a figure that is typed as text is made to have a decimal point."""
    if not isinstance(cell.value, str):
        return cell.value
    if sheet.decimal_sign is None and "." in cell.value and is_ambiguous(cell.value):
        raise ValueError(
            f"{cell.value!r} is text, and nothing says whether its point is the decimal sign"
        )
    return with_point(cell.value, sheet.decimal_sign or ".")


def _fits(unit_shown: str, subject: _Subject) -> bool:
    """Whether what the number format prints says the same as the row's unit, or less."""
    meant, whole = unit_meant(unit_shown), unit_meant(subject.unit_label)
    return (
        meant is not None
        and whole is not None
        and (
            meant.measure in (None, whole.measure)
            and meant.scale in (None, whole.scale or Decimal(1))
        )
    )


__all__ = ["ForecastRow", "Workbook", "WorkbookRefused", "parse_workbook"]
