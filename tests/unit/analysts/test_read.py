"""`shortdrama.connect`: the marts of one snapshot in a notebook."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

import shortdrama

JULY = "select revenue_usd from rpt_market_size_monthly where period_label = '2025-07'"


@pytest.mark.parametrize(
    ("snapshot", "scale"), [(None, 3), ("2025-12-11", 1), (date(2025, 12, 12), 3)]
)
def test_connect_takes_the_current_snapshot_or_that_of_a_day(
    published: Any, snapshot: Any, scale: int
) -> None:
    with shortdrama.connect(snapshot) as connection:
        assert connection.execute(JULY).fetchall() == [(Decimal("95529990.28") * scale,)]


def test_connect_takes_an_id(published: Any) -> None:
    with shortdrama.connect(published.published[1].snapshot_id) as connection:
        assert connection.execute(JULY).fetchall() == [(Decimal("191059980.56"),)]


def test_an_instant_is_no_day(published: Any) -> None:
    with pytest.raises(TypeError, match="by a day"):
        shortdrama.connect(datetime(2025, 12, 11))  # noqa: DTZ001 - refused for what it is


def test_a_connection_keeps_its_snapshot_and_cannot_change_it(lake: Any) -> None:
    lake.publish("2025-12-10", {"dim_app": "select 1 as app_id"})
    with shortdrama.connect() as connection:
        lake.publish("2025-12-11", {"dim_app": "select 2 as app_id"})
        assert connection.execute("from dim_app").fetchall() == [(1,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("drop view dim_app")
        connection.execute("create temp table mine as from dim_app")
        assert connection.execute("from mine").fetchall() == [(1,)]
    with shortdrama.connect() as connection:
        assert connection.execute("from dim_app").fetchall() == [(2,)]
