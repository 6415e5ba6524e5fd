"""CSV as Excel and people save it: several encodings; comma, semicolon or tab.

A CSV does not say what separates its cells. The separator is the one by which a row holds the
header that the reader looks for. Rows are read one by one and counted, so that a file that only
looks like a CSV is refused before it fills the memory.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from io import BytesIO, TextIOWrapper

from shortdrama.sources.files.decimal_sign import Sign, is_ambiguous, signs_of
from shortdrama.sources.files.encoding import REMEDY, Encoding, encoding_of
from shortdrama.sources.files.figures import label_key
from shortdrama.sources.files.rich_text import visible
from shortdrama.sources.files.workbook import (
    MAX_CELLS,
    Cell,
    Sheet,
    WorkbookRefused,
    check_span,
)

SEPARATORS = (",", ";", "\t")
MAX_LINE = 1_000_000
"""Bytes; a row of an analyst's table has some hundred."""

MANY_COLUMNS = 1_000
"""Programs pad rows with blank cells up to the width of a stray one; beyond these they go."""

_LINE = re.compile(rb"[^\r\n]+")

Table = list[list[str]]
IsHeader = Callable[[Sequence[str]], bool]
"""Whether a row with these texts is the header of a table."""


def any_row(_: Sequence[str]) -> bool:
    """Takes any row for a header, where nobody knows the header."""
    return True


def read_sheet(content: bytes, file_name: str, is_header: IsHeader) -> Sheet:
    """The file as one sheet without a name; blank cells are None.

    Where no separator gives a row that is a header, the separator that gives most cells is taken.
    Raises WorkbookRefused.
    """
    encoding = encoding_of(content, file_name)
    separator, table = _separated(content, encoding, file_name, is_header)
    columns = max(map(len, table), default=0)
    sheet = Sheet(
        file_name,
        None,
        tuple(
            tuple(
                Cell(row, column, visible(texts[column] if column < len(texts) else "") or None)
                for column in range(columns)
            )
            for row, texts in enumerate(table)
        ),
        encoding=str(encoding),
    )
    return replace(sheet, decimal_sign=_decimal_sign(sheet, separator))


def read_table(content: bytes, file_name: str, header: Collection[str]) -> Table:
    """The cells as text, row by row, by the separator that gives a row with all header labels.

    Footnote marks and case do not count in labels. Raises WorkbookRefused.
    """
    wanted = {label_key(label) for label in header}

    def is_header(texts: Sequence[str]) -> bool:
        return wanted <= {label_key(text) for text in texts}

    encoding = encoding_of(content, file_name)
    separator, table = _separated(content, encoding, file_name, is_header)
    if not any(map(is_header, table)):
        raise WorkbookRefused(
            file_name,
            f"no row holds the header labels {', '.join(header)}, with cells separated by comma, "
            f"semicolon or tab; restore the header row, or {REMEDY}",
        )
    if separator == ";":
        _check_unambiguous(table, file_name)
    return table


def _separated(
    content: bytes, encoding: Encoding, file_name: str, is_header: IsHeader
) -> tuple[str, Table]:
    """The separator that gives a header, or else most cells, and the rows by it."""
    if any(line.end() - line.start() > MAX_LINE for line in _LINE.finditer(content)):
        raise WorkbookRefused(
            file_name,
            f"a row has more than {MAX_LINE:,} bytes, so this is no table that somebody wrote; "
            "check that it is the right file",
        )
    tables: dict[str, Table] = {}
    refusals: list[WorkbookRefused] = []
    for separator in SEPARATORS:
        try:
            table = _table(content, encoding, separator, file_name)
        except WorkbookRefused as refusal:
            refusals.append(refusal)
            continue
        if any(map(is_header, table)):
            return separator, table
        tables[separator] = table
    if refusals:
        raise refusals[0]
    separator = max(tables, key=lambda one: sum(map(len, tables[one])))
    return separator, tables[separator]


def _table(content: bytes, encoding: Encoding, separator: str, file_name: str) -> Table:
    """The rows, as many as a sheet may have."""
    table: Table = []
    width = 1
    try:
        for row in _rows(content, encoding, separator):
            while len(row) > MANY_COLUMNS and not row[-1]:
                row.pop()
            table.append(row)
            width = max(width, len(row))
            if len(table) * width > MAX_CELLS:
                check_span(file_name, None, len(table), width)
    except csv.Error as error:
        raise WorkbookRefused(
            file_name, f"its quotes do not match, in row {len(table) + 1} or above; {REMEDY}"
        ) from error
    return table


def _rows(content: bytes, encoding: Encoding, separator: str) -> Iterator[list[str]]:
    with TextIOWrapper(BytesIO(content), encoding.name, newline="") as text:
        yield from csv.reader(text, delimiter=separator, strict=True)


def _decimal_sign(sheet: Sheet, separator: str) -> Sign:
    """How the file writes figures; refused where it does so in two ways, or does not say."""
    texts = [(cell, str(cell.value)) for row in sheet.rows for cell in row if cell.value]
    signs = signs_of(text for _, text in texts)
    if len(signs) > 1:
        second = next(cell for cell, text in texts if text == signs[","])
        raise sheet.refused(
            f"{signs[',']!r} has a decimal comma and {signs['.']!r} a decimal point; write all "
            "figures in one way",
            second,
        )
    if signs:
        return next(iter(signs))
    for cell, text in texts:
        # Where commas separate the cells they are not the decimal sign; a tab says nothing.
        if is_ambiguous(text) and separator != ",":
            raise sheet.refused(_may_mean_two(text, separator), cell)
    return "."


def _may_mean_two(text: str, separator: str) -> str:
    sign = "comma" if "," in text else "point"
    why = (
        "in files with semicolons the comma is often the decimal sign"
        if separator == ";"
        else f"nothing in the file says whether its {sign} is the decimal sign"
    )
    return f"{text!r} may mean two numbers, because {why}; save the file with commas as separators"


def _check_unambiguous(table: Table, file_name: str) -> None:
    """Refuse figures such as 1.500 where the comma may be the decimal sign, as in German Excel."""
    for row, texts in enumerate(table):
        for column, text in enumerate(texts):
            if is_ambiguous(text) or signs_of([text]):
                place = Cell(row, column).coordinate
                raise WorkbookRefused(file_name, _may_mean_two(text, ";"), cell=place)
