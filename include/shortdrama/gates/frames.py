"""From Arrow to what Great Expectations reads, and back to the exact failing rows."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue

from shortdrama.gates.results import Sample

SLICE_ROWS = 250_000
"""Rows in memory at a time: about 20 MB of estimates."""

NULLABLE = {
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
"""Integers with nulls would become floats, and ids above 2^53 would change."""


def slices(parquet: Path, columns: Sequence[str], slice_rows: int) -> Iterator[pa.Table]:
    """The file's rows, `slice_rows` at a time; an empty file gives one empty slice.

    The empty slice makes the row count fail; without it nothing would be checked at all.
    """
    with pq.ParquetFile(parquet) as file:
        if file.metadata.num_rows == 0:
            yield file.schema_arrow.empty_table().select(list(columns))
            return
        for batch in file.iter_batches(batch_size=slice_rows, columns=list(columns)):
            yield pa.Table.from_batches([batch])


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """The rows as pandas, numbered from 0.

    DECIMAL becomes a double: that keeps sign, zero and order, which is enough for limits, and is
    far faster than Python's decimals. Exact values for people come from `samples`.
    """
    return pd.DataFrame(
        {name: _series(table.column(name)) for name in table.column_names},
        index=pd.RangeIndex(len(table)),
    )


def _series(column: pa.ChunkedArray) -> pd.Series:
    """One column; numbers as NumPy types, which Great Expectations compares several times faster.

    Integers with nulls cannot be NumPy integers.
    """
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    is_whole = pa.types.is_integer(column.type) and column.null_count == 0
    if is_whole:
        column = column.cast(pa.int64())
    series: pd.Series = column.to_pandas(
        types_mapper=None if is_whole else NULLABLE.get, date_as_object=False
    )
    return series


def samples(table: pa.Table, rows: Sequence[int], columns: Sequence[str]) -> list[Sample]:
    """The named columns of some rows, exactly as they are in the table."""
    known = [column for column in dict.fromkeys(columns) if column in table.column_names]
    return [
        json_safe(row) for row in table.select(known).take(pa.array(rows, pa.int64())).to_pylist()
    ]


def json_safe(row: dict[str, Any]) -> Sample:
    """A row in JSON types: decimals and dates as text."""
    return {name: _json_value(value) for name, value in row.items()}


def _json_value(value: Any) -> JsonValue:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
