"""Numbers in Parquet are those of the answer, digit by digit."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from shortdrama.analysts.answers import _copy

BEYOND_DOUBLE = 9_007_199_254_740_993
BEYOND_BIGINT = 9_223_372_036_854_775_808


def written(query: str, folder: Path) -> tuple[Any, list[dict[str, Any]]]:
    """Types and rows of the file."""
    path = folder / "answer.parquet"
    with duckdb.connect() as connection:
        _copy(connection, query, "parquet", path)
    table = pyarrow.parquet.read_table(path)
    return dict(zip(table.schema.names, table.schema.types, strict=True)), table.to_pylist()


def test_a_sum_of_integers_stays_an_integer(tmp_path: Path) -> None:
    query = (
        f"select sum(n) as total, count(*) as rows from (values ({BEYOND_DOUBLE}), (0)) as t (n)"
    )
    types, rows = written(query, tmp_path)
    assert types["total"] == pyarrow.int64()
    assert rows == [{"total": BEYOND_DOUBLE, "rows": 2}]


def test_a_sum_that_no_bigint_holds_is_a_decimal(tmp_path: Path) -> None:
    largest = "9" * 38
    query = f"""
        select n, '{largest}'::hugeint as most, 7::hugeint as few
        from (values ({BEYOND_BIGINT}::hugeint), (-{BEYOND_BIGINT}::hugeint), (null)) as t (n)
    """
    types, rows = written(query, tmp_path)
    assert set(types.values()) == {pyarrow.decimal128(38, 0)}
    assert [row["n"] for row in rows] == [BEYOND_BIGINT, -BEYOND_BIGINT, None]
    assert rows[0]["most"] == Decimal(largest)
    assert rows[0]["few"] == 7


def test_lists_structs_maps_and_arrays_keep_their_integers(tmp_path: Path) -> None:
    query = f"""
        select
            [{BEYOND_DOUBLE}::hugeint, null] as listed,
            {{
                'a "b"': {BEYOND_DOUBLE}::uhugeint, 'c': [{{'d': 1::hugeint}}], 'e': 'HUGEINT'
            }} as fields,
            map {{'HUGEINT': {BEYOND_DOUBLE}::hugeint}} as "the map",
            array_value({BEYOND_DOUBLE}::hugeint, 2) as two
    """
    _, rows = written(query, tmp_path)
    assert rows == [
        {
            "listed": [BEYOND_DOUBLE, None],
            "fields": {'a "b"': BEYOND_DOUBLE, "c": [{"d": 1}], "e": "HUGEINT"},
            "the map": [("HUGEINT", BEYOND_DOUBLE)],
            "two": [BEYOND_DOUBLE, 2],
        }
    ]


def test_the_order_names_and_other_types_stay(tmp_path: Path) -> None:
    query = """
        select n as n, n::hugeint as n, n / 4::decimal(18, 2) as "N share",
            cast(n as decimal(18, 2)) as usd, date '2025-07-01' as "on"
        from range(3) as t (n) order by 1 desc
    """
    types, rows = written(query, tmp_path)
    assert types["usd"] == pyarrow.decimal128(18, 2)
    assert list(types) == ["n", "n_1", "N share", "usd", "on"]
    assert [row["n_1"] for row in rows] == [2, 1, 0]


@pytest.mark.parametrize(
    "query", ["show tables", "describe select 1", "pivot (select 1 a) on a using sum(a)"]
)
def test_what_is_no_select_is_written_too(query: str, tmp_path: Path) -> None:
    written(query, tmp_path)


def test_an_integer_of_39_digits_is_refused_and_not_rounded(tmp_path: Path) -> None:
    with pytest.raises(duckdb.ConversionException):
        written("select 170141183460469231731687303715884105727::hugeint as n", tmp_path)
