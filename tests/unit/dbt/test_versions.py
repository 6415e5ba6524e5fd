"""What we knew when, on the small market."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from shortdrama.core.settings import REPOSITORY
from shortdrama.warehouse.publish.views import KNOWN_AT

MACRO = (REPOSITORY / "dbt_project/macros/as_known_at.sql").read_text("utf-8")
COLUMNS = "app_id, country_code, store, estimated_on, vendor, downloads, revenue_usd"


def known_at(build: Any, instant: str, condition: str = "true") -> list[tuple[Any, ...]]:
    """The rows of fct_app_estimates_daily as they were known at an instant."""
    macros: Any = Environment(autoescape=False).from_string(MACRO).module  # noqa: S701 - SQL
    stood = macros.as_known_at(f"timestamp '{instant}'")
    return build.query(  # type: ignore[no-any-return]
        f"select {COLUMNS} from marts.fct_app_estimates_versions "
        f"where {stood} and {condition} order by all"
    )


@pytest.mark.parametrize(
    ("instant", "known"),
    [
        ("2025-09-30T23:59:59", []),
        ("2025-10-01T00:00:00", [(100, Decimal(1000)), (10, Decimal(20))]),
        ("2025-10-01T23:59:59", [(100, Decimal(1000)), (10, Decimal(20))]),
        ("2025-10-02T00:00:00", [(100, Decimal(1100))]),
    ],
    ids=["nothing yet", "first load", "until the next", "restated, and an app has vanished"],
)
def test_a_day_as_it_was_known(build: Any, instant: str, known: list[Any]) -> None:
    rows = known_at(
        build,
        instant,
        "country_code = 'ZZ' and store = 'apple' and estimated_on = '2025-09-15' "
        "and app_id in ('ua_gone', 'ua_reel')",
    )
    assert sorted(row[-2:] for row in rows) == sorted(known)


def test_what_is_known_now_is_the_daily_fact(build: Any) -> None:
    daily = build.query(f"select {COLUMNS} from marts.fct_app_estimates_daily order by all")
    assert known_at(build, "2026-02-25T00:00:00") == daily


def test_an_app_that_vanished_is_gone_from_the_daily_fact_and_stays_in_the_versions(
    build: Any,
) -> None:
    september_15 = "app_id = 'ua_gone' and estimated_on = '2025-09-15' and country_code = 'US'"
    assert build.query(
        "select load_id, version_number, is_vanished, downloads, revenue_usd, "
        "known_from_at::varchar, known_to_at::varchar from marts.fct_app_estimates_versions "
        f"where {september_15} order by version_number"
    ) == [
        ("estimates-q3", 1, False, 1, Decimal(2), "2025-10-01 00:00:00", "2025-10-02 00:00:00"),
        ("estimates-september", 2, True, None, None, "2025-10-02 00:00:00", None),
    ]
    assert build.query(f"select * from marts.fct_app_estimates_daily where {september_15}") == []


def test_figures_that_are_repeated_add_no_row(build: Any) -> None:
    assert build.query(
        "select load_id from marts.fct_app_estimates_versions where app_id = 'ua_box' "
        "and country_code = 'US' and estimated_on = '2025-09-15'"
    ) == [("estimates-q3",)]


def test_a_late_replay_has_never_been_what_we_knew(build: Any) -> None:
    assert build.query(
        "select * from marts.fct_app_estimates_versions where load_id = 'estimates-replay-of-july'"
    ) == []  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(build: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts as views beside the macros, as a snapshot has them."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{build.warehouse}' as warehouse (read_only)")
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        for (mart,) in marts:
            connection.execute(f"create view {mart} as from warehouse.marts.{mart}")
        connection.execute(KNOWN_AT.read_text(encoding="utf-8"))
        yield connection


def test_the_estimates_known_now_are_the_daily_fact(
    snapshot: duckdb.DuckDBPyConnection,
) -> None:
    assert (
        snapshot.execute(
            f"select {COLUMNS} from estimates_as_known_at('2026-02-25') order by all"
        ).fetchall()
        == snapshot.execute(
            f"select {COLUMNS} from fct_app_estimates_daily order by all"
        ).fetchall()
    )


@pytest.mark.parametrize(
    ("period", "mart"), [("week", "weekly"), ("month", "monthly"), ("quarter", "quarterly")]
)
def test_the_market_known_now_is_the_market(
    snapshot: duckdb.DuckDBPyConnection, period: str, mart: str
) -> None:
    columns = (
        "geography, period_start_on, vendor, revenue_basis, currency,"
        " active_apps, downloads, revenue_usd, completeness_ratio"
    )
    known = snapshot.execute(
        f"select {columns} from market_size_as_known_at('2026-02-25', '{period}') order by all"
    ).fetchall()
    published = snapshot.execute(
        f"select {columns} from rpt_market_size_{mart} order by all"
    ).fetchall()
    assert known == published
    assert len(published) > 5


def test_the_market_before_a_restatement_has_the_app_that_vanished_later(
    snapshot: duckdb.DuckDBPyConnection,
) -> None:
    september = (
        "select active_apps, downloads from market_size_as_known_at('{}', 'month')"
        " where geography = 'World' and period_start_on = '2025-09-01'"
    )
    (before,) = snapshot.execute(september.format("2025-10-01 12:00:00")).fetchall()
    (after,) = snapshot.execute(september.format("2025-10-02 12:00:00")).fetchall()
    assert before[0] == after[0] + 1
    assert before[1] == after[1] + 30 * 10
    assert snapshot.execute(september.format("2025-09-30")).fetchall() == []
