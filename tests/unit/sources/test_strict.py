import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortdrama.sources import strict


@pytest.fixture
def read() -> Any:
    """Reads one JSON value by one macro; None means that the field is missing."""
    with duckdb.connect() as connection:
        connection.execute(strict.MACROS)

        def read(macro: str, value: str | None) -> Any:
            row = connection.execute(
                f"select {macro}(cast(? as json), 'downloads', 's3://lake/part')",
                [value],
            ).fetchone()
            return row[0]

        yield read


@pytest.mark.parametrize(
    ("macro", "value", "meant"),
    [
        ("strict_integer", "0", 0),
        ("strict_integer", "-7", -7),
        ("strict_integer", "336744124021", 336744124021),
        ("strict_text", '"短剧 \\"x\\""', '短剧 "x"'),
        ("strict_text", '""', ""),
        ("strict_money", '"12.34"', Decimal("12.34")),
        ("strict_money", '"-0.01"', Decimal("-0.01")),
        ("strict_date", '"2025-09-01"', "2025-09-01"),
        ("strict_date", '"2025-09-01T00:00:00"', "2025-09-01"),
        ("optional_boolean", "true", True),
        ("optional_integer", "5", 5),
    ],
)
def test_a_value_of_the_agreed_type_is_read(read, macro, value, meant) -> None:
    found = read(macro, value)
    assert (str(found) if macro == "strict_date" else found) == meant


@pytest.mark.parametrize(
    ("macro", "value"),
    [
        ("strict_text", '"' + "x" * 10_000 + '"'),
        ("strict_date", '"infinity"'),
        ("strict_date", '"-infinity"'),
        ("strict_date", '"epoch"'),
        ("strict_date", '"2025-09-01garbage"'),
        ("strict_date", '"2025-9-1"'),
        ("strict_integer", "9223372036854775808"),
        ("strict_integer", "12.7"),
        ("strict_integer", "12.0"),
        ("strict_integer", '"12"'),
        ("strict_integer", "true"),
        ("strict_integer", "null"),
        ("strict_integer", None),
        ("strict_text", "12"),
        ("strict_text", "{}"),
        ("strict_text", "null"),
        ("strict_money", "12.34"),
        ("strict_money", '"$12"'),
        ("strict_money", '""'),
        ("strict_money", None),
        ("strict_date", '"01/09/2025"'),
        ("strict_date", '"2025-02-30"'),
        ("strict_date", '"2025/09/01"'),
        ("strict_date", '" 202-09-01"'),
        ("strict_date", "20250901"),
        ("optional_integer", '"12"'),
        ("optional_text", "12"),
        ("optional_date", '"soon"'),
        ("optional_boolean", '"true"'),
        ("optional_boolean", "1"),
    ],
)
def test_a_value_of_another_type_is_refused_by_part_and_field(read, macro, value) -> None:
    with pytest.raises(duckdb.InvalidInputException) as refused:
        read(macro, value)
    text = str(refused.value)
    assert 's3://lake/part: field "downloads" should be ' in text
    assert (value or "missing")[:200] in text or value == "null"


@pytest.mark.parametrize("value", [None, "null"])
@pytest.mark.parametrize("macro", ["integer", "text", "date", "boolean"])
def test_an_optional_field_may_be_missing_or_null(read, macro, value) -> None:
    assert read(f"optional_{macro}", value) is None


PLAIN = {"plain_integer": "bigint", "plain_money": "decimal(18, 2)", "plain_date": "date"}

Read = Callable[[str, str], Any]


def reader(file: Path, without: Mapping[str, str]) -> Iterator[Read]:
    """Reads the field of a file by a macro, as conforming does; `without` these macros."""
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'common_subexpressions'")
        connection.execute(strict.MACROS)
        for macro, kind in without.items():
            connection.execute(
                f"create or replace temp macro {macro}(value) as cast(null as {kind})"
            )

        def read(macro: str, value: str) -> Any:
            file.write_text(f'[{{"x": {value}}}]')
            query = (
                f"select {macro}(x, 'x', 'part')"
                f" from read_json('{file}', format = 'array', columns = {{x: 'JSON'}})"
            )
            try:
                return connection.execute(query).fetchone()
            except duckdb.Error as error:
                return str(error)

        yield read


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Read]:
    yield from reader(tmp_path / "quick.json", {})


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Read]:
    yield from reader(tmp_path / "quick.json", PLAIN)


ODD = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(repr),
    st.sampled_from(
        ['"2025/09/01"', '" 202-09-01"',
         "-0", "0.0", "1e5", "1E5", "1e-7", "5e-324", "1e22", "12e0", "1e999", "true", "null", "{}",
         "[1]", '"12"', '"1e2"', '" 12.5 "', '"12.345"', '"1_0"', '"+1"', '"-"', '""', '"\\u0031"',
         '"1\\n"', '"\\t2025-09-01"', '"2025-09-01\\u0041"', '"20250901"', '"-2025-09-01"',
         '"2025-9-1"', '"2025-09-01 (BC)"', '"infinity"', '"epoch"', '"１２"', '"2025-09-０1"',
         '"99999999999999999.99"', '"0x10"', '"NaN"', "9" * 400, '"2025-09-01' + "x" * 10_000 + '"']
    ),
    st.text('0123456789-.eE+ "T:', max_size=14).map(json.dumps),
    st.decimals(places=3, allow_nan=False, allow_infinity=False).map(str).map(json.dumps),
    st.dates().map(lambda one: json.dumps(f"{one}T00:00:00")),
)  # fmt: skip


@given(value=ODD, macro=st.sampled_from(["strict_integer", "strict_money", "strict_date"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_what_is_taken_at_once_is_what_parsing_gives(quick, slow, value, macro) -> None:
    assert quick(macro, value) == slow(macro, value)
