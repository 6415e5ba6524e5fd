import struct
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shortdrama.reports.brief import WeekRevenue
from shortdrama.reports.charts import HEIGHT_PX, WIDTH_PX, revenue_chart


def weeks(*ages: int) -> tuple[WeekRevenue, ...]:
    return tuple(
        WeekRevenue(
            starts_on=date(2025, 9, 22) - timedelta(weeks=age),
            revenue_usd=Decimal(50_000_000 - age * 400_000),
        )
        for age in ages
    )


def test_the_picture_has_twice_the_density_of_the_page() -> None:
    picture = revenue_chart(weeks(*range(12, -1, -1)))
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (2 * WIDTH_PX, 2 * HEIGHT_PX)


def test_the_same_figures_make_the_same_bytes_without_a_trace_of_the_time() -> None:
    picture = revenue_chart(weeks(2, 1, 0))
    assert picture == revenue_chart(weeks(2, 1, 0))
    assert b"tEXt" not in picture
    assert b"tIME" not in picture


def test_a_missing_week_leaves_a_gap() -> None:
    assert revenue_chart(weeks(3, 1, 0)) != revenue_chart(weeks(2, 1, 0))


def test_no_week_makes_no_picture() -> None:
    with pytest.raises(ValueError, match="at least one complete week"):
        revenue_chart(())
