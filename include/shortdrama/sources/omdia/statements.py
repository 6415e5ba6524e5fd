"""Lines outside of a table that say what its figures mean: another scenario, another unit.

A layout knows the lines that it needs. Whatever else names a scenario or a unit, on whichever
sheet, must agree with the rows, or the file is refused.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from shortdrama.sources.files.units import Meant, measure_in, unit_meant
from shortdrama.sources.files.workbook import LONGEST_LINE, Cell, Row, Sheet, shown
from shortdrama.sources.omdia.collecting import Problems
from shortdrama.sources.omdia.layout import Layout, find

_NOT_BASE = (
    "high|low|bull|bear|optimistic|pessimistic|upside|downside|best|worst|conservative|aggressive"
    "|stress(?:ed)?|severe|adverse|alternative|alternate|upper|lower|slow|fast|accelerated|delayed"
)
_NOT_BASE_CHINESE = "乐观|悲观|保守|激进|高|低"
_NAMED = re.compile(
    rf"\b(?:{_NOT_BASE})[- ](?:case|scenario)\b|\bscenario [0-9a-z]\b"
    rf"|(?:{_NOT_BASE_CHINESE})情[景形]",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"\(?(?:(?:{_NOT_BASE})(?: (?:case|scenario|estimates?|forecasts?|bound|range))?"
    rf"|(?:{_NOT_BASE_CHINESE})(?:情[景形])?)\)?",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    r"(?:selected |active |current )?(?:scenario|case|情[景形])\s*(?:[:：=]\s*(.*))?", re.IGNORECASE
)
_BASE = re.compile(
    r"(?:the )?(?:base(?:line)?|central|reference|main|core|default)(?: case| scenario)?"
    r"|(?:基准|基本|中性)(?:情[景形])?",
    re.IGNORECASE,
)

_UNIT_LINE = re.compile(
    r"(?:units?|currency|currencies|scale|单位|币种|货币)\s*[:：=]?\s*(.*)", re.IGNORECASE
)
_FIGURES_IN = re.compile(
    r".*\b(?:figures|values|amounts|numbers|data|revenues?|all)\b[^.。]*\bin (.+)", re.IGNORECASE
)
_AT_THE_END = re.compile(r".*?(?:[(（]([^()（）]+)[)）]|, ?([^,]+))")
_LONGEST_UNIT = 6
"""Words that name a unit; more are a sentence that may mention a currency."""

_PRICES = re.compile(
    r"\b(?:constant|current|nominal|real|prices?|terms|fixed|average|exchange|rates?|fx|[0-9]{4})\b",
    re.IGNORECASE,
)


def check_statements(
    seen: Sequence[Sheet],
    with_figures: Sequence[Sheet],
    layout: Layout,
    units: Sequence[str],
    problems: Problems,
) -> None:
    """Refuse lines outside of tables that contradict the rows; `units` are the rows' labels."""
    for sheet in seen:
        has_figures = any(sheet is one for one in with_figures)
        if units:
            _check_stated_units(sheet, layout, units, problems, has_figures=has_figures)
        if not has_figures:
            _check_notes(sheet, layout, problems)


def check_scenario(sheet: Sheet, cells: Sequence[Cell], layout: Layout, problems: Problems) -> None:
    """Refuse a line above or below a table that names another scenario than the base case."""
    for cell in cells:
        text = shown(cell)
        if text and find(text, layout.headings) is None and _other_scenario(sheet, cell, text):
            problems.add(
                sheet.problem(
                    f"{text!r} names a scenario that the layout {layout.id} does not know; hand in "
                    "the base case, or name the line under `headings` in a new layout",
                    cell,
                )
            )


def _check_notes(sheet: Sheet, layout: Layout, problems: Problems) -> None:
    """Refuse a sheet of text that says which scenario was chosen, if not the base case.

    Notes may explain scenarios, so only `Scenario: High` counts there.
    """
    for row in sheet.rows:
        for cell in row:
            chosen = _chosen(sheet, cell, shown(cell))
            if chosen and _ALONE.fullmatch(chosen):
                check_scenario(sheet, [cell], layout, problems)


def _other_scenario(sheet: Sheet, cell: Cell, text: str) -> bool:
    chosen = _chosen(sheet, cell, text)
    if chosen:
        return _BASE.fullmatch(chosen) is None
    return bool(_NAMED.search(text) or _ALONE.fullmatch(text))


def _chosen(sheet: Sheet, cell: Cell, text: str) -> str | None:
    """What the line, or the cell beside it, says was chosen; None for another line."""
    match = _CHOSEN.fullmatch(text)
    return (match[1] or _beside(sheet, cell)) if match else None


def _beside(sheet: Sheet, cell: Cell) -> str:
    following = sheet.next_to(cell)
    return shown(following) if following else ""


def _check_stated_units(
    sheet: Sheet, layout: Layout, units: Sequence[str], problems: Problems, *, has_figures: bool
) -> None:
    """Refuse a line such as "All figures in US$bn" that no row of the file agrees with.

    `units` are the labels of the units of all rows.
    """
    known = [meant for unit in units if (meant := unit_meant(unit))]
    for cell in _outside(sheet, layout) if has_figures else _cells(sheet.rows):
        text = shown(cell)
        if not text or find(text, layout.headings) is not None:
            continue
        meant = _stated(sheet, cell, text, is_title=has_figures)
        if meant is None or any(_agree(meant, other) for other in known):
            continue
        problems.add(
            sheet.problem(
                f"{text!r} names another unit than the rows, which are in "
                f"{', '.join(dict.fromkeys(units))}; correct the wrong one",
                cell,
            )
        )


def _outside(sheet: Sheet, layout: Layout) -> Iterator[Cell]:
    """The cells above the first table, and those of lines of text further below."""
    is_above = True
    for row in sheet.rows:
        texts = [shown(cell) for cell in row]
        if layout.is_header(texts):
            is_above = False
        elif is_above or sum(map(bool, texts)) == 1:
            yield from _cells([row])


def _cells(rows: Sequence[Row]) -> Iterator[Cell]:
    return (
        cell
        for row in rows
        for cell in row
        if isinstance(cell.value, str) and len(cell.value) <= LONGEST_LINE
    )


def _stated(sheet: Sheet, cell: Cell, text: str, *, is_title: bool) -> Meant | None:
    """The unit that the line is about, if it is about one. `is_title`: it may end in one."""
    if "unless" in text.casefold():  # the row says its own unit
        return None
    if match := _UNIT_LINE.fullmatch(text):
        return _unit(match[1] or _beside(sheet, cell))
    if match := _FIGURES_IN.fullmatch(text):
        return _unit(match[1])
    if not is_title:
        return None
    if whole := unit_meant(text.strip("()（）")):
        return whole
    match = _AT_THE_END.fullmatch(text)
    meant = unit_meant(match[1] or match[2]) if match else None
    return meant if meant and meant.measure else None


def _unit(words: str) -> Meant | None:
    """What the words mean, remarks about prices and exchange rates left out."""
    words = " ".join(_PRICES.sub(" ", words.strip(" .。()（）")).split())
    is_short = len(words.split()) <= _LONGEST_UNIT
    return unit_meant(words) or (measure_in(words) if is_short else None)


def _agree(stated: Meant, row: Meant) -> bool:
    """Whether the row's unit is what was stated, as far as it was."""
    return stated.measure in (None, row.measure) and stated.scale in (None, row.scale or Decimal(1))
