from decimal import Decimal
from typing import Any

import duckdb
import pytest

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
