"""CSV files of our own schema: one column per column of the dataset, strictly typed.

The header names the dataset's columns in any order; optional ones may be left out. Dates are
2026-01-11, numbers plain with a point, yes and no are true and false, unknown is an empty cell.
Lines above the header that begin with `#` are remarks. A file to fill in lies beside the dataset's
module, as `<name>.template.csv`.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable

from shortdrama.core.errors import Failure
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.model import Column, Dataset, Edition
from shortdrama.sources.files.csv_text import read_table
from shortdrama.sources.files.opening import check_is_csv
from shortdrama.sources.files.workbook import Cell, WorkbookRefused

Value = date | Decimal | bool | int | str
Row = dict[str, Value | None]

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_PLAIN = re.compile(r"-?[0-9]{1,18}(\.[0-9]+)?")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


class NoTemplate(Failure):
    """There is no file to fill in for that dataset."""


def template(name: str) -> str:
    """A file to fill in: remarks about every column, then the header. Raises NoTemplate."""
    templates = {
        dataset.id: file
        for dataset in DATASETS.values()
        if (file := _template_of(dataset)).is_file()
    }
    if name not in templates:
        raise NoTemplate(f"{name!r} has no template; there are: {', '.join(templates)}")
    return templates[name].read_text("utf-8")


def _template_of(dataset: Dataset) -> Traversable:
    return files("shortdrama.sources").joinpath(dataset.source, f"{dataset.name}.template.csv")


def parse(content: bytes, file_name: str, dataset: Dataset) -> tuple[Window, list[Row]]:
    """The span of days that the file is about, and its rows; raises WorkbookRefused.

    The dataset follows by editions: their `spans` have each row's business dates.
    """
    rows = read_rows(content, file_name, dataset)
    if not rows:
        raise WorkbookRefused(file_name, "there is no row below the header; fill one in")
    if not isinstance(dataset.follows, Edition):
        raise TypeError(f"{dataset.id} has no editions, so its files cannot say their dates")
    starts, ends = (
        [day for row in rows if isinstance(day := row[column], date)]
        for column in dataset.follows.spans
    )
    if max(ends) < min(starts):
        raise WorkbookRefused(file_name, "all windows end before they start; correct the dates")
    return Window(start=min(starts), end=max(ends)), rows


def read_rows(content: bytes, file_name: str, dataset: Dataset) -> list[Row]:
    """The file's rows, by the dataset's columns; raises WorkbookRefused with row and column."""
    check_is_csv(content, file_name)
    required = [column.name for column in dataset.columns if column.required]
    table = read_table(content, file_name, required)
    numbered = [(number, cells) for number, cells in enumerate(table) if any(map(str.strip, cells))]
    while numbered[0][1][0].lstrip().startswith("#"):
        numbered.pop(0)
    columns = _columns(file_name, dataset, *numbered[0])
    return [_row(file_name, columns, number, cells) for number, cells in numbered[1:]]


def _columns(file_name: str, dataset: Dataset, number: int, header: list[str]) -> list[Column]:
    """The dataset's columns in the order of the header."""
    known = {column.name: column for column in dataset.columns}
    names = [cell.strip() for cell in header]
    while names and not names[-1]:  # a spreadsheet pads the header to the width of a remark
        names.pop()
    for position, name in enumerate(names):
        if name not in known or name in names[:position]:
            problem = "stands there twice" if name in known else "is unknown"
            raise _refused(
                file_name,
                number,
                position,
                f"the column {name!r} {problem}; the columns of {dataset.id} are: "
                f"{', '.join(known)}. `shortdrama inbox template {dataset.id}` shows them",
            )
    missing = [name for name, column in known.items() if column.required and name not in names]
    if missing:
        raise _refused(
            file_name, number, 0, f"the header lacks {', '.join(missing)}; add the columns"
        )
    return [known[name] for name in names]


def _row(file_name: str, columns: list[Column], number: int, cells: list[str]) -> Row:
    row: Row = {}
    for position, column in enumerate(columns):
        text = cells[position].strip() if position < len(cells) else ""
        if not text:
            if column.required:
                raise _refused(
                    file_name, number, position, f"{column.name} is empty, but every row has one"
                )
            row[column.name] = None
            continue
        try:
            row[column.name] = _value(text, column.sql_type)
        except ValueError as error:
            raise _refused(
                file_name, number, position, f"{column.name} is {text!r}; {error}"
            ) from None
    for position, extra in enumerate(cells[len(columns) :], start=len(columns)):
        if extra.strip():
            raise _refused(
                file_name,
                number,
                position,
                f"{extra.strip()!r} stands beyond the last column; quote a text that has a comma",
            )
    return row


def _value(text: str, sql_type: str) -> Value:
    """The text as the type; raises ValueError that says what is expected."""
    if match := _DECIMAL.fullmatch(sql_type):
        return _decimal(text, int(match[1]), int(match[2]))
    return _READERS[sql_type](text)


def _date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("write a day like 2026-01-11")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such day") from None


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError("write a whole number without separators")
    return int(text)


def _boolean(text: str) -> bool:
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError:
        raise ValueError("write true or false") from None


def _decimal(text: str, digits: int, scale: int) -> Decimal:
    if not _PLAIN.fullmatch(text):
        raise ValueError("write a plain number with a point, such as 9.99")
    value = Decimal(text)
    if value != round(value, scale) or abs(value) >= Decimal(10) ** (digits - scale):
        raise ValueError(f"it takes at most {digits - scale} digits and {scale} decimals")
    return value


_READERS: dict[str, Callable[[str], Value]] = {
    "VARCHAR": str,
    "DATE": _date,
    "INTEGER": _whole,
    "BIGINT": _whole,
    "BOOLEAN": _boolean,
}


def _refused(file_name: str, row: int, column: int, problem: str) -> WorkbookRefused:
    cell = Cell(row, column).coordinate
    return WorkbookRefused(file_name, f"row {row + 1}, column {column + 1}: {problem}", cell=cell)
