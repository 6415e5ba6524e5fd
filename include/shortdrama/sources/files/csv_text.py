"""CSV as Excel and people save it: UTF-8 with or without BOM, or cp1252; comma, semicolon or tab.

A CSV does not say what separates its cells. The separator is the one by which a row holds the
header that the reader looks for.
"""

import csv
import re
from collections.abc import Callable, Collection, Sequence
from io import StringIO

from shortdrama.sources.files.figures import label_key
from shortdrama.sources.files.workbook import (
    Cell,
    Sheet,
    WorkbookRefused,
    check_span,
)

SEPARATORS = (",", ";", "\t")
_SEPARATED_FIGURE = re.compile(r"[<>=≥≤~]*\s*-?[0-9][0-9.,]*[.,][0-9][0-9.,]*\s*%?")

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
    tables = _tables(content, file_name)
    separator = next(
        (s for s, table in tables.items() if any(map(is_header, table))),
        max(tables, key=lambda separator: sum(map(len, tables[separator]))),
    )
    table = _checked(tables[separator], separator, file_name)
    columns = max(map(len, table), default=0)
    check_span(file_name, None, len(table), columns)
    return Sheet(
        file_name,
        None,
        tuple(
            tuple(
                Cell(row, column, (texts[column] if column < len(texts) else "") or None)
                for column in range(columns)
            )
            for row, texts in enumerate(table)
        ),
    )


def read_table(content: bytes, file_name: str, header: Collection[str]) -> Table:
    """The cells as text, row by row, by the separator that gives a row with all header labels.

    Footnote marks and case do not count in labels. Raises WorkbookRefused.
    """
    wanted = {label_key(label) for label in header}
    tables = _tables(content, file_name)
    for separator, table in tables.items():
        if any(wanted <= {label_key(cell) for cell in row} for row in table):
            return _checked(table, separator, file_name)
    raise WorkbookRefused(
        file_name,
        f"no row holds the header labels {', '.join(header)}, with cells separated by comma, "
        "semicolon or tab; restore the header row, or save the file again as 'CSV UTF-8'",
    )


def _tables(content: bytes, file_name: str) -> dict[str, Table]:
    """The cells by each separator that the quotes allow, at least one."""
    text = _decoded(content, file_name)
    tables: dict[str, Table] = {}
    problem = ""
    for separator in SEPARATORS:
        try:
            reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
            tables[separator] = list(reader)
        except csv.Error as error:
            problem = str(error)
    if not tables:
        raise WorkbookRefused(
            file_name, f"its quotes do not match ({problem}); save the file again as 'CSV UTF-8'"
        )
    return tables


def _checked(table: Table, separator: str, file_name: str) -> Table:
    if separator == ";":
        _check_unambiguous(table, file_name)
    return table


def _decoded(content: bytes, file_name: str) -> str:
    if b"\0" in content:
        raise WorkbookRefused(
            file_name,
            "this is no CSV in UTF-8 or cp1252 (it holds zero bytes); save it as 'CSV UTF-8'",
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WorkbookRefused(
        file_name, "this is neither UTF-8 nor cp1252 text; save it as 'CSV UTF-8'"
    )


def _check_unambiguous(table: Table, file_name: str) -> None:
    """Refuse figures such as 1.500 where the comma may be the decimal sign, as in German Excel."""
    for row, texts in enumerate(table):
        for column, text in enumerate(texts):
            if _SEPARATED_FIGURE.fullmatch(text.strip()):
                raise WorkbookRefused(
                    file_name,
                    f"{text!r} may mean two numbers, because in files with semicolons the comma is "
                    "often the decimal sign; save the file with commas as separators",
                    cell=Cell(row, column).coordinate,
                )
