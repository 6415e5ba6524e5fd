"""What docs/analysts.md says of numbers in pandas, Arrow and polars."""

from decimal import Decimal
from typing import Any

import duckdb
import pandas
import pytest

from shortdrama.core.settings import REPOSITORY

USD, DOWNLOADS = Decimal("9007199254740993.55"), 9_007_199_254_740_993


@pytest.fixture
def relation() -> Any:
    with duckdb.connect() as connection:
        yield connection.sql(
            f"select cast({USD} as decimal(18, 2)) as usd, sum(n) as downloads,"
            f" cast(sum(n) as bigint) as exact, cast(null as decimal(18, 2)) as unknown_usd,"
            f" cast(null as bigint) as unknown from (values ({DOWNLOADS}), (0)) as t (n)"
        )


def test_pandas_has_floats_of_decimals_and_of_sums(relation: Any) -> None:
    frame = relation.df()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "usd": "float64", "downloads": "float64", "exact": "int64",
        "unknown_usd": "float64", "unknown": "Int64",
    }  # fmt: skip
    assert int(frame["downloads"][0]) == DOWNLOADS - 1
    assert frame["exact"][0] == DOWNLOADS


def test_rows_arrow_and_polars_are_exact(relation: Any) -> None:
    assert relation.fetchall()[0][:2] == (USD, DOWNLOADS)
    table = relation.to_arrow_table()
    assert [str(kind) for kind in table.schema.types[:2]] == [
        "decimal128(18, 2)",
        "decimal128(38, 0)",
    ]
    assert [*table.to_pylist()[0].values()][:2] == [USD, DOWNLOADS]
    frame = table.to_pandas()
    assert str(frame.dtypes["usd"]) == "object"
    assert frame["usd"][0] == USD
    exact = table.to_pandas(types_mapper=pandas.ArrowDtype)
    assert str(exact.dtypes["downloads"]) == "decimal128(38, 0)[pyarrow]"
    assert exact["downloads"].sum() == DOWNLOADS
    polars = relation.pl()
    assert [str(polars.schema[name]) for name in ("usd", "downloads")] == [
        "Decimal(precision=18, scale=2)",
        "Decimal(precision=38, scale=0)",
    ]
    assert polars["usd"][0] == USD


def test_the_guide_names_this_pandas() -> None:
    guide = (REPOSITORY / "docs" / "analysts.md").read_text(encoding="utf-8")
    assert f"(pandas {pandas.__version__};" in guide
